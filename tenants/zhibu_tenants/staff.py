"""Who is of the platform's staff: entered and struck off by the database's owner, in no tenant's table."""

import datetime as dt
import uuid
from typing import NamedTuple

import structlog

from zhibu_core.database.ownership import owner_of
from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.words import Words

log = structlog.get_logger()
LONGEST = 30
_ADD = """insert into global_staff (id, issuer, subject, name, since) values ($1, $2, $3, $4, $5)
    on conflict (issuer, subject) do update set name = excluded.name, since = excluded.since, off_since = null returning id"""
_ALL = "select id, name, issuer, subject from global_staff where off_since is null order by name, id"
_OFF = "update global_staff set off_since = $2 where id = $1"


class StaffMember(NamedTuple):
    """One of the staff: the pair (issuer, subject) signs in."""

    id: uuid.UUID
    name: str
    issuer: str
    subject: str


async def add_staff(platform: Platform, issuer: str, subject: str, name: str) -> None:
    """Enters somebody, or vouches anew for one who is there: second factors enrolled later do not count.

    Raises `InvalidInput` for a name that is none, `Unavailable` in a process without the owner's address.
    """
    if not name.strip() or len(name) > LONGEST:
        message = Words(f"姓名须为 1 至 {LONGEST} 个字。", f"A name has 1 to {LONGEST} characters.")
        raise InvalidInput("name_form", message, field="name")
    async with owner_of(platform) as owner:
        found = await owner.fetchval(_ADD, new_id(), issuer, subject, name.strip(), dt.datetime.now(dt.UTC))
    log.info("staff_added", id=str(found))


async def remove_staff(platform: Platform, named: str) -> None:
    """Strikes somebody off by name or subject; their sessions end with it. Raises `NotFound`."""
    found = await find_staff(platform, named)
    async with owner_of(platform) as owner:
        await owner.execute(_OFF, found.id, dt.datetime.now(dt.UTC))
    log.info("staff_removed", id=str(found.id))


async def all_staff(platform: Platform) -> list[StaffMember]:
    """The staff by name."""
    async with owner_of(platform) as owner:
        return [StaffMember(*row) for row in await owner.fetch(_ALL)]


async def find_staff(platform: Platform, named: str) -> StaffMember:
    """Somebody by subject, or by a name that only one has; raises `NotFound` or `InvalidInput`."""
    found = [one for one in await all_staff(platform) if named in (one.subject, one.name)]
    if len(found) > 1:
        message = Words(
            f"有多名运维人员叫“{named}”。请改用登录账号。", f"Several are named “{named}”. Give the subject."
        )
        raise InvalidInput("staff_ambiguous", message, field="staff")
    if not found:
        raise not_found(Words("平台运维人员", "member of the platform's staff named"), named)
    return found[0]

"""Who is due at a meeting: members, the committee, or those who last met as the group."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.tree import bounds
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_orglife.access import organization_for
from zhibu_orglife.actions import READ_ROLL
from zhibu_orglife.kinds import COMMITTEE, GROUP


@dataclass(frozen=True, slots=True)
class DuePerson:
    """Somebody of the branch. `expected` is false for those on whom nothing may be pressed (exempt, domain.md 4.3) or
    who are elsewhere (mobile) or cannot be reached (lost): they are listed, and do not enter a roll by themselves.
    """

    person_id: uuid.UUID
    name: str
    number: str | None
    member_class: str
    party_post: str | None
    is_exempt: bool
    is_mobile: bool
    is_lost: bool

    @property
    def expected(self) -> bool:
        """Whether the person stands on the roll from the start."""
        return not (self.is_exempt or self.is_mobile or self.is_lost)


_MEMBERS = text(
    """select p.id as person_id, p.name, p.number, m.member_class, m.party_post, m.is_exempt, m.is_mobile, m.is_lost,
      m.party_post is not null or exists (select from position x where x.tenant_id = m.tenant_id
        and x.person_id = m.person_id and x.organization_id = :organization
        and (x.since is null or x.since <= :day) and (x.until is null or x.until >= :day)) as on_committee
    from membership m join person p on p.tenant_id = m.tenant_id and p.id = m.person_id
    join organization o on o.tenant_id = m.tenant_id and o.id = m.organization_id
    where m.tenant_id = :t and o.path >= :low and o.path < :high and m.since <= :day
      and (m.until is null or m.until >= :day) and m.status in ('normal', 'restored') order by p.sort_name, p.id"""
)
_LAST_OF_GROUP = text(
    """select a.person_id from orglife_attendance a where a.tenant_id = :t and a.meeting_id = (
      select g.id from orglife_meeting g where g.tenant_id = :t and g.organization_id = :organization
        and g.grp = :grp and g.state = 'approved' and g.held_on <= :day order by g.held_on desc, g.id desc limit 1)"""
)


async def due_list(
    session: AsyncSession,
    scope: Scope,
    organization_id: uuid.UUID,
    day: dt.date,
    kinds: Sequence[str],
    grp: str | None = None,
) -> list[DuePerson]:
    """Who is due on a day, in the order of names on screens.

    A committee meeting alone is due for the committee; a group meeting for those who last met as `grp`, for everybody
    where the group has not met yet; anything else for all members. Raises `NotFound`, `Forbidden`.
    """
    organization = await organization_for(session, scope, organization_id, READ_ROLL)
    low, high = bounds(organization.path)
    given = {"t": tenant_of(session), "organization": organization.id, "day": day}
    rows = (await session.execute(_MEMBERS, given | {"low": low, "high": high})).all()
    if set(kinds) == {COMMITTEE}:
        rows = [row for row in rows if row.on_committee]
    elif GROUP in kinds and grp:
        met = set(await session.scalars(_LAST_OF_GROUP, given | {"grp": grp.strip()}))
        rows = [row for row in rows if row.person_id in met] if met else rows
    return [
        DuePerson(
            row.person_id,
            row.name,
            row.number,
            row.member_class,
            row.party_post,
            row.is_exempt,
            row.is_mobile,
            row.is_lost,
        )
        for row in rows
    ]

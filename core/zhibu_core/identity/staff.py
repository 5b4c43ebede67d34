"""The platform's own staff, who belong to no tenant: who they are, their sessions, and which tenant has let them in."""

import datetime as dt
import secrets
import uuid
from dataclasses import dataclass
from hashlib import sha256

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden
from zhibu_core.identity.access import StaffEntry
from zhibu_core.identity.sessions import SignedIn
from zhibu_core.words import Words

COOKIE = "__Host-zhibu_staff"
"""The cookie of a staff session; no slug has an underscore, so no tenant's cookie is named like it."""

LIFETIME = dt.timedelta(hours=10)
BASE = frozenset({"home.read", "organization.read", "plugin.read", "rule.read", "duty.read"})
"""What every entry lets staff do: read what names no person."""

COVERS: dict[str, Words] = {
    "member.read": Words("党员名册（证件号和联系方式遮盖）", "the members, numbers and addresses covered"),
    "member.unmask": Words("完整证件号和联系方式", "full numbers and addresses"),
    "fact.read": Words("记录事实", "facts"),
    "audit.read": Words("审计记录", "the audit"),
}
"""What an entry may name beyond that."""


class Staff(msgspec.Struct, frozen=True):
    """Somebody of the staff in a session of theirs; `is_strong` where a second factor was given, or none can be."""

    id: uuid.UUID
    name: str
    is_strong: bool = msgspec.field(name="strong")


@dataclass(frozen=True)
class Admitted:
    """An entry in force: who, and which actions beyond `BASE`; `client` names it in the audit."""

    staff: uuid.UUID
    name: str
    covers: frozenset[str]
    client: str


_OPEN = text(
    "select app.open_staff_session(:hash, :issuer, :subject, cast(:expires as bigint), cast(:strong as bigint))"
)
_CLOSE = text("select app.close_staff_session(:hash)")
_WHOSE = text("select app.staff_of_session(:hash)")
_VOUCHED = text("select app.staff_vouched(:issuer, :subject)")
_BEGINNING = dt.datetime.fromtimestamp(0, dt.UTC)


async def open_staff_session(
    system: AsyncSession, issuer: str, subject: str, *, strong_until: dt.datetime | None = None
) -> SignedIn:
    """Opens a session; raises `Forbidden` for somebody who is not of the staff. `system` is a system session."""
    secret, expires = secrets.token_urlsafe(32), dt.datetime.now(dt.UTC) + LIFETIME
    given = {
        "hash": _hash(secret),
        "issuer": issuer,
        "subject": subject,
        "expires": int(expires.timestamp()),
        "strong": int(strong_until.timestamp()) if strong_until else None,
    }
    if await system.scalar(_OPEN, given) is None:
        raise Forbidden(
            "no_staff",
            Words(
                "这个登录账号不是平台运维人员。请用运维命令 zhibu staff add 登记。",
                "This sign-in is not one of the platform's staff. Enter it by zhibu staff add.",
            ),
        )
    return SignedIn(secret, expires)


async def vouched_at(system: AsyncSession, issuer: str, subject: str) -> dt.datetime | None:
    """When somebody last vouched for this one of the staff; None for everybody else."""
    found = await system.scalar(_VOUCHED, {"issuer": issuer, "subject": subject})
    return None if found is None else _BEGINNING + dt.timedelta(microseconds=found)


async def close_staff_session(system: AsyncSession, secret: str) -> None:
    """Ends the session of this secret, if there is one."""
    await system.execute(_CLOSE, {"hash": _hash(secret)})


async def staff_of_session(session: AsyncSession, secret: str) -> Staff | None:
    """Whose session this is, if it is open and they still are of the staff; any session may ask."""
    found: str | None = await session.scalar(_WHOSE, {"hash": _hash(secret)})
    return msgspec.json.decode(found, type=Staff) if found else None


async def admitted(session: AsyncSession, staff: Staff) -> Admitted | None:
    """What the session's tenant lets this person do just now; None without an entry in force, or a second factor."""
    if not staff.is_strong:
        return None
    now = dt.datetime.now(dt.UTC)
    rows = await session.scalars(
        select(StaffEntry).where(
            StaffEntry.staff_id == staff.id,
            StaffEntry.starts_at <= now,
            StaffEntry.ends_at > now,
            StaffEntry.ended_at.is_(None),
        )
    )
    entries = list(rows)
    if not entries:
        return None
    covers = frozenset(action for entry in entries for action in entry.covers) & frozenset(COVERS)
    return Admitted(staff.id, staff.name, covers, f"staff:{staff.name}")


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()

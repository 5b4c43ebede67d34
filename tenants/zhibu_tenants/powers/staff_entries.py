"""Platform staff in a tenant: asked with a reason and for hours, seen, approved and ended by the tenant."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.identity.access import StaffEntry
from zhibu_core.identity.staff import COVERS
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Actor, Scope, Tenant
from zhibu_core.tenancy.session import instant_of, tenant_of
from zhibu_core.words import Words
from zhibu_tenants.powers.settings import APPROVAL, setting

HOURS, MOST_HOURS = 8, 72
SHORTEST, LONGEST = 5, 500
SHOWN = 50
WAITS = dt.timedelta(days=7)
"""An entry that was not approved within a week is asked for anew."""

_DEEDS = text(
    """select actor_id, at, action, purpose from audit_entry
    where tenant_id = :t and actor_id = any(:staff) and at >= :since order by at desc limit 500"""
)


@dataclass(frozen=True)
class Deed:
    """One thing that was done: when, under which action, at which address."""

    at: dt.datetime
    action: str
    what: str | None


@dataclass(frozen=True)
class EntryLine:
    """An entry with what was done in it; `state` is waiting, open, over or lapsed (never approved)."""

    entry: StaffEntry
    state: str
    deeds: Sequence[Deed]


async def ask_to_enter(
    session: AsyncSession,
    tenant: Tenant,
    staff: uuid.UUID,
    name: str,
    reason: str,
    *,
    hours: int = HOURS,
    covers: Collection[str] = (),
) -> StaffEntry:
    """Enters somebody of the staff for some hours, at once or, where the tenant wants to approve, from then on."""
    _check(reason, hours, covers)
    now = instant_of(session)
    waits = bool(await setting(session, APPROVAL))
    entry = StaffEntry(
        id=new_id(), staff_id=staff, staff_name=name, reason=reason.strip(), covers=sorted(set(covers)), asked_at=now,
        starts_at=None if waits else now, ends_at=now + dt.timedelta(hours=hours),
    )  # fmt: skip
    session.add(entry)
    await session.flush()
    await note(
        session,
        _as_staff(tenant, staff, name),
        "staff.enter",
        "staff_entry",
        entry.id,
        fields=entry.covers,
        purpose=entry.reason,
    )
    return entry


async def leave(session: AsyncSession, tenant: Tenant, staff: uuid.UUID, name: str) -> int:
    """Ends the person's own entries; returns how many."""
    entries = await _unended(session, StaffEntry.staff_id == staff)
    for entry in entries:
        entry.ended_at = instant_of(session)
        await note(session, _as_staff(tenant, staff, name), "staff.leave", "staff_entry", entry.id)
    await session.flush()
    return len(entries)


async def approve(session: AsyncSession, scope: Scope, entry_id: uuid.UUID) -> None:
    """Lets the person in from now on, for as long as was asked; raises `NotFound` for one that does not wait."""
    entry = await _one(session, entry_id)
    now = instant_of(session)
    if state_of(entry, now) != "waiting":
        raise _unknown()
    entry.starts_at, entry.ends_at = now, now + (entry.ends_at - entry.asked_at)
    entry.approved_by = scope.actor.person_id if scope.actor else None
    await session.flush()
    await note(session, scope, "staff.admit", "staff_entry", entry.id, fields=["approved"])


async def end_entry(session: AsyncSession, scope: Scope, entry_id: uuid.UUID) -> None:
    """Ends or refuses an entry at once; raises `NotFound`."""
    entry = await _one(session, entry_id)
    entry.ended_at, entry.ended_by = instant_of(session), scope.actor.person_id if scope.actor else None
    await session.flush()
    await note(session, scope, "staff.admit", "staff_entry", entry.id, fields=["ended"])


async def entries(session: AsyncSession) -> list[EntryLine]:
    """The newest entries, each with what was done in it (two statements)."""
    now = instant_of(session)
    found = list(await session.scalars(select(StaffEntry).order_by(StaffEntry.asked_at.desc()).limit(SHOWN)))
    since = min((entry.asked_at for entry in found), default=now)
    staff = sorted({entry.staff_id for entry in found})
    rows = (await session.execute(_DEEDS, {"t": tenant_of(session), "staff": staff, "since": since})).all()
    return [
        EntryLine(
            entry,
            state_of(entry, now),
            [
                Deed(row.at, row.action, row.purpose)
                for row in rows
                if row.actor_id == entry.staff_id and entry.asked_at <= row.at <= (entry.ended_at or entry.ends_at)
            ],
        )
        for entry in found
    ]


def state_of(entry: StaffEntry, now: dt.datetime) -> str:
    """How an entry stands."""
    if entry.ended_at is not None:
        return "over"
    if entry.starts_at is None:
        return "waiting" if now - entry.asked_at < WAITS else "lapsed"
    return "open" if entry.ends_at > now else "over"


async def _one(session: AsyncSession, entry_id: uuid.UUID) -> StaffEntry:
    found = await _unended(session, StaffEntry.id == entry_id)
    if not found:
        raise _unknown()
    return found[0]


async def _unended(session: AsyncSession, condition: object) -> list[StaffEntry]:
    query = select(StaffEntry).where(condition, StaffEntry.ended_at.is_(None)).with_for_update()  # type: ignore[arg-type]
    now = instant_of(session)
    return [entry for entry in await session.scalars(query) if state_of(entry, now) in ("waiting", "open")]


def _as_staff(tenant: Tenant, staff: uuid.UUID, name: str) -> Scope:
    return Scope(tenant, frozenset(), Actor(staff, name, f"staff:{name}"))


def _check(reason: str, hours: int, covers: Collection[str]) -> None:
    if not SHORTEST <= len(reason.strip()) <= LONGEST:
        raise InvalidInput(
            "reason_form",
            Words(
                f"请写明进入理由（{SHORTEST} 至 {LONGEST} 个字）。",
                f"Give a reason of {SHORTEST} to {LONGEST} characters.",
            ),
            field="reason",
        )
    if not 1 <= hours <= MOST_HOURS:
        raise InvalidInput(
            "hours_form",
            Words(f"时长须为 1 至 {MOST_HOURS} 小时。", f"An entry lasts 1 to {MOST_HOURS} hours."),
            field="hours",
        )
    if unknown := sorted(set(covers) - set(COVERS)):
        raise InvalidInput(
            "covers_unknown",
            Words(f"不能申请这些内容：{'、'.join(unknown)}。", f"These cannot be asked for: {', '.join(unknown)}."),
            field="covers",
        )


def _unknown() -> NotFound:
    return NotFound("entry_unknown", Words("没有这次进入，或它已结束。", "There is no such entry, or it is over."))

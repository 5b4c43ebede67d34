"""Offers and needs: written, changed, withdrawn and read; each change reaches the board in the same transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.board import Place
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words
from zhibu_partnership.actions import READ, WRITE, reach, require
from zhibu_partnership.drafts import EntryDraft, check
from zhibu_partnership.models import Entry
from zhibu_partnership.publishing import show

RECORD_TYPE = "partnership_entry"
FIELDS = ("kind", "category", "title", "about", "place", "starts_on", "ends_on", "capacity", "valid_until")
Found = tuple[Entry, Organization]


async def write_entry(session: AsyncSession, scope: Scope, draft: EntryDraft) -> Entry:
    """Adds an offer or need. Raises `NotFound`, `Forbidden`, or `InvalidInput` naming the field that is wrong."""
    place = await session.scalar(select(Organization).where(Organization.id == draft.organization_id))
    if place is None:
        raise not_found(Words("组织", "organization"), str(draft.organization_id))
    require(scope, WRITE, place.path)
    if place.abolished_on is not None:
        said = Words(f"“{place.name}”已撤销，不能登记。", f"“{place.name}” is abolished; nothing can be noted for it.")
        raise InvalidInput("organization_abolished", said, field="organization")
    tidied = draft.tidy()
    check(tidied, scope.today)
    by = scope.actor.person_id if scope.actor else None
    entry = Entry(id=new_id(), said_at=instant_of(session), withdrawn_on=None, written_by=by, **asdict(tidied))
    session.add(entry)
    await _kept(session, scope, entry, "partnership.entry.written", FIELDS)
    return entry


async def change_entry(session: AsyncSession, scope: Scope, entry_id: uuid.UUID, draft: EntryDraft) -> Entry:
    """Changes what an entry says; whose it is and when it was first said stay. Raises as `write_entry`."""
    entry, _ = await entry_to_write(session, scope, entry_id)
    tidied = draft.tidy()
    check(tidied, scope.today)
    changed = [name for name in FIELDS if getattr(entry, name) != getattr(tidied, name)]
    for name in changed:
        setattr(entry, name, getattr(tidied, name))
    if changed:
        await _kept(session, scope, entry, "partnership.entry.changed", changed)
    return entry


async def withdraw_entry(session: AsyncSession, scope: Scope, entry_id: uuid.UUID) -> Entry:
    """Takes an entry back: it leaves the board and stays here, with the day. Raises `NotFound` or `Forbidden`."""
    entry, _ = await entry_to_write(session, scope, entry_id)
    entry.withdrawn_on = scope.today
    await _kept(session, scope, entry, "partnership.entry.withdrawn", ["withdrawn_on"])
    return entry


async def entry_to_write(session: AsyncSession, scope: Scope, entry_id: uuid.UUID) -> Found:
    """An entry that is not withdrawn, to be changed. Raises `NotFound` or `Forbidden`."""
    found = await entry_of(session, scope, entry_id)
    require(scope, WRITE, found[1].path)
    if found[0].withdrawn_on is not None:
        said = Words("这一条已经撤回，不能再修改。", "This entry has been withdrawn and cannot be changed.")
        raise InvalidInput("withdrawn", said)
    return found


async def entry_of(session: AsyncSession, scope: Scope, entry_id: uuid.UUID) -> Found:
    """An entry that the asker may read, with its organization; raises `NotFound` for any other."""
    query = _with_place().where(Entry.id == entry_id)
    found = (await session.execute(query)).one_or_none()
    if found is None or not any(found[1].path.startswith(path) for path in reach(scope, READ)):
        raise not_found(Words("资源或需求", "offer or need"), str(entry_id))
    return found[0], found[1]


async def entries_of(
    session: AsyncSession,
    scope: Scope,
    *,
    organization_id: uuid.UUID | None = None,
    kind: str = "",
    category: str = "",
    limit: int = 50,
    after: Place | None = None,
) -> Sequence[Found]:
    """The entries in force that the asker may read, the newest first, each with its organization; one statement."""
    query = (
        _with_place()
        .where(Entry.withdrawn_on.is_(None), Entry.valid_until >= scope.today, Organization.abolished_on.is_(None))
        .where(in_subtrees(Organization.path, reach(scope, READ)))
    )
    if organization_id is not None:
        query = query.where(Entry.organization_id == organization_id)
    if kind:
        query = query.where(Entry.kind == kind)
    if category:
        query = query.where(Entry.category == category)
    if after is not None:
        query = query.where(tuple_(Entry.said_at, Entry.id) < after)
    rows = await session.execute(query.order_by(Entry.said_at.desc(), Entry.id.desc()).limit(limit))
    return [(entry, place) for entry, place in rows]


def _with_place() -> Select[Entry, Organization]:
    return select(Entry, Organization).join(
        Organization, (Organization.tenant_id == Entry.tenant_id) & (Organization.id == Entry.organization_id)
    )


async def _kept(session: AsyncSession, scope: Scope, entry: Entry, topic: str, fields: Sequence[str]) -> None:
    await session.flush()
    await show(session, [entry.id])
    await note(session, scope, WRITE, RECORD_TYPE, entry.id, fields=list(fields))
    await publish(session, topic, RECORD_TYPE, entry.id)

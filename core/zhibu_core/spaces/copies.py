"""What other tenants gave this one: the only way to read it, which asks each time whether it may be read, and notes who did."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.events import publish
from zhibu_core.spaces.declared import Shareable, typed
from zhibu_core.spaces.force import readable
from zhibu_core.spaces.models import Space, SpaceCopy, SpaceRead
from zhibu_core.spaces.powers import seen_by
from zhibu_core.spaces.removing import COPY_FILE
from zhibu_core.spaces.sending import TELL_READS, reader_key_of
from zhibu_core.storage.keeping import files_of
from zhibu_core.storage.models import File
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of

ROWS = 100
GATHERED_FOR = dt.timedelta(seconds=30)
"""How long readings are gathered before they travel back."""


async def copies_of(
    session: AsyncSession,
    who: Scope,
    *,
    space_id: uuid.UUID | None = None,
    kind: str | None = None,
    parcel_id: uuid.UUID | None = None,
    subject: uuid.UUID | None = None,
    copy_ids: Sequence[uuid.UUID] | None = None,
    after: uuid.UUID | None = None,
    limit: int = ROWS,
) -> list[SpaceCopy]:
    """The copies that this asker may read now, newest first (one statement); `after` is the last one of the page before."""
    query = _readable(who)
    for column, value in (
        (SpaceCopy.space_id, space_id),
        (SpaceCopy.kind, kind),
        (SpaceCopy.parcel_id, parcel_id),
        (SpaceCopy.subject, subject),
    ):
        if value is not None:
            query = query.where(column == value)
    if copy_ids is not None:
        query = query.where(SpaceCopy.id.in_(list(copy_ids)))
    if after is not None:
        query = query.where(SpaceCopy.id < after)
    return list(await session.scalars(query.order_by(SpaceCopy.id.desc()).limit(limit)))


async def count_copies(session: AsyncSession, who: Scope, *, space_id: uuid.UUID, kind: str | None = None) -> int:
    """How many copies of an agreement this asker may read now (one statement)."""
    query = _readable(who).where(SpaceCopy.space_id == space_id)
    query = query if kind is None else query.where(SpaceCopy.kind == kind)
    return await session.scalar(query.with_only_columns(func.count())) or 0


async def read_copies(session: AsyncSession, who: Scope, copies: Sequence[SpaceCopy]) -> None:
    """Notes that the signed-in person read these, once a day each; the owners see it in their ledger within a minute.

    Their name and branch's tenant cross with it, as the agreement's pages say.
    """
    if who.actor is None or not copies:
        return
    person = who.actor.person_id
    rows = [
        {"id": new_id(), "space_id": one.space_id, "envelope_id": one.id, "reader": who.actor.name,
         "reader_key": reader_key_of(session, person), "person_id": person, "place": who.tenant.name, "read_on": who.today,
         "read_at": instant_of(session), "is_own": True, "sent_at": None}
        for one in copies
    ]  # fmt: skip
    before = await _untold(session, {one.space_id for one in copies})
    again = "on conflict (tenant_id, envelope_id, reader_key, read_on) do nothing"
    await insert_rows(session, cast("Table", SpaceRead.__table__), rows, on_conflict=again)
    for space in {one.space_id for one in copies} - before:
        await publish(session, TELL_READS, "space", space, after=GATHERED_FOR)


async def files_of_copies(
    session: AsyncSession, who: Scope, copies: Sequence[SpaceCopy]
) -> dict[uuid.UUID, list[File]]:
    """The files of each of these copies that may be read now, once they are scanned here (two statements)."""
    readable_now = _readable(who).where(SpaceCopy.id.in_([one.id for one in copies])).with_only_columns(SpaceCopy.id)
    found = await files_of(session, COPY_FILE, list(await session.scalars(readable_now)))
    return {one.id: [file for file in found.get(one.id, ()) if file.state == "clean"] for one in copies}


async def holds(session: AsyncSession, who: Scope, copy_id: uuid.UUID) -> bool:
    """Whether the copy may be read here at all now, whoever asks: for a link that was made for somebody who may."""
    return bool(await session.scalar(select(_in_force(who).where(SpaceCopy.id == copy_id).exists())))


def values_of(copy: SpaceCopy, declared: Shareable) -> dict[str, Any]:
    """The copy's values as the declared types; fields that are not declared here are left out."""
    return {key: typed(declared.by_key[key], value) for key, value in copy.record.items() if key in declared.by_key}


def _readable(who: Scope) -> Select[SpaceCopy]:
    return _in_force(who).where(seen_by(who))


def _in_force(who: Scope) -> Select[SpaceCopy]:
    joined = (Space.tenant_id == SpaceCopy.tenant_id) & (Space.id == SpaceCopy.space_id)
    return select(SpaceCopy).join(Space, joined).where(readable(who))


async def _untold(session: AsyncSession, spaces: set[uuid.UUID]) -> set[uuid.UUID]:
    """The spaces of which readings wait to be told already."""
    query = select(SpaceRead.space_id).where(
        SpaceRead.space_id.in_(spaces), SpaceRead.is_own, SpaceRead.sent_at.is_(None)
    )
    return set(await session.scalars(query.distinct()))

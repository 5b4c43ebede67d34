"""Agreements, crossings and copies as pages of a list, by core's own functions, which say who may see what."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from zhibu_core.spaces.copies import copies_of, count_copies, read_copies
from zhibu_core.spaces.crossings import count_crossings, ledger, open_cases
from zhibu_core.spaces.models import Space, SpaceCopy
from zhibu_core.spaces.powers import no_such_space, seen_by
from zhibu_core.spaces.reading import Agreement, spaces_of, wholes_of
from zhibu_graphql.context import Context, Info
from zhibu_graphql.cursors import read_cursor
from zhibu_graphql.ids import read_id
from zhibu_graphql.paging import page_of

SPACE, COPY = "SP", "SC"


async def page_of_spaces(info: Info, first: int, after: str | None, state: str | None) -> Any:
    """The agreements that the asker may see, newest first."""
    context, start = info.context, _place(after)
    async with context.turn() as session:
        found = await spaces_of(session, context.scope, state=state or "", after=start, limit=first + 1)
        wholes = await wholes_of(session, found)

    async def count(_info: Info) -> int:
        query = select(func.count()).select_from(Space).where(seen_by(context.scope))
        async with context.turn() as session:
            return await session.scalar(query if not state else query.where(Space.state == state)) or 0

    return page_of([((one.space.id,), one) for one in wholes], first, after, count)


async def page_of_crossings(info: Info, space_id: uuid.UUID, first: int, after: str | None, records_only: bool) -> Any:
    """What crossed under one agreement, newest first."""
    context, start = info.context, _place(after)
    async with context.turn() as session:
        lines = await ledger(session, context.scope, space_id, records_only=records_only, before=start, limit=first + 1)

    async def count(_info: Info) -> int:
        async with context.turn() as session:
            return await count_crossings(session, space_id, records_only=records_only)

    return page_of([((one.id,), one) for one in lines], first, after, count)


async def page_of_copies(info: Info, space_id: uuid.UUID, first: int, after: str | None, kind: str | None) -> Any:
    """The other side's records, newest first; that the asker read them is noted."""
    context, start = info.context, _place(after)
    async with context.turn() as session:
        found = await copies_of(session, context.scope, space_id=space_id, kind=kind, after=start, limit=first + 1)
        await read_copies(session, context.scope, found[:first])

    async def count(_info: Info) -> int:
        async with context.turn() as session:
            return await count_copies(session, context.scope, space_id=space_id, kind=kind)

    return page_of([((one.id,), one) for one in found], first, after, count)


async def cases_of(info: Info, most: int) -> Any:
    """Everything that has not come to an end."""
    async with info.context.turn() as session:
        return await open_cases(session, info.context.scope, limit=most)


async def find_spaces(context: Context, keys: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Agreement]:
    """The agreements of these ids that the asker may see (four statements)."""
    query = select(Space).where(Space.id.in_(list(keys)), seen_by(context.scope))
    async with context.turn() as session:
        wholes = await wholes_of(session, list(await session.scalars(query)))
    return {one.space.id: one for one in wholes}


async def find_copies(context: Context, keys: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, SpaceCopy]:
    """The copies of these ids that the asker may read now; noted as read."""
    async with context.turn() as session:
        found = await copies_of(session, context.scope, copy_ids=keys)
        await read_copies(session, context.scope, found)
    return {one.id: one for one in found}


async def whole(context: Context, space_id: uuid.UUID) -> Agreement:
    """One agreement; raises `NotFound`."""
    found = (await find_spaces(context, [space_id])).get(space_id)
    if found is None:
        raise no_such_space()
    return found


def key_of_space(text: str) -> uuid.UUID:
    """The agreement's id; raises `NotFound` for what is none."""
    found = read_id(text, SPACE)
    if found is None:
        raise no_such_space()
    return found


def _place(after: str | None) -> uuid.UUID | None:
    return None if after is None else read_cursor(after, [uuid.UUID])[0]

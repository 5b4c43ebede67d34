"""Agreements whole, crossings and copies, by core's own functions, which say who may see what."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from zhibu_core.spaces.copies import copies_of, count_copies, read_copies
from zhibu_core.spaces.crossings import count_crossings, ledger, open_cases
from zhibu_core.spaces.models import Space, SpaceCopy
from zhibu_core.spaces.powers import no_such_space, seen_by
from zhibu_core.spaces.reading import Agreement, wholes_of
from zhibu_graphql.context import Context, Info
from zhibu_graphql.cursors import read_cursor
from zhibu_graphql.ids import read_id
from zhibu_graphql.paging import page_of
from zhibu_graphql.reading.agreements import SPACES, SpaceRecord
from zhibu_graphql.reading.agreements import TAG as SPACE
from zhibu_graphql.reading.pages import find

COPY = "SC"


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


async def whole_of(context: Context, space_id: uuid.UUID) -> Agreement:
    """One agreement with all its versions, which the asker has been shown."""

    async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, Agreement]:
        query = select(Space).where(Space.id.in_(keys), seen_by(context.scope))
        async with context.turn() as session:
            wholes = await wholes_of(session, list(await session.scalars(query)))
        return {one.space.id: one for one in wholes}

    found = await context.load("agreements whole", space_id, fetch)
    if found is None:
        raise no_such_space()
    return found


async def find_copies(context: Context, keys: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, SpaceCopy]:
    """The copies of these ids that the asker may read now; noted as read."""
    async with context.turn() as session:
        found = await copies_of(session, context.scope, copy_ids=keys)
        await read_copies(session, context.scope, found)
    return {one.id: one for one in found}


async def shown(context: Context, space_id: uuid.UUID) -> SpaceRecord:
    """One agreement; raises `NotFound`."""
    found = await find(context, SPACES, space_id)
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

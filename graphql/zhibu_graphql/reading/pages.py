"""Reads pages of a listing: of the whole list, or for all parents of a level by one statement."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select, true

from zhibu_graphql.context import Context, Info
from zhibu_graphql.paging import page_of
from zhibu_graphql.reading.listing import Link, Listing, among
from zhibu_graphql.sql import OfAsker, Required

R = TypeVar("R")
Filters = Mapping[str, Any]


async def find(context: Context, listing: Listing[R], key: UUID | None, column: str = "id") -> R | None:
    """One row by its id, None where it is not there or may not be read; all asked for in one step by one statement."""

    async def fetch(keys: list[UUID]) -> dict[UUID, R]:
        return await find_all(context, listing, keys, column)

    return None if key is None else await context.load(("find", listing.name, column), key, fetch)


async def read_by(info: Info, listing: Listing[Any], column: str, key: UUID | None) -> Any:
    """The row whose column is this key."""
    return await find(info.context, listing, key, column)


async def read_one(info: Info, listing: Listing[Any], key: UUID | None) -> Any:
    """The same for resolvers, which are typed by what the schema says and return what it is read from."""
    return await find(info.context, listing, key)


def read_from(record: Any) -> Any:
    """A record, for resolvers, in place of the type that is read from it."""
    return record


async def find_all(context: Context, listing: Listing[R], keys: Sequence[UUID], column: str = "id") -> dict[UUID, R]:
    """Rows by id, or by another column that is unique; those that may be read."""
    statement = listing.select(context.scope, {}).where(among(listing.columns[column], keys))
    return {getattr(row, column): listing.read(row)[1] for row in await context.rows(statement)}


async def all_below(
    info: Info, listing: Listing[Any], link: str, parent: UUID, filters: Callable[[Any], Filters] | None
) -> Any:
    """All rows that hang on one parent, in order; for all parents of a level by one statement."""
    context = info.context
    kept = filters(context.scope) if filters else {}

    async def fetch(parents: list[UUID]) -> dict[UUID, list[Any]]:
        joined = listing.links[link]
        statement = listing.select(context.scope, kept).add_columns(joined.parent.c.id.label("parent_key"))
        statement = statement.join(joined.parent, joined.on).where(
            joined.parent.c.tenant_id == context.scope.tenant.id, among(joined.parent.c.id, parents)
        )
        found: dict[UUID, list[Any]] = defaultdict(list)
        for row in await context.rows(statement.order_by(*listing.ordered(listing.order))):
            found[row.parent_key].append(listing.read(row)[1])
        return found

    return await context.load(("all", listing.name, link), parent, fetch) or []


async def first_of(
    info: Info, listing: Listing[Any], most: int | None, filters: Callable[[Any], Filters] | None
) -> Any:
    """The first rows of a whole list."""
    context = info.context
    statement = listing.select(context.scope, filters(context.scope) if filters else {})
    rows = await context.rows(statement.order_by(*listing.ordered(listing.order)).limit(most))
    return [listing.read(row)[1] for row in rows]


async def settled(context: Context, filters: Filters) -> dict[str, Any]:
    """Filters with the rows that they require looked up; raises where one may not be read."""
    return {name: await _settled(context, value) for name, value in filters.items()}


async def _settled(context: Context, value: Any) -> Any:
    if isinstance(value, OfAsker):
        return value.get(context.scope)
    if not isinstance(value, Required):
        return value
    row = await find(context, value.listing, value.key)
    if row is None:
        raise value.missing()
    return getattr(row, value.attribute)


async def page(info: Info, listing: Listing[Any], first: int, after: str | None, filters: Filters | None = None) -> Any:
    """A page (`Page`) of the whole list."""
    context, kept = info.context, _given(filters)
    statement = listing.select(context.scope, kept).where(listing.after(after))
    rows = await context.rows(statement.order_by(*listing.ordered(listing.order)).limit(first + 1))

    async def count(_info: Info) -> int:
        counting = select(func.count()).select_from(listing.source).where(*listing.conditions(context.scope, kept))
        return int((await context.rows(counting))[0][0])

    return page_of([listing.read(row) for row in rows], first, after, count)


async def page_below(
    info: Info,
    listing: Listing[Any],
    link: str,
    parent: UUID,
    first: int,
    after: str | None,
    filters: Filters | None = None,
) -> Any:
    """A page (`Page`) of what hangs on one parent; for all parents that ask alike in one step by one statement."""
    context, kept = info.context, _given(filters)
    alike = (listing.name, link, tuple(sorted(kept.items())))

    async def fetch(parents: list[UUID]) -> dict[UUID, list[Any]]:
        return await _rows_below(context, listing, listing.links[link], parents, first, after, kept)

    async def fetch_counts(parents: list[UUID]) -> dict[UUID, int]:
        return await _counts_below(context, listing, listing.links[link], parents, kept)

    async def count(_info: Info) -> int:
        return await context.load(("count", *alike), parent, fetch_counts) or 0

    rows = await context.load(("page", *alike, first, after), parent, fetch)
    return page_of(rows or [], first, after, count)


async def _rows_below(
    context: Context,
    listing: Listing[R],
    link: Link,
    parents: Sequence[UUID],
    first: int,
    after: str | None,
    filters: Filters,
) -> dict[UUID, list[Any]]:
    """The first rows of each parent: a lateral join, so that each parent's list ends at its own limit."""
    rows = listing.select(context.scope, filters).where(link.on, listing.after(after))
    rows = rows.order_by(*listing.ordered(listing.order)).limit(first + 1)
    below = rows.correlate(link.parent).lateral("below")
    places = [below.c[f"place_{n}"] for n in range(len(listing.order))]
    statement = (
        select(*below.c, link.parent.c.id.label("parent_key"))
        .select_from(link.parent.join(below, true()))
        .where(link.parent.c.tenant_id == context.scope.tenant.id, among(link.parent.c.id, parents))
        .order_by(*listing.ordered(places))
    )
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in await context.rows(statement):
        found[row.parent_key].append(listing.read(row))
    return found


async def _counts_below(
    context: Context, listing: Listing[R], link: Link, parents: Sequence[UUID], filters: Filters
) -> dict[UUID, int]:
    statement = (
        select(link.parent.c.id, func.count())
        .select_from(link.parent.join(listing.source, link.on))
        .where(
            link.parent.c.tenant_id == context.scope.tenant.id,
            among(link.parent.c.id, parents),
            *listing.conditions(context.scope, filters),
        )
        .group_by(link.parent.c.id)
    )
    return {row[0]: int(row[-1]) for row in await context.rows(statement)}


def _given(filters: Filters | None) -> dict[str, Any]:
    return {name: value for name, value in (filters or {}).items() if value is not None}

"""Relations: a row that a key leads to, a row by filters, a short list; each joined laterally to the row it hangs on."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLObjectType
from sqlalchemy import Text, Uuid

from zhibu_core.errors import NotFound
from zhibu_graphql import sql
from zhibu_graphql.compiled.objects import Compiling
from zhibu_graphql.compiled.rendering import conditions_of, text_of
from zhibu_graphql.compiled.rows import Beside, NotCompiled, Plan, Row, Rows, expression, from_where, tied
from zhibu_graphql.compiled.selection import Asked
from zhibu_graphql.compiled.writing import Part, Spent, list_of
from zhibu_graphql.reading.listing import Listing

Lacking = tuple[str, Callable[[], NotFound]]
"""When a row that is required is not there, and what is said then."""


def one(compiling: Compiling, behind: sql.One, row: Row, asked: Asked) -> Part:
    """The row that the parent's key leads to."""
    if behind.joined:
        return _beside(compiling, behind, row, asked)
    return single(compiling, behind.listing, _led_to(compiling.plan, behind, row), row, asked)


def either(compiling: Compiling, behind: sql.Either, row: Row, asked: Asked) -> Part:
    """The first of several such rows, each as an object of its own type."""
    spent, found = Spent(), list[str]()
    for way in behind.ones:
        kind = compiling.selecting.found_in(asked.inside, way.listing)
        if kind is None:
            continue  # of a plugin that is off
        unless = [f"{before} is null" for before in found]
        conditions = [*_led_to(compiling.plan, way, row), *unless]
        part = single(compiling, way.listing, conditions, row, asked, kind)
        spent.add(part.spent)
        found.append(part.sql)
    return Part(f"coalesce({', '.join(found)}, null::text)", spent, written=True)


def _led_to(plan: Plan, behind: sql.One, row: Row) -> list[str]:
    """The conditions of the row that a key leads to, for whoever may read it."""
    key = row.attribute(behind.by) if isinstance(behind.by, str) else _of_scope(plan, behind.by)
    listing = behind.listing
    kept = conditions_of(listing.source, listing.kept(plan.asker, {}))
    return [*kept, f"{text_of(listing.columns[behind.column])} = {key}"]


def _of_scope(plan: Plan, by: Callable[[Any], Any]) -> str:
    return f"${plan.parameters.add(uuid.UUID, lambda given: by(given.scope), ('by', by)).number}"


def _beside(compiling: Compiling, behind: sql.One, row: Row, asked: Asked) -> Part:
    """The same from the parent's own row, which it is joined to."""
    if row.listing is None:
        raise NotCompiled(asked.name)
    part = compiling.object(asked.inside, asked, Beside(row, behind.listing))
    readable = conditions_of(row.listing.source, [behind.listing.readable(compiling.plan.asker)])
    if not readable:
        return part
    allowed = row.ref("(" + " and ".join(readable) + ")")
    spent = Spent(0, [f"case when {allowed} then {part.spent.sql()} else 0 end"])
    return Part(f"case when {allowed} then {part.text} end", spent, written=True)


def single(
    compiling: Compiling,
    listing: Listing[Any],
    conditions: Sequence[str],
    row: Row,
    asked: Asked,
    kind: GraphQLObjectType | None = None,
) -> Part:
    """One row of a listing as an object, null where there is none; of `kind` where the field's type does not say it."""
    rows = Rows(compiling.plan, listing, list(conditions), compiling.plan.name())
    part = compiling.object(kind or asked.inside, asked, rows)
    # The limit keeps the planner from joining it in another order than the parent's.
    inner = f"({rows.sql(ordered=False, limit=1)}) {rows.alias}"
    return lateral(compiling.plan, row, f"select {part.text} as j", part.spent, f"from {inner}", rows.laterals)


def many(compiling: Compiling, behind: sql.Many, row: Row, asked: Asked) -> Part:
    """A short list, read whole; of a root field its first rows."""
    plan, listing = compiling.plan, behind.listing
    filters = behind.filters(plan.asker) if behind.filters else {}
    conditions = conditions_of(listing.source, listing.kept(plan.asker, filters))
    if behind.link is not None:
        conditions += tied_to(listing, behind.link, row)
    rows = Rows(plan, listing, conditions, plan.name())
    part = compiling.object(asked.inside, asked, rows)
    inner = f"({rows.sql(ordered=True, limit=behind.most)}) {rows.alias}"
    return gathered(plan, row, part, asked.asks.weight, f"from {inner}", rows.laterals)


def gathered(plan: Plan, row: Row, part: Part, weight: int, rest: str, inside: Sequence[str]) -> Part:
    """A list of a part over rows, each of which counts its weight."""
    varying = [f"count(*) * {part.spent.fixed + weight}", *(f"coalesce(sum({v}), 0)" for v in part.spent.varying)]
    return lateral(plan, row, f"select {list_of(part.text)} as j", Spent(-weight, varying), rest, inside)


def tied_to(listing: Listing[Any], link: str, row: Row) -> list[str]:
    """The conditions of a link from a parent's row."""
    joined = listing.links[link]
    return tied(joined, row, [text_of(joined.on, listing.source.join(joined.parent, joined.on))])


def lateral(plan: Plan, row: Row, select: str, spent: Spent, rest: str, inside: Sequence[str]) -> Part:
    """Joins a sub-select with column `j` to the parent's row."""
    name = plan.name()
    # An integer: sums of bigint are numeric, whose arithmetic costs more than all the rest of the counting.
    counted = "" if not (spent.fixed or spent.varying) else f", ({spent.sql()})::int as s"
    row.laterals.append(f"left join lateral ({select}{counted} {' '.join([rest, *inside])}) {name} on true")
    return Part(f"{name}.j", Spent(0, [f"coalesce({name}.s, 0)"] if counted else []), written=True)


def found(compiling: Compiling, declared: sql.Found, row: Row, asked: Asked) -> Part:
    """The first row that filters leave; null where none was given."""
    if not declared.filters:
        return Part("null::text", written=True)
    plan, listing = compiling.plan, declared.listing
    kept = conditions_of(listing.source, listing.kept(plan.asker, settled(plan, declared.filters)[0]))
    return single(compiling, listing, kept, row, asked)


def settled(plan: Plan, filters: Mapping[str, Any]) -> tuple[dict[str, Any], list[Lacking]]:
    """Filters with what they require as sub-selects, and when they cannot be had."""
    kept: dict[str, Any] = {}
    lacking: list[Lacking] = []
    for name, value in filters.items():
        kept[name] = value.get(plan.asker) if isinstance(value, sql.OfAsker) else value
        if isinstance(value, sql.Required):
            listing = value.listing
            conditions = conditions_of(
                listing.source, [*listing.kept(plan.asker, {}), listing.columns["id"] == value.key]
            )
            wanted = text_of(listing.columns[value.attribute], listing.source)

            def look(what: str, listing: Listing[Any] = listing, conditions: list[str] = conditions) -> str:
                return f"(select {what} {from_where(plan, listing, conditions, what)})"

            lacking.append((f"{look(wanted)} is null", value.missing))
            if value.attribute == "id":
                kept[name] = expression(look(wanted), Uuid())
            else:
                bounds = (wanted, f"left({wanted}, -1) || '0'")
                kept[name] = sql.Span(*(expression(look(bound), Text()) for bound in bounds))
    return kept, lacking

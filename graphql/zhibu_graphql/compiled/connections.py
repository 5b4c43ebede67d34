"""Connections: a page of a list by cursor, with its totals and the page's place, as one lateral sub-select."""

import inspect
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from zhibu_core.errors import ZhibuError
from zhibu_graphql import sql
from zhibu_graphql.compiled.objects import Compiling
from zhibu_graphql.compiled.relations import found, lateral, settled, tied_to
from zhibu_graphql.compiled.rendering import conditions_of, text_of
from zhibu_graphql.compiled.rows import NotCompiled, Row, Rows, from_where
from zhibu_graphql.compiled.selection import TYPENAME, Asked
from zhibu_graphql.compiled.writing import Part, Spent, cursor, list_of, object_of
from zhibu_graphql.cursors import read_cursor
from zhibu_graphql.reading.listing import Listing

ENDS = {"startCursor", "endCursor"}
OF_ROWS = ENDS | {"hasNextPage"}
"""What of a page's place its rows must be read for."""


def says(compiling: Compiling, behind: sql.Says, row: Row, asked: Asked) -> Part:
    """What a declaring function returns for the arguments; an error in its place where they are no good."""
    arguments = compiling.arguments.of(asked)
    names = _parameters(behind.function)
    if "info" in names or inspect.iscoroutinefunction(behind.function):
        raise NotCompiled(asked.name)  # a resolver that reads by itself
    try:
        declared = behind.function(None, **({"root": None} if "root" in names else {}), **arguments)
    except ZhibuError as error:
        return Part(compiling.refused(asked, error), written=True)
    if isinstance(declared, sql.Page):
        return page(compiling, declared, row, asked)
    if isinstance(declared, sql.Found):
        return found(compiling, declared, row, asked)
    raise NotCompiled(asked.name)


@lru_cache(maxsize=1_000)
def _parameters(function: Callable[..., Any]) -> Collection[str]:
    return tuple(inspect.signature(function).parameters)


def page(compiling: Compiling, declared: sql.Page, row: Row, asked: Asked) -> Part:
    """A page of a listing as a connection; an error in its place without a row that it requires, or for a bad cursor."""
    plan, listing = compiling.plan, declared.listing
    filters, lacking = settled(plan, declared.filters)
    conditions = conditions_of(listing.source, listing.kept(plan.asker, filters))
    if declared.link is not None:
        conditions += tied_to(listing, declared.link, row)
    try:
        beyond = _beyond(listing, declared.after)
    except ZhibuError as error:
        part = Part(compiling.refused(asked, error), written=True)
    else:
        part = _Connection(compiling, listing, conditions, beyond, declared.first).part(row, asked)
    if not lacking:
        return part
    whens = [f"when {condition} then {compiling.refused(asked, missing())}" for condition, missing in lacking]
    return Part(f"case {' '.join(whens)} else {part.text} end", part.spent, written=True)


def _beyond(listing: Listing[Any], after: Any) -> list[str] | None:
    """The conditions of what comes after a cursor; None without one. Raises what reading it raises."""
    if after is None:
        return None
    if not isinstance(after, sql.Argument):
        return conditions_of(listing.source, [listing.after(after)])
    kinds = listing.kinds()
    place = [after.made(_part_of(kinds, number), kind) for number, kind in enumerate(kinds)]
    return conditions_of(listing.source, [listing.beyond(place)])


@dataclass(eq=False)
class _Connection:
    compiling: Compiling
    listing: Listing[Any]
    conditions: Sequence[str]
    """Of the whole list."""

    beyond: Sequence[str] | None
    first: int

    def part(self, row: Row, asked: Asked) -> Part:
        compiling, kind = self.compiling, asked.inside
        self.wanted = compiling.selecting.asked(kind, asked)
        asked_of_page = {
            one.name
            for info in self.wanted
            if info.name == "pageInfo"
            for one in compiling.selecting.asked(info.inside, info)
        }
        self.looks_ahead = "hasNextPage" in asked_of_page
        self.reads_rows = bool(asked_of_page & OF_ROWS) or any(one.name == "edges" for one in self.wanted)
        self.rows = Rows(compiling.plan, self.listing, [*self.conditions, *(self.beyond or ())], compiling.plan.name())
        spent = Spent()
        pairs = []
        for one in self.wanted:
            part = self._of(kind, one)
            spent.add(part.spent)
            pairs.append((one.key, part))
        return lateral(compiling.plan, row, f"select {object_of(pairs)} as j", spent, *self._source())

    def _source(self) -> tuple[str, list[str]]:
        if self._counts_only:
            return from_where(self.compiling.plan, self.listing, self.conditions, ""), []
        if not self.reads_rows:
            return "", []
        limit = self.first + 1 if self.looks_ahead else self.first
        inner = f"({self.rows.sql(ordered=True, limit=limit)})"
        alias = self.rows.alias
        if not self.looks_ahead:
            return f"from {inner} {alias}", self.rows.laterals
        numbered = f"(select q.*, row_number() over () as rn from {inner} q) {alias}"  # noqa: S608 of declarations alone
        return f"from {numbered}", self.rows.laterals

    @property
    def _counts_only(self) -> bool:
        names = {one.name for one in self.wanted}
        return "totalCount" in names and names <= {"totalCount", TYPENAME}

    @property
    def _of_page(self) -> str:
        """Leaves the row out that only says that more follows."""
        return f" filter (where {self.rows.alias}.rn <= {self.first})" if self.looks_ahead else ""

    def _of(self, kind: Any, asked: Asked) -> Part:
        if asked.name == "totalCount":
            return self._count()
        if asked.name == "edges":
            return self._edges(asked)
        if asked.name == "pageInfo":
            return self._page_info(asked)
        return self.compiling.field(kind, asked, self.rows)

    def _count(self) -> Part:
        if self._counts_only:
            return Part("count(*)")
        plan = self.compiling.plan
        return Part(f"(select count(*) {from_where(plan, self.listing, self.conditions, '')})")

    def _edges(self, asked: Asked) -> Part:
        spent = Spent()
        pairs = []
        for one in self.compiling.selecting.asked(asked.inside, asked):
            if one.name == "cursor":
                part = Part(self._cursor([self.rows.ref(text_of(column)) for column in self.listing.order]))
            elif one.name == "node":
                part = self.compiling.object(one.inside, one, self.rows)
                part = replace(part, spent=Spent(part.spent.fixed + one.asks.weight, part.spent.varying))
            else:
                part = self.compiling.field(asked.inside, one, self.rows)
            spent.add(part.spent)
            pairs.append((one.key, part))
        varying = [f"coalesce(sum({one}){self._of_page}, 0)" for one in spent.varying]
        if spent.fixed:
            varying.append(f"count(*){self._of_page} * {spent.fixed}")
        return Part(list_of(object_of(pairs), self._of_page), Spent(0, varying), written=True)

    def _page_info(self, asked: Asked) -> Part:
        last = f"least(count(*), {self.first})::int" if self.looks_ahead else "count(*)::int"
        pairs = []
        for one in self.compiling.selecting.asked(asked.inside, asked):
            if one.name in ENDS:
                pairs.append((one.key, Part(self._end("1" if one.name == "startCursor" else last))))
            elif one.name == "hasNextPage":
                pairs.append((one.key, Part(f"count(*) > {self.first}")))
            elif one.name == "hasPreviousPage":
                pairs.append((one.key, Part("false" if self.beyond is None else "true")))
            else:
                pairs.append((one.key, self.compiling.field(asked.inside, one, self.rows)))
        return Part(object_of(pairs), written=True)

    def _end(self, number: str) -> str:
        columns = [self.rows.ref(text_of(column)) for column in self.listing.order]
        return self._cursor([f"(array_agg({column}))[{number}]" for column in columns])

    def _cursor(self, places: Sequence[str]) -> str:
        return cursor(places, self.listing.kinds())


def _part_of(kinds: Sequence[type], number: int) -> Any:
    return lambda text: read_cursor(text, kinds)[number]

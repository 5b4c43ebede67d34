"""Rows of a plan: a sub-select of a listing that has just the columns asked for, and what is joined to each of its rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import literal_column

from zhibu_graphql.compiled.asker import Asker
from zhibu_graphql.compiled.parameters import Parameters
from zhibu_graphql.compiled.refusals import Refusal
from zhibu_graphql.compiled.rendering import Joined, joined_in, text_of
from zhibu_graphql.reading.listing import Link, Listing
from zhibu_graphql.sql import Noted


class NotCompiled(Exception):
    """The operation must be run by resolvers."""


@dataclass(eq=False)
class Plan:
    """What a statement is made with: its parameters, who asks, and names that are not taken.

    `openers` open marked values after the database, `refusals` are what other marks tell of; `noted` is what the audit
    says of objects, `opened` are these: text such as `0/<uuid>`, with the number of what is said of it, or null.
    """

    asker: Asker
    parameters: Parameters
    openers: list[Any] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    is_marked: bool = False
    names: int = 0

    def name(self) -> str:
        """A name for a sub-select."""
        self.names += 1
        return f"n{self.names}"

    def note(self, noted: Noted, part: str, key: str) -> None:
        """That the object of a key is opened where a part of the answer is not null."""
        if noted not in self.noted:
            self.noted.append(noted)
        self.opened.append(f"case when {part} is not null then '{self.noted.index(noted)}/' || {key} end")

    def mark(self) -> str:
        """The parameter for what stands in the answer where Python has something to do; a secret of the process."""
        self.is_marked = True
        return f"${self.parameters.add(str, lambda given: given.mark, 'mark').number}"


class Row(Protocol):
    """One row: its listing says what the columns are, `ref` takes one more of them."""

    @property
    def listing(self) -> Listing[Any] | None:
        """What the row's columns are; None for what is no row of a list."""
        ...

    @property
    def laterals(self) -> list[str]:
        """What is joined to each of the rows."""
        ...

    def ref(self, written: str) -> str:
        """How an expression of the rows' source is named outside."""
        ...

    def attribute(self, name: str) -> str:
        """How a column of the listing, or another attribute of what the row stands for, is named outside."""
        ...


@dataclass(eq=False)
class Rows:
    """The rows of a listing that conditions leave."""

    plan: Plan
    listing: Listing[Any]
    conditions: list[str]
    alias: str
    laterals: list[str] = field(default_factory=list)
    _columns: dict[str, str] = field(default_factory=dict)

    def ref(self, written: str) -> str:
        if written not in self._columns:
            self._columns[written] = f"c{len(self._columns) + 1}"
        return f"{self.alias}.{self._columns[written]}"

    def attribute(self, name: str) -> str:
        return self.ref(_written(self.listing, name))

    def sql(self, *, ordered: bool, limit: int | None) -> str:
        """The sub-select, once everything is asked for."""
        columns = ", ".join(f"{text} as {name}" for text, name in self._columns.items()) or "1 as one"
        order = ", ".join(
            text_of(column) + (" desc" if self.listing.descending else "") for column in self.listing.order
        )
        tail = (f" order by {order}" if ordered else "") + (f" limit {limit}" if limit is not None else "")
        return f"select {columns} {from_where(self.plan, self.listing, self.conditions, columns + tail)}{tail}"


@dataclass(eq=False)
class Beside:
    """A row that is joined to another's rows: the other's source has its columns."""

    row: Row
    listing: Listing[Any]

    @property
    def laterals(self) -> list[str]:
        return self.row.laterals

    def ref(self, written: str) -> str:
        return self.row.ref(written)

    def attribute(self, name: str) -> str:
        return self.ref(_written(self.listing, name))


def tied(link: Link, parent: Row, written: list[str]) -> list[str]:
    """A link's conditions, with the parent's columns by the names that they have in the plan."""
    if parent.listing is None:
        raise NotCompiled("a link from what is no row")
    own = next((t for t in parent.listing.tables if t.element is link.parent.element), None)
    if own is None:
        raise NotCompiled(f"{parent.listing.name} has no {link.parent.element.name}")
    column = re.compile(rf"\b{link.parent.name}\.(\w+)")
    return [column.sub(lambda found: parent.ref(f"{own.name}.{found.group(1)}"), one) for one in written]


def from_where(plan: Plan, listing: Listing[Any], conditions: Sequence[str], named: str) -> str:
    """`from … where …`: the tenant on every table; tables that nothing names, and that change nothing, are left out."""
    text = " ".join([named, *conditions])
    kept: list[Joined] = []
    for table in reversed(joined_in(listing.source)):
        needed = text + " ".join(other.on or "" for other in kept)
        if not table.can_go or re.search(rf"\b{table.alias}\.", needed):
            kept.insert(0, table)
    tenant = plan.asker.tenant.id
    present = {table.alias for table in kept}
    present |= {t.name for t in listing.tables} if "" in present else set()
    tenants = [f"{t.name}.tenant_id = ${tenant.number}" for t in listing.tables if t.name in present]  # type: ignore[attr-defined]
    written = kept[0].written + "".join(
        f" {'left ' if table.outer else ''}join {table.written} on {table.on}" for table in kept[1:]
    )
    where = " and ".join([*tenants, *(f"({condition})" for condition in conditions)])
    return f"from {written} where {where}"


def _written(listing: Listing[Any], name: str) -> str:
    if name not in listing.columns:
        raise NotCompiled(f"{listing.name} has no {name}")
    return text_of(listing.columns[name], listing.source)


def expression(written: str, kind: Any) -> Any:
    """Written SQL as an expression of a type."""
    return literal_column(written, kind)

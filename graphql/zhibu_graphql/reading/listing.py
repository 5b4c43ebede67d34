"""What a list is made of: its columns, tables, order, filters, its links to parents, and who may read which rows."""

import dataclasses
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Uuid,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)

from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import NO_ROW, bounds, is_top
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.cursors import read_cursor
from zhibu_graphql.sql import Place, Span

R = TypeVar("R")
REACHED: Any = Organization.__table__.alias("reached")


@dataclass(frozen=True, eq=False)
class Link:
    """How rows hang on a parent: `parent` is an alias of the parent's table (with id, tenant_id), `on` joins the two."""

    parent: Any
    on: ColumnElement[bool]


@dataclass(frozen=True, eq=False)
class Listing(Generic[R]):
    """A kind of rows. `record` is a dataclass whose fields name the `columns`; one of them is `id`.

    `tables` are all tables in `source`: the tenant is laid on each. `order` is unique and never null. `place` is the path
    of the organization that a row belongs to: rows are read where `action` is held (without a place: by whoever reached
    their parent), and `own` (action, person's id) adds the asker's own, `narrowed` leaves fewer. `at` is the organization's
    id in the table of the own rows: indexes find either. `filters` make conditions of values, `links` name the ways from a
    parent.
    """

    name: str
    record: type[R]
    columns: Mapping[str, Any]
    source: FromClause
    tables: Sequence[Any]
    order: Sequence[Any] = ()
    place: Any = None
    action: str = ""
    own: tuple[str, Any] | None = None
    at: Any = None
    always: Sequence[ColumnElement[bool]] = ()
    filters: Mapping[str, Callable[[Any], ColumnElement[bool]]] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)
    narrowed: Callable[[Scope], ColumnElement[bool]] | None = None
    descending: bool = False

    def __post_init__(self) -> None:
        if list(self.columns) != [field.name for field in dataclasses.fields(self.record)]:  # type: ignore[arg-type]
            raise TypeError(f"listing {self.name}: columns and fields of {self.record.__name__} differ")

    def select(self, scope: Scope, filters: Mapping[str, Any]) -> Select[Any]:
        """All rows that the asker may read and that the filters keep, with their place in order, in no order."""
        places = [column.label(f"place_{n}") for n, column in enumerate(self.order)]
        columns = [column.label(name) for name, column in self.columns.items()]
        return select(*columns, *places).select_from(self.source).where(*self.conditions(scope, filters))

    def conditions(self, scope: Scope, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """The tenant on every table, what always holds, what the asker may read, and the filters."""
        tenant = [table.c.tenant_id == scope.tenant.id for table in self.tables]
        return [*tenant, *self.kept(scope, filters)]

    def kept(self, scope: Scope, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """What always holds, what the asker may read, and the filters."""
        return [*self.always, self.readable(scope), *(self.filters[k](v) for k, v in filters.items())]

    def readable(self, scope: Scope) -> ColumnElement[bool]:
        """The rows that the asker may read."""
        allowed = true() if self.place is None else held(scope, self.action, self.place)
        if self.own and scope.actor and scope.may(self.own[0]):
            beside = allowed if self.at is None else held_at(scope, self.action, self.at)
            allowed = or_(beside, self.own[1] == scope.actor.person_id)
        return allowed if self.narrowed is None else and_(allowed, self.narrowed(scope))

    def after(self, cursor: str | None) -> ColumnElement[bool]:
        """What comes after a cursor; raises `InvalidInput` for a cursor of another list."""
        if cursor is None:
            return true()
        values = read_cursor(cursor, self.kinds())
        return self.beyond([literal(value, column.type) for value, column in zip(values, self.order, strict=True)])

    def kinds(self) -> list[type]:
        """The types of a row's place in order."""
        return [column.type.python_type for column in self.order]

    def beyond(self, place: Sequence[Any]) -> ColumnElement[bool]:
        """What comes after a place in order."""
        given = tuple_(*place)
        return tuple_(*self.order) < given if self.descending else tuple_(*self.order) > given

    def ordered(self, columns: Sequence[Any]) -> list[Any]:
        """These columns in the direction of the list."""
        return [column.desc() if self.descending else column.asc() for column in columns]

    def read(self, row: Sequence[Any]) -> tuple[tuple[Any, ...], R]:
        """(place in order, record) of a row of `select`."""
        width = len(self.columns)
        return tuple(row[width : width + len(self.order)]), self.record(*row[:width])


def held(scope: Scope, action: str, place: Any) -> ColumnElement[bool]:
    """The condition that a path lies where the asker holds an action."""
    paths = scope.paths(action)
    return true() if "" in paths else or_(NO_ROW, *(within(place, path) for path in paths))


def held_at(scope: Scope, action: str, organization: Any) -> ColumnElement[bool]:
    """The same of an organization's id: beside an `or`, a range of paths in another table would be found by no index.

    Below a root most rows are found anyway: there PostgreSQL is to expect many, and looks each one's organization up.
    """
    paths = scope.paths(action)
    if "" in paths:
        return true()
    reached = select(REACHED.c.id).where(REACHED.c.tenant_id == scope.tenant.id, held(scope, action, REACHED.c.path))
    if any(path.is_top if isinstance(path, Place) else is_top(path) for path in paths):
        within_reach: ColumnElement[bool] = organization.in_(reached)
    else:
        within_reach = organization == any_(func.array(reached.scalar_subquery()))
    return within_reach


def within(place: Any, path: Any) -> ColumnElement[bool]:
    """The condition that a path lies in the subtree of another, or between the bounds of one as expressions."""
    low, high = (path.start, path.end) if isinstance(path, Span) else bounds(path)
    return and_(place >= low, place < high)


def among(column: Any, keys: Sequence[uuid.UUID]) -> ColumnElement[bool]:
    """The condition that a column is one of these; one text for any number of them."""
    condition: ColumnElement[bool] = column == any_(literal(list(keys), ARRAY(Uuid())))
    return condition

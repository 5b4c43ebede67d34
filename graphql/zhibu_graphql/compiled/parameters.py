"""The parameters of a plan: what each of them is made of when an operation runs, and how it stands in SQL until then."""

import datetime as dt
import uuid
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, DateTime, Float, Integer, Text, Uuid
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeEngine

from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.compiled.powers import Held
from zhibu_graphql.sql import Argument

TYPES: dict[type, tuple[str, TypeEngine[Any]]] = {
    str: ("text", Text()),
    int: ("integer", Integer()),
    bool: ("boolean", Boolean()),
    float: ("double precision", Float()),
    uuid.UUID: ("uuid", Uuid()),
    dt.date: ("date", Date()),
    dt.datetime: ("timestamptz", DateTime(timezone=True)),
}
"""How values are written in PREPARE, and as SQLAlchemy knows them."""


@dataclass(slots=True, eq=False)
class Given:
    """What an operation runs with: the values of variables and lifted literals in the family's order, who asks, the mark,
    and what the asker holds.
    """

    values: Sequence[Any]
    scope: Scope
    mark: str
    held: Held


Make = Callable[[Given], Any]


class Placeholder(ColumnElement[Any]):
    """A parameter in an SQL expression."""

    inherit_cache = False

    def __init__(self, number: int, kind: TypeEngine[Any]) -> None:
        self.number = number
        self.type = kind


@compiles(Placeholder)
def _write(element: Placeholder, _compiler: Any, **_kwargs: Any) -> str:
    return f"${element.number}"


@dataclass(eq=False)
class Parameters:
    """The parameters of one plan, in order; one that is asked for again under its key is the same.

    `given`: of a plan for these values alone, whose conversions are made while it is made.
    """

    given: Given | None = None
    types: list[str] = field(default_factory=list)
    makers: list[Make] = field(default_factory=list)
    _known: dict[Hashable, Placeholder] = field(default_factory=dict)

    def add(self, kind: type, make: Make, key: Hashable, written: str | None = None) -> Placeholder:
        """The parameter of a key; `written` is its type in PREPARE where that is not the usual one."""
        known = self._known.get(key)
        if known is None:
            usual, column = TYPES[kind]
            self.types.append(written or usual)
            self.makers.append(make)
            known = self._known[key] = Placeholder(len(self.types), column)
        return known


@dataclass(frozen=True, eq=False)
class Input(Argument):
    """The value of a variable or lifted literal, by its place in the family, as conversions leave it."""

    parameters: Parameters
    place: int
    kind: type
    conversions: tuple[Callable[[Any], Any], ...] = ()
    tag: str = ""
    """Of an id: what it begins with, where that shapes the plan."""

    def made(self, convert: Callable[[Any], Any], kind: type) -> "Input":
        made = Input(self.parameters, self.place, kind, (*self.conversions, convert))
        if self.parameters.given is not None:
            made.comes_to(self.parameters.given)
        return made

    def comes_to(self, given: Given) -> Any:
        """The value; raises what conversions raise."""
        value = given.values[self.place]
        for convert in self.conversions:
            value = convert(value)
        return value

    def __clause_element__(self) -> Placeholder:
        conversions = self.conversions
        key = (self.place, self.kind, conversions) if conversions else (self.place, self.kind)
        return self.parameters.add(self.kind, self.comes_to, key)


def as_text(value: Any) -> str | None:
    """A value as PostgreSQL reads it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)

"""Rows that a statement of the product makes of a parent's row, such as sums over what lies below it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLObjectType

from zhibu_graphql import sql
from zhibu_graphql.compiled.objects import Compiling, leaf
from zhibu_graphql.compiled.parameters import as_text
from zhibu_graphql.compiled.rows import NotCompiled, Row
from zhibu_graphql.compiled.selection import Asked
from zhibu_graphql.compiled.writing import Part

_NAMED = re.compile(r"(?<!:):(\w+)")


@dataclass(eq=False)
class MadeRow:
    """The row, by the name of its sub-select."""

    alias: str
    listing: None = None
    laterals: list[str] = field(default_factory=list)

    def ref(self, written: str) -> str:
        raise NotCompiled(written)

    def attribute(self, name: str) -> str:
        return f"{self.alias}.{name}"


def made(compiling: Compiling, behind: sql.Made, row: Row, asked: Asked) -> Part:
    """The statement's row as an object, or its column `value`."""
    plan = compiling.plan

    def name(found: re.Match[str]) -> str:
        word = found.group(1)
        if word in behind.attributes:
            return row.attribute(word)
        if word == "t":
            tenant: Any = plan.asker.tenant.id
            return f"${tenant.number}"
        kind, make = behind.parameters[word]
        return f"${plan.parameters.add(str, _maker(make), ('made', behind, word), kind).number}"

    alias = plan.name()
    row.laterals.append(f"left join lateral ({_NAMED.sub(name, behind.statement)}) {alias} on true")
    kind = asked.inside
    if isinstance(kind, GraphQLObjectType):
        return compiling.object(kind, asked, MadeRow(alias))
    return Part(leaf(kind, f"{alias}.value"))


def _maker(make: Callable[[Any], Any]) -> Callable[[Any], str | None]:
    def text(given: Any) -> str | None:
        value = make(given.scope)
        if isinstance(value, list):
            return "{" + ",".join(as_text(one) or "" for one in value) + "}"
        return as_text(value)

    return text

"""What has no row above it: the root of an operation, and `node(id)`, whose row's type the id itself says."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from zhibu_graphql import sql
from zhibu_graphql.compiled.objects import Compiling
from zhibu_graphql.compiled.parameters import Input
from zhibu_graphql.compiled.relations import single
from zhibu_graphql.compiled.rendering import conditions_of
from zhibu_graphql.compiled.rows import NotCompiled, Row
from zhibu_graphql.compiled.selection import DEFINITION, Asked
from zhibu_graphql.compiled.writing import Part
from zhibu_graphql.ids import read_id, split_id
from zhibu_graphql.node import Node


@dataclass(eq=False)
class Root:
    """The root's one row, which has no columns."""

    listing: None = None
    laterals: list[str] = field(default_factory=list)

    def ref(self, written: str) -> str:
        raise NotCompiled(written)

    def attribute(self, name: str) -> str:
        raise NotCompiled(name)


def node(compiling: Compiling, _behind: sql.OfNode, row: Row, asked: Asked) -> Part:
    """The row of an id; its tag is known, for it shapes the plan. Null for what is no id of ours.

    That it was opened is noted where its type says so.
    """
    given = compiling.arguments.of(asked)["id"]
    schema, asker = compiling.selecting.schema, compiling.plan.asker
    cls = schema.extensions["node_types"].get(given.tag) if isinstance(given, Input) else None
    if cls is None:
        return Part("null::text", written=True)
    listing = cls.found_in
    if not finds_by_listing(cls):
        raise NotCompiled(f"node {cls.__name__}")
    key = given.made(lambda text: _key(cls, text), uuid.UUID)
    kept = conditions_of(listing.source, [*listing.kept(asker, {}), listing.columns["id"] == key])
    kind = next(one for one in schema.get_possible_types(asked.inside) if one.extensions[DEFINITION].origin is cls)
    part = single(compiling, listing, kept, row, asked, kind)
    if cls.noted is not None:
        compiling.plan.note(cls.noted, part.sql, f"${key.__clause_element__().number}::text")
    return part


def of_id(compiling: Compiling, behind: sql.OfId, row: Row, asked: Asked) -> Part:
    """The row of an id of one type, of whatever it is an id."""
    given = compiling.arguments.of(asked)["id"]
    if not isinstance(given, Input):
        raise NotCompiled("no id")
    key = given.made(lambda text: read_id(text, behind.tag), uuid.UUID)
    listing = behind.listing
    kept = conditions_of(listing.source, [*listing.kept(compiling.plan.asker, {}), listing.columns["id"] == key])
    return single(compiling, listing, kept, row, asked)


def finds_by_listing(cls: type[Node]) -> bool:
    """Whether nodes of the type are rows of a listing; one that finds them by itself says why (`computed`)."""
    return cls.found_in is not None and "find" not in {
        name for base in cls.__mro__[: cls.__mro__.index(Node)] for name in vars(base)
    }


def _key(cls: type[Node], text: str) -> Any:
    found = split_id(text)
    return cls.read_key(found[1]) if found else None

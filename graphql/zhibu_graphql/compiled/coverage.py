"""Which fields of a schema are compiled, and which must run through resolvers, each with its reason: said by declarations."""

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
)

from zhibu_graphql import sql
from zhibu_graphql.compiled.nodes import finds_by_listing
from zhibu_graphql.compiled.plans import BEHIND
from zhibu_graphql.compiled.selection import DEFINITION
from zhibu_graphql.cost import is_connection
from zhibu_graphql.fields import KEY, Asks

Place = tuple[GraphQLObjectType, bool]
"""A type, and whether its objects are made of the scope and not of rows."""


@dataclass
class Coverage:
    """What reads are made of, by "Type.field": `compiled`, those with a `reason` for resolvers, and those that say neither.

    Below a field that runs through resolvers everything does; it is named once.
    """

    compiled: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """The fields that run through resolvers, each with its reason."""
        return [f"{name}: {reason}" for name, reason in sorted(self.reasons.items())]


def coverage_of(schema: GraphQLSchema) -> Coverage:
    """What there is of every field that a query reaches by compiled fields."""
    found, seen = Coverage(), set[Place]()
    kind: Any = schema.query_type
    pending: list[Place] = [(kind, False)]
    while pending:
        place = pending.pop()
        if place in seen:
            continue
        seen.add(place)
        for name in place[0].fields:
            pending += _looked_at(schema, found, place, name)
    return found


def is_compiled(kind: Any, name: str, *, of_scope: bool = False) -> bool:
    """Whether a field's declaration says what stands behind it; parts of connections need say nothing."""
    definition = kind.fields[name]
    if isinstance(kind, GraphQLObjectType) and (is_connection(kind) or kind.name.endswith(("Edge", "PageInfo"))):
        return True
    asks: Asks = definition.extensions[KEY]
    if asks.computed:
        return False
    if isinstance(asks.behind, sql.Says):
        function = asks.behind.function
        return not inspect.iscoroutinefunction(function) and "info" not in inspect.signature(function).parameters
    if isinstance(get_named_type(definition.type), GraphQLUnionType):
        return isinstance(asks.behind, sql.Either)
    if asks.behind is not None:
        return type(asks.behind) in BEHIND
    resolver = definition.extensions[DEFINITION].base_resolver
    if of_scope:
        return resolver is None or not inspect.iscoroutinefunction(resolver.wrapped_func)
    return resolver is None and not is_composite_type(get_named_type(definition.type))


def _looked_at(schema: GraphQLSchema, found: Coverage, place: Place, name: str) -> Iterator[Place]:
    kind, of_scope = place
    definition = kind.fields[name]
    asks: Asks = definition.extensions[KEY]
    key = f"{kind.name}.{name}"
    if not is_compiled(kind, name, of_scope=of_scope):
        if asks.computed:
            found.reasons[key] = asks.computed
        else:
            found.silent.append(key)
        return
    found.compiled.append(key)
    below_scope = isinstance(asks.behind, sql.OfScope) or (of_scope and asks.behind is None)
    for below in _types_in(schema, definition):
        cls = below.extensions[DEFINITION].origin
        if not isinstance(asks.behind, sql.OfNode) or finds_by_listing(cls):
            yield below, below_scope
        elif cls.computed:
            found.reasons[f"{key}: {below.name}"] = cls.computed
        else:
            found.silent.append(f"{key}: {below.name}")


def _types_in(schema: GraphQLSchema, definition: Any) -> Sequence[GraphQLObjectType]:
    inside = get_named_type(definition.type)
    if isinstance(inside, GraphQLObjectType):
        return [inside]
    return schema.get_possible_types(inside) if isinstance(inside, (GraphQLUnionType, GraphQLInterfaceType)) else ()

"""One schema per set of enabled plugins: a copy of the full one without the others' fields; bounded, cached by the set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
)

from zhibu_core.bounded import Bounded
from zhibu_core.plugins.host import PluginHost
from zhibu_graphql.building import CORE, PLUGIN, FullSchema, build, node_types

SETS_KEPT = 64


@dataclass
class Schemas:
    """The schemas of one process."""

    host: PluginHost
    _one_builds: Lock = field(default_factory=Lock)
    _kept: Bounded[frozenset[str], GraphQLSchema] = field(default_factory=lambda: Bounded(SETS_KEPT))

    @property
    def full(self) -> FullSchema:
        """Of everything that is installed."""
        with self._one_builds:
            return self._built

    @cached_property
    def _built(self) -> FullSchema:
        return build(self.host)

    def of(self, plugins: frozenset[str]) -> GraphQLSchema:
        """The schema where these plugins are on; what the others added cannot be named in it."""
        found = self._kept.get(plugins)
        if found is None:
            found = self._kept.put(plugins, without_others(self.full, plugins | self.host.platform | {CORE}))
        return found


def without_others(full: FullSchema, plugins: frozenset[str]) -> GraphQLSchema:
    """A copy with only these plugins' fields; types that nothing reaches any more are gone with them."""
    whole = full.schema
    copies: dict[str, GraphQLNamedType] = {}

    def copied(kind: Any) -> Any:
        if kind.name not in copies:
            copies[kind.name] = _copy(kind)
        return copies[kind.name]

    def wrapped(kind: Any) -> Any:
        if isinstance(kind, (GraphQLList, GraphQLNonNull)):
            return type(kind)(wrapped(kind.of_type))
        return copied(kind)

    def fields(kind: GraphQLObjectType | GraphQLInterfaceType) -> Mapping[str, GraphQLField]:
        return {
            name: GraphQLField(**{**own.to_kwargs(), "type_": wrapped(own.type)})
            for name, own in kind.fields.items()
            if own.extensions.get(PLUGIN, CORE) in plugins
        }

    def _copy(kind: GraphQLNamedType) -> GraphQLNamedType:
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            kwargs: Any = kind.to_kwargs()
            faces = kind.interfaces
            kwargs |= {"fields": lambda: fields(kind), "interfaces": lambda: [copied(face) for face in faces]}
            return type(kind)(**kwargs)
        if isinstance(kind, GraphQLUnionType):
            members = kind.types
            kwargs = kind.to_kwargs() | {"types": lambda: [copied(one) for one in members]}
            return GraphQLUnionType(**kwargs)
        return kind

    kept = [
        copied(kind)
        for kind in whole.type_map.values()
        if isinstance(kind, GraphQLObjectType) and kind.interfaces and full.plugin_types.get(kind.name, CORE) in plugins
    ]
    made = GraphQLSchema(
        query=copied(whole.query_type),
        mutation=copied(whole.mutation_type),
        subscription=copied(whole.subscription_type),
        types=kept,
        directives=whole.directives,
        extensions={},
        assume_valid=True,
    )
    made._strawberry_schema = full.strawberry  # type: ignore[attr-defined]
    made.extensions["node_types"] = node_types(made)
    return made

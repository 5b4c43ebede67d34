"""Builds the full schema once: core types, the plugins' fields appended, each field marked with its plugin and its asks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import strawberry
import structlog
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_list_type,
    is_non_null_type,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from zhibu_core.plugins.host import PluginHost
from zhibu_core.plugins.manifest import GraphQLContribution
from zhibu_graphql.fields import KEY, TYPE_ASKS, Asks, TypeAsks
from zhibu_graphql.guarding import guarded
from zhibu_graphql.live.roots import Subscription
from zhibu_graphql.node import Node
from zhibu_graphql.types.duty import Duty
from zhibu_graphql.types.fact import Fact
from zhibu_graphql.types.member import Member
from zhibu_graphql.types.organization import Organization
from zhibu_graphql.types.roots import Mutation, Query

log = structlog.get_logger()
CORE = "core"
PLUGIN = "zhibu-plugin"
"""Where a GraphQL field's extensions hold whose it is."""

DEFINITION = "strawberry-definition"
CORE_TYPES = (Organization, Member, Duty, Fact)
Contributions = Mapping[str, GraphQLContribution]


class Misfit(Exception):
    """A plugin's contribution cannot be part of the schema."""


@dataclass(frozen=True)
class FullSchema:
    """The schema of everything that is installed; `refused` says why a plugin's contribution is not in it."""

    schema: GraphQLSchema
    strawberry: strawberry.Schema
    plugin_types: Mapping[str, str]
    refused: Mapping[str, str]


class _Extended(strawberry.Schema):
    """A schema whose types have more fields than their classes."""

    def __init__(self, added: Mapping[str, list[StrawberryField]], types: list[Any]) -> None:
        self._added = added
        config = StrawberryConfig(disable_field_suggestions=True)
        super().__init__(
            query=Query, mutation=Mutation, subscription=Subscription, types=[*CORE_TYPES, *types], config=config
        )

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        """The class's own fields, then the plugins'."""
        return [*type_definition.fields, *self._added.get(type_definition.name, ())]


def build(host: PluginHost) -> FullSchema:
    """The full schema; a plugin whose contribution does not fit is left out, logged, and named with the reason."""
    offered: dict[str, GraphQLContribution] = dict(host.call("graphql"))
    try:
        return _build(offered, {})
    except Exception as error:  # a contribution may be wrong in any way; the others must not suffer
        log.warning("schema_in_parts", error=str(error))
    fitting: dict[str, GraphQLContribution] = {}
    refused: dict[str, str] = {}
    for plugin, contribution in offered.items():
        try:
            _build({**fitting, plugin: contribution}, {})
        except Exception as error:
            refused[plugin] = (
                f"graphql: {error}" if isinstance(error, Misfit) else f"graphql: {type(error).__name__}: {error}"
            )
            log.warning("plugin_schema_refused", plugin=plugin, exc_info=error)
        else:
            fitting[plugin] = contribution
    return _build(fitting, refused)


def _build(contributions: Contributions, refused: Mapping[str, str]) -> FullSchema:
    added: dict[str, list[StrawberryField]] = {}
    owners: dict[tuple[str, str], str] = {}
    for plugin, contribution in contributions.items():
        for type_name, cls in _parts(contribution):
            for own in _definition(cls).fields:
                added.setdefault(type_name, []).append(own)
                owners[type_name, own.python_name] = plugin
    types = [cls for contribution in contributions.values() for cls in contribution.types]
    plugin_types = {_definition(c).name: p for p, offer in contributions.items() for c in offer.types}
    made = _Extended(added, types)
    _check_unique(made, added)
    schema = made._schema
    for graphql_type in schema.type_map.values():
        if (
            isinstance(graphql_type, (GraphQLObjectType, GraphQLInterfaceType))
            and DEFINITION in graphql_type.extensions
        ):
            _mark(graphql_type, owners, schema)
    node_types(schema)
    return FullSchema(schema, made, plugin_types, refused)


def _parts(contribution: GraphQLContribution) -> list[tuple[str, Any]]:
    roots = [
        ("Query", contribution.query),
        ("Mutation", contribution.mutation),
        ("Subscription", contribution.subscription),
    ]
    return [*((name, cls) for name, cls in roots if cls is not None), *contribution.fields.items()]


def _mark(
    graphql_type: GraphQLObjectType | GraphQLInterfaceType,
    owners: Mapping[tuple[str, str], str],
    schema: GraphQLSchema,
) -> None:
    definition = graphql_type.extensions[DEFINITION]
    is_root = graphql_type in (schema.query_type, schema.mutation_type, schema.subscription_type)
    for name, field in graphql_type.fields.items():
        own = field.extensions[DEFINITION]
        asks = asks_of(definition, own)
        owner = owners.get((graphql_type.name, own.python_name), CORE)
        if (is_root or owner != CORE) and not own.metadata[KEY].actions:
            raise Misfit(f"{graphql_type.name}.{name} names no permission")
        field.extensions |= {KEY: asks, PLUGIN: owner}
        _check_list(graphql_type.name, field, asks)
        if isinstance(graphql_type, GraphQLObjectType):
            field.resolve = guarded(field.resolve, asks, of_type=_type_asks(definition))


def asks_of(definition: Any, own: StrawberryField) -> Asks:
    """What a field asks for: its own actions, or those of its type."""
    asks = own.metadata.get(KEY)
    if not isinstance(asks, Asks):
        raise Misfit(f"{definition.name}.{own.python_name} is not declared by zhibu_graphql.fields")
    if asks.actions:
        return asks
    return replace(asks, actions=_type_asks(definition).actions)


def _type_asks(definition: Any) -> TypeAsks:
    return getattr(definition.origin, TYPE_ASKS, TypeAsks(()))


def _check_list(type_name: str, field: GraphQLField, asks: Asks) -> None:
    bare = field.type.of_type if is_non_null_type(field.type) else field.type
    if is_list_type(bare) and asks.size is None:
        raise Misfit(f"{type_name}.{field.extensions[DEFINITION].python_name} is a list without `first` or size")


def _check_unique(schema: strawberry.Schema, added: Mapping[str, list[StrawberryField]]) -> None:
    for type_name in added:
        definition = schema.get_type_by_name(type_name)
        if not isinstance(definition, StrawberryObjectDefinition):
            raise Misfit(f"there is no type {type_name} to add fields to")
        names = [schema.config.name_converter.get_graphql_name(field) for field in schema.get_fields(definition)]
        if len(names) > len(set(names)):
            twice = sorted({name for name in names if names.count(name) > 1})
            raise Misfit(f"{type_name} already has {', '.join(twice)}")


def _definition(cls: Any) -> StrawberryObjectDefinition:
    found: StrawberryObjectDefinition | None = getattr(cls, "__strawberry_definition__", None)
    if found is None:
        raise Misfit(f"{cls.__name__} is not a Strawberry type")
    return found


def node_types(schema: GraphQLSchema) -> dict[str, type[Node]]:
    """The types that `node(id)` finds, by tag; raises `Misfit` where two have one tag."""
    found: dict[str, type[Node]] = {}
    interface = schema.get_type("Node")
    for kind in schema.get_possible_types(interface):  # type: ignore[arg-type]
        cls: type[Node] = kind.extensions[DEFINITION].origin
        if found.setdefault(cls.tag, cls) is not cls:
            raise Misfit(f"two types have the tag {cls.tag}")
    return found

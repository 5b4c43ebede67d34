"""Writes GraphQL operations by the schema: each field that takes an id, with the least that must be given and asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_interface_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
)

PERIOD = "2026Q2"
SAMPLES: dict[str, Any] = {
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "Date": "2026-05-10",
    "DateTime": "2026-05-10T08:00:00Z",
    "UUID": "01a20286-0000-7000-8000-000000000000",
}
DEEPEST = 3
INSIDE = frozenset({"edges", "node"})
"""Object fields that are followed: the way from a list to its items."""


@dataclass(frozen=True)
class Asking:
    """An operation with the variable `$id` (all its ids): `where` is field and argument, such as `organization(id)`."""

    where: str
    text: str
    is_mutation: bool = False


def askings(schema: GraphQLSchema, *, mutations: bool = False) -> Iterator[Asking]:
    """One operation for every argument of a root field in which an id can stand; mutations where they are wanted."""
    roots = [(schema.query_type, "query"), *([(schema.mutation_type, "mutation")] if mutations else [])]
    for root, kind in roots:
        for name, field in (root.fields if root else {}).items():
            for argument in field.args:
                if _takes_id(field.args[argument].type):
                    given = ", ".join(_arguments(field, argument))
                    text = f"{kind} Probe($id: ID!) {{ {name}({given}){_selection(field.type, DEEPEST)} }}"
                    yield Asking(f"{name}({argument})", text, kind == "mutation")


def listings(schema: GraphQLSchema) -> Iterator[str]:
    """One operation for every root list of objects with ids, which asks for nothing but their ids."""
    for name, field in schema.query_type.fields.items() if schema.query_type else ():
        node = _node_of(field.type)
        if node is not None and "id" in getattr(node, "fields", ()):
            given = ", ".join(_arguments(field, "first"))
            yield f"{{ {name}({given}) {{ edges {{ node {{ id }} }} }} }}"


def _node_of(kind: Any) -> Any:
    """The type of a connection's items, None for what is no connection."""
    edges = getattr(get_named_type(kind), "fields", {}).get("edges")
    node = get_named_type(edges.type).fields.get("node") if edges else None
    return get_named_type(node.type) if node else None


def _arguments(field: GraphQLField, asked: str) -> Iterator[str]:
    for name, argument in field.args.items():
        if name == asked or is_required_argument(argument) or name == "first":
            yield f"{name}: {_value(name, argument.type)}"


def _value(name: str, kind: Any) -> str:
    """A literal of the type: ids are `$id`, everything else a plain sample."""
    bare = kind.of_type if is_non_null_type(kind) else kind
    if is_list_type(bare):
        return f"[{_value(name, bare.of_type)}]"
    if isinstance(bare, GraphQLInputObjectType):
        wanted = {n: f for n, f in bare.fields.items() if is_required_input_field(f) or _takes_id(f.type)}
        return "{" + ", ".join(f"{n}: {_value(n, f.type)}" for n, f in wanted.items()) + "}"
    if isinstance(bare, GraphQLEnumType):
        return str(next(iter(bare.values)))
    if bare.name == "ID":
        return "$id"
    sample = SAMPLES.get(bare.name, PERIOD)
    return f'"{sample}"' if isinstance(sample, str) else str(sample).lower()


def _takes_id(kind: Any) -> bool:
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        return any(get_named_type(field.type).name == "ID" for field in named.fields.values())
    return bool(named.name == "ID")


def _selection(kind: Any, depth: int) -> str:
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    if is_interface_type(named) or not is_object_type(named):
        return " { __typename }"
    return " { " + " ".join(["__typename", *_fields(named, depth)]) + " }"


def _fields(kind: GraphQLObjectType, depth: int) -> Iterator[str]:
    for name, field in kind.fields.items():
        if any(is_required_argument(argument) for argument in _each(field)):
            continue
        named = get_named_type(field.type)
        if is_leaf_type(named):
            yield name
        elif name in INSIDE and depth > 0:
            yield f"{name}{_selection(named, depth - 1)}"


def _each(field: GraphQLField) -> list[GraphQLArgument]:
    return list(field.args.values())

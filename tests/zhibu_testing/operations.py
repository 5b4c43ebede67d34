"""Random valid reads over a schema: fragments, aliases, directives, variables, cursors; for comparing two ways of answering."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
)

from zhibu_graphql.compiled.coverage import is_compiled
from zhibu_graphql.compiled.nodes import finds_by_listing
from zhibu_graphql.compiled.selection import DEFINITION

MOST_ALIASES, DEEPEST = 18, 9
NEVER_TWICE = frozenset({"MeetingFile.link"})
"""Signed for the second in which it was asked for."""


@dataclass(frozen=True)
class Pools:
    """Values for arguments by name, and cursors by the type that their lists are of."""

    values: Mapping[str, Sequence[Any]]
    cursors: Mapping[str, Sequence[str]]


@dataclass
class Written:
    """An operation."""

    text: str
    variables: dict[str, Any]


@dataclass
class OperationWriter:
    """Writes one operation, as chance will have it."""

    schema: GraphQLSchema
    pools: Pools
    chance: Random
    _variables: dict[str, tuple[str, Any, Any]] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    """What was asked for, by "Type.field"."""

    _fragments: list[str] = field(default_factory=list)
    _aliases: int = 0

    def written(self) -> Written:
        """The operation with its fragments and variables."""
        kind = self.schema.query_type
        assert kind is not None
        body = self._selections(kind, 1)
        head = ", ".join(f"${name}: {written}" for name, (written, *_) in self._variables.items())
        text = " ".join([f"query Q({head})" if head else "query Q", body, *self._fragments])
        values = {name: value for name, (_, value, given) in self._variables.items() if given}
        return Written(text, values)

    def _selections(self, kind: Any, depth: int) -> str:
        if isinstance(kind, GraphQLUnionType):
            inside = " ".join(f"... on {one.name} {self._selections(one, depth)}" for one in kind.types)
            return "{ __typename " + inside + " }"
        names = [name for name in kind.fields if _is_declared(kind, name) and (depth < DEEPEST or _is_leaf(kind, name))]
        if depth > 4:
            names = [name for name in names if _is_leaf(kind, name) or self.chance.random() < 0.3]
        most = 2 if depth == 1 else 4
        chosen = self.chance.sample(names, min(len(names), self.chance.randint(1, most)))
        lines = [self._field(kind, name, depth) for name in chosen] or ["__typename"]
        if self.chance.random() < 0.1:
            lines.append("__typename")
        if self.chance.random() < 0.15:
            lines.append(self._wrapped(kind, depth))
        if kind.name == "Node":
            lines += [f"... on {one.name} {self._selections(one, depth)}" for one in self._some_nodes()]
        return "{ " + " ".join(lines) + " }"

    def _some_nodes(self) -> list[GraphQLObjectType]:
        node: Any = self.schema.get_type("Node")
        kinds = [
            one for one in self.schema.get_possible_types(node) if finds_by_listing(one.extensions[DEFINITION].origin)
        ]
        return [one for one in kinds if self.chance.random() < 0.6]

    def _wrapped(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
        leaves = [name for name in kind.fields if _is_declared(kind, name) and _is_leaf(kind, name)]
        inside = "{ " + " ".join(self.chance.sample(leaves, min(2, len(leaves))) or ["__typename"]) + " }"
        if self.chance.random() < 0.5:
            return f"... on {kind.name} {self._directive()}{inside}"
        name = f"F{len(self._fragments)}"
        self._fragments.append(f"fragment {name} on {kind.name} {inside}")
        del depth
        return f"...{name} {self._directive()}"

    def _field(self, kind: GraphQLObjectType | GraphQLInterfaceType, name: str, depth: int) -> str:
        definition = kind.fields[name]
        self.fields.add(f"{kind.name}.{name}")
        alias = ""
        # A key that stands twice must stand for the same: arguments get an alias of their own.
        if definition.args or self.chance.random() < 0.1:
            self._aliases += 1
            if self._aliases > MOST_ALIASES:
                return "__typename"
            alias = f"a{self._aliases}: "
        arguments = [self._argument(kind, name, key, one) for key, one in definition.args.items()]
        given = ", ".join(filter(None, arguments))
        inside: Any = get_named_type(definition.type)
        below = "" if _is_leaf(kind, name) else " " + self._selections(inside, depth + 1)
        return f"{alias}{name}{f'({given})' if given else ''} {self._directive()}{below}"

    def _directive(self) -> str:
        if self.chance.random() > 0.08:
            return ""
        which, value = self.chance.choice(("include", "skip")), self.chance.random() < 0.5
        said = self._variable("Boolean!", value) if self.chance.random() < 0.5 else json.dumps(value)
        return f"@{which}(if: {said}) "

    def _argument(self, kind: Any, name: str, key: str, argument: GraphQLArgument) -> str:
        required = isinstance(argument.type, GraphQLNonNull) and key in ("first", "id", "period")
        if not required and self.chance.random() < (0.75 if key != "below" else 0.6):
            return ""
        bare: Any = get_named_type(argument.type)
        value = self._value(kind, name, key, bare)
        if value is None and (required or isinstance(argument.type, GraphQLNonNull)):
            return ""
        if self.chance.random() < 0.4:
            return f"{key}: {self._variable(str(argument.type), value)}"
        return (
            f"{key}: {value if isinstance(bare, GraphQLEnumType) and value else json.dumps(value, ensure_ascii=False)}"
        )

    def _value(self, kind: Any, name: str, key: str, bare: Any) -> Any:
        if key == "first":
            return self.chance.choice((1, 1, 2, 3, 5))
        if key == "after":
            connection = get_named_type(kind.fields[name].type).name.removesuffix("Connection")
            return self.chance.choice([*self.pools.cursors.get(connection, ()), "zz", None])
        if isinstance(bare, GraphQLEnumType):
            return self.chance.choice([*bare.values, None])
        if bare.name == "Boolean":
            return self.chance.random() < 0.5
        return self.chance.choice([*self.pools.values.get(f"{name}.{key}", self.pools.values.get(key, ("x",)))])

    def _variable(self, written: str, value: Any) -> str:
        name = f"v{len(self._variables)}"
        given = True
        if value is not None and not written.endswith("!") and self.chance.random() < 0.1:
            given = False  # left out: as if the argument were
        self._variables[name] = (written, value, given)
        return f"${name}"


def _is_leaf(kind: Any, name: str) -> bool:
    return not is_composite_type(get_named_type(kind.fields[name].type))


def _is_declared(kind: Any, name: str) -> bool:
    """Whether it may be compiled, and two answers made one after the other are the same."""
    of_scope = kind.name in ("Viewer", "HeldRole", "Tenant")
    return f"{kind.name}.{name}" not in NEVER_TWICE and is_compiled(kind, name, of_scope=of_scope)

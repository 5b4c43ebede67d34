"""What an operation may cost at most, computed before it runs: the objects it asks for, lists multiplied by `first`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)
from graphql.language import BooleanValueNode

from zhibu_core.errors import InvalidInput, LimitExceeded
from zhibu_core.words import Words
from zhibu_graphql.building import DEFINITION
from zhibu_graphql.fields import KEY, Asks
from zhibu_graphql.paging import LARGEST_FIRST, Connection

MAX_COST = 10_000
FREE_PARTS = ("edges", "pageInfo")
"""Parts of a connection: its objects are counted as nodes."""


def check_cost(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> int:
    """The operation's cost; raises `LimitExceeded` where it or a `first` is too high, `InvalidInput` for a `first` below 1."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    root = schema.get_root_type(operation.operation)
    cost = _Counting(schema, fragments, variables).cost(operation.selection_set, root, 1)
    if cost > MAX_COST:
        raise LimitExceeded(
            "cost",
            Words(
                f"这次操作最多会读取 {cost} 个对象，上限是 {MAX_COST}。请减小 first 或拆成几次查询。",
                f"This operation may read up to {cost} objects; the limit is {MAX_COST}. Lower first, or split it into several queries.",
            ),
        )
    return cost


@dataclass
class _Counting:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    known: dict[tuple[str, int], int] = field(default_factory=dict)

    def cost(self, selection_set: SelectionSetNode | None, parent: Any, page: int) -> int:
        """The cost of one object of this type; `page` is the size of the page that a connection was asked for."""
        return sum(self._selection(node, parent, page) for node in self._included(selection_set))

    def _selection(self, node: Any, parent: Any, page: int) -> int:
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, page)
        if isinstance(node, InlineFragmentNode):
            on = self.schema.get_type(node.type_condition.name.value) if node.type_condition else parent
            return self.cost(node.selection_set, on, page)
        if not isinstance(parent, (GraphQLObjectType, GraphQLInterfaceType)) or node.name.value not in parent.fields:
            return 0  # introspection
        return self._field(node, parent, page)

    def _fragment(self, name: str, page: int) -> int:
        if (name, page) not in self.known:
            fragment = self.fragments[name]
            on = self.schema.get_type(fragment.type_condition.name.value)
            self.known[name, page] = self.cost(fragment.selection_set, on, page)
        return self.known[name, page]

    def _field(self, node: FieldNode, parent: GraphQLObjectType | GraphQLInterfaceType, page: int) -> int:
        definition = parent.fields[node.name.value]
        asks: Asks = definition.extensions[KEY]
        inside = get_named_type(definition.type)
        first = self._first(node, definition)
        if not is_composite_type(inside):
            return asks.weight - 1
        below = self.cost(node.selection_set, inside, first or 1)
        if is_connection(parent) and node.name.value in FREE_PARTS:
            return page * below if node.name.value == "edges" else below
        return asks.weight + below if asks.size is None else asks.size * (asks.weight + below)

    def _first(self, node: FieldNode, definition: GraphQLField) -> int | None:
        if "first" not in definition.args:
            return None
        given = next((argument.value for argument in node.arguments or () if argument.name.value == "first"), None)
        value = self.variables.get(given.name.value) if isinstance(given, VariableNode) else None
        first = int(given.value) if isinstance(given, IntValueNode) else value
        if not isinstance(first, int) or first < 1:
            raise InvalidInput(
                "first",
                Words(
                    f"列表 {node.name.value} 的 first 必须是 1 至 {LARGEST_FIRST}。",
                    f"first of the list {node.name.value} must be 1 to {LARGEST_FIRST}.",
                ),
                field="first",
            )
        if first > LARGEST_FIRST:
            raise LimitExceeded(
                "first",
                Words(
                    f"列表 {node.name.value} 的 first 最大为 {LARGEST_FIRST}。请用 after 分页。",
                    f"first of the list {node.name.value} is at most {LARGEST_FIRST}. Page with after.",
                ),
            )
        return first

    def _included(self, selection_set: SelectionSetNode | None) -> Iterator[Any]:
        """The selections that @skip and @include leave."""
        for node in selection_set.selections if selection_set else ():
            if not self._says(node, "skip", default=False) and self._says(node, "include", default=True):
                yield node

    def _says(self, node: Any, directive: str, *, default: bool) -> bool:
        for found in node.directives or ():
            if found.name.value == directive:
                value = found.arguments[0].value
                if isinstance(value, BooleanValueNode):
                    return value.value
                return bool(self.variables.get(value.name.value))
        return default


def is_connection(kind: GraphQLObjectType | GraphQLInterfaceType) -> bool:
    """Whether the type is one of a page of a list."""
    definition = kind.extensions.get(DEFINITION)
    concrete = getattr(definition, "concrete_of", None)
    return concrete is not None and concrete.origin is Connection

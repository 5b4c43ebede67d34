"""What an operation did cost: counted like the cost before it runs, but over the objects that came back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)

from zhibu_graphql.cost import FREE_PARTS, is_connection
from zhibu_graphql.fields import KEY, Asks

Place = tuple[SelectionSetNode | None, Any]
"""A selection and the type that it is made on."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A field of the answer: what each of its objects counts itself, and the fields below."""

    key: str
    weight: int
    below: tuple["_Step", ...]
    is_leaf: bool = False


def actual_cost(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, data: Mapping[str, Any] | None
) -> int:
    """The cost of this answer; what is null counts as asked for and nothing below it."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    root = schema.get_root_type(operation.operation)
    steps = _Planning(schema, fragments).steps([(operation.selection_set, root)])
    return _spent(steps, data) if data else 0


@dataclass(frozen=True)
class _Planning:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]

    def steps(self, places: Sequence[Place]) -> tuple[_Step, ...]:
        """The fields of an answer, each once, with whatever is asked for below it in any place."""
        asked: dict[str, list[tuple[FieldNode, Any]]] = {}
        for selection_set, parent in places:
            for node, on in self._fields(selection_set, parent):
                asked.setdefault((node.alias or node.name).value, []).append((node, on))
        made = (self._step(key, nodes) for key, nodes in asked.items())
        return tuple(step for step in made if step.weight or step.below)

    def _step(self, key: str, nodes: Sequence[tuple[FieldNode, Any]]) -> _Step:
        places: list[Place] = []
        weight, is_leaf = 0, False
        for node, parent in nodes:
            definition = parent.fields[node.name.value]
            asks: Asks = definition.extensions[KEY]
            inside = get_named_type(definition.type)
            is_leaf = not is_composite_type(inside)
            free = is_connection(parent) and node.name.value in FREE_PARTS
            weight = max(weight, 0 if free else asks.weight - is_leaf)
            places.append((node.selection_set, inside))
        return _Step(key, weight, self.steps(places), is_leaf)

    def _fields(self, selection_set: SelectionSetNode | None, parent: Any) -> Iterator[tuple[FieldNode, Any]]:
        for node in selection_set.selections if selection_set else ():
            if isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                on = self.schema.get_type(fragment.type_condition.name.value)
                yield from self._fields(fragment.selection_set, on)
            elif isinstance(node, InlineFragmentNode):
                on = self.schema.get_type(node.type_condition.name.value) if node.type_condition else parent
                yield from self._fields(node.selection_set, on)
            elif isinstance(node, FieldNode) and _has(parent, node.name.value):
                yield node, parent


def _has(parent: Any, name: str) -> bool:
    """Introspection's fields are no type's own, and free."""
    return isinstance(parent, (GraphQLObjectType, GraphQLInterfaceType)) and name in parent.fields


def _spent(steps: tuple[_Step, ...], value: Mapping[str, Any]) -> int:
    spent = 0
    for step in steps:
        if step.key not in value:
            continue
        found = value[step.key]
        if step.is_leaf or not isinstance(found, list):
            spent += step.weight + (_spent(step.below, found) if isinstance(found, dict) else 0)
        else:
            spent += step.weight * len(found)
            if step.below:
                spent += sum(_spent(step.below, one) for one in found if isinstance(one, dict))
    return spent

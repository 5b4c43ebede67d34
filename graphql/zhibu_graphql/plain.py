"""Sees in one walk that a plain query is valid: most are, and all rules of the specification take ten times as long.

Plain: one query of fields, arguments and variables, without fragments, directives, introspection, lists, objects, null and
defaults, each key of the answer once. Of everything else this says nothing, and the rules are asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    VariableDefinitionNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_input_type,
    is_required_argument,
    is_type_sub_type_of,
    type_from_ast,
)
from graphql.utilities import validate_input_literal

LITERALS = (IntValueNode, FloatValueNode, StringValueNode, BooleanValueNode, EnumValueNode)


def is_plain_and_valid(schema: GraphQLSchema, document: DocumentNode) -> bool:
    """Whether every rule holds for sure; False for a document that the rules must be asked about."""
    operation, *others = document.definitions
    if others or not isinstance(operation, OperationDefinitionNode) or operation.directives:
        return False
    if operation.operation is not OperationType.QUERY or schema.query_type is None:
        return False
    walk = _Walk(schema)
    return (
        all(walk.defines(one) for one in operation.variable_definitions or ())
        and walk.holds(operation.selection_set, schema.query_type)
        and walk.used == walk.variables.keys()
    )


@dataclass(eq=False)
class _Walk:
    schema: GraphQLSchema
    variables: dict[str, Any] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def defines(self, defined: VariableDefinitionNode) -> bool:
        name, kind = defined.variable.name.value, type_from_ast(self.schema, defined.type)
        if name in self.variables or defined.default_value is not None or defined.directives or not is_input_type(kind):
            return False
        self.variables[name] = kind
        return True

    def holds(self, place: SelectionSetNode, parent: Any) -> bool:
        keys = set()
        for node in place.selections:
            if not isinstance(node, FieldNode) or node.directives:
                return False
            key = node.alias.value if node.alias else node.name.value
            if key in keys or not self._field_holds(node, parent):
                return False
            keys.add(key)
        return True

    def _field_holds(self, node: FieldNode, parent: Any) -> bool:
        name = node.name.value
        if name == "__typename":
            return not node.arguments and node.selection_set is None
        if not isinstance(parent, (GraphQLObjectType, GraphQLInterfaceType)):
            return False
        known: GraphQLField | None = parent.fields.get(name)
        if known is None or not self._arguments_hold(node.arguments or (), known.args):
            return False
        inside = get_named_type(known.type)
        if node.selection_set is None:
            return not is_composite_type(inside)
        return is_composite_type(inside) and self.holds(node.selection_set, inside)

    def _arguments_hold(self, given: Sequence[ArgumentNode], known: dict[str, GraphQLArgument]) -> bool:
        names = {one.name.value for one in given}
        if len(names) < len(given) or not names <= known.keys():
            return False
        if any(name not in names and is_required_argument(one) for name, one in known.items()):
            return False
        return all(self._value_holds(one.value, known[one.name.value]) for one in given)

    def _value_holds(self, value: Any, argument: GraphQLArgument) -> bool:
        if isinstance(value, VariableNode):
            name = value.name.value
            self.used.add(name)
            return name in self.variables and is_type_sub_type_of(self.schema, self.variables[name], argument.type)
        if not isinstance(value, LITERALS):
            return False
        faults: list[Any] = []
        validate_input_literal(value, argument.type, lambda error, _path: faults.append(error), None, None, True)
        return not faults

"""Arguments of fields while a plan is made: values where they shape the plan, `Argument`s everywhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLArgument, Undefined
from graphql.utilities import value_from_ast

from zhibu_graphql.compiled.family import Family, Shape
from zhibu_graphql.compiled.parameters import Input, Parameters
from zhibu_graphql.compiled.selection import Asked
from zhibu_graphql.compiled.shapes import GIVEN, LEFT_OUT


@dataclass(frozen=True, eq=False)
class Arguments:
    """The arguments of one plan."""

    family: Family
    shape: Shape
    parameters: Parameters

    def of(self, asked: Asked) -> dict[str, Any]:
        """What the field's function takes, by its own names."""
        given = {argument.name.value: argument.value for argument in asked.node.arguments or ()}
        found: dict[str, Any] = {}
        defined = asked.definition.args if asked.definition else {}
        for own in asked.declared.arguments:
            name = self.family.public_name(own)
            value = self._value(given.get(name), defined[name])
            if value is not LEFT_OUT:
                found[own.python_name] = value
        return found

    def _value(self, node: Any, argument: GraphQLArgument) -> Any:
        if node is None:
            return self._default(argument)
        place = self.family.place_of(node)
        if place is None:
            return value_from_ast(node, argument.type)
        detail = self.shape[place]
        if detail is LEFT_OUT:
            return self._default(argument)
        own = self.family.inputs[place]
        if own.by_tag and detail:
            return Input(self.parameters, place, own.kind, tag=detail)
        if detail is not GIVEN:
            return detail
        return Input(self.parameters, place, own.kind)

    @staticmethod
    def _default(argument: GraphQLArgument) -> Any:
        return LEFT_OUT if argument.default_value is Undefined else argument.default_value


def says(family: Family, shape: Shape) -> Mapping[str, Any]:
    """The values of the variables that shape the plan."""
    return {name: shape[place] for name, place in family.variables.items()}

"""One document with all that differs from it in values only: its inputs, and what of their values shapes a plan."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Undefined,
    VariableNode,
    Visitor,
    is_input_type,
    type_from_ast,
    visit,
)
from graphql.utilities import value_from_ast_untyped

from zhibu_graphql.compiled.lifting import starts
from zhibu_graphql.compiled.shapes import InputOf, Unfit

Shape = tuple[Any, ...]
Taken = tuple[Shape, list[Any]]
"""What inputs give: the details that shape a plan, and the values."""

LITERALS = (IntValueNode, FloatValueNode, StringValueNode)
BY_VALUE, BY_TAG = ("first",), ("node", "id")


@dataclass(eq=False)
class Family:
    """`inputs` are the operation's variables, then the lifted literals; `pinned` are literals that are part of the document."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    inputs: Sequence[InputOf]
    variables: Mapping[str, int]
    lifted: Mapping[int, int]
    """By the literal's number: the place of its value among the inputs."""

    places: Mapping[int, int]
    """By where a literal begins in the text: the same place."""

    pinned: tuple[int, ...]
    readers: Sequence[Callable[[Any], tuple[Any, Any]]]

    @property
    def fragments(self) -> Mapping[str, FragmentDefinitionNode]:
        """The document's fragments by name."""
        return {d.name.value: d for d in self.document.definitions if isinstance(d, FragmentDefinitionNode)}

    def place_of(self, node: Any) -> int | None:
        """Where the value of an argument's node is found; None for what the document says itself."""
        if isinstance(node, VariableNode):
            return self.variables[node.name.value]
        if isinstance(node, LITERALS) and node.loc is not None:
            return self.places.get(node.loc.start)
        return None

    def public_name(self, argument: Any) -> str:
        """The name of a Strawberry argument in the schema."""
        return str(self.schema._strawberry_schema.config.name_converter.get_graphql_name(argument))  # type: ignore[attr-defined]

    def of_literals(self, literals: Sequence[Any]) -> Taken:
        """What the lifted literals of a text give, in order; raises `Unfit`."""
        return _taken(zip(self.readers[len(self.variables) :], literals, strict=True))

    def read(self, of_text: Taken, variables: Mapping[str, Any]) -> Taken:
        """The shape of an operation and its values, those of its text given; raises `Unfit`."""
        given = [variables.get(name, Undefined) for name in self.variables]
        shape, values = _taken(zip(self.readers, given, strict=False))
        return shape + of_text[0], values + of_text[1]


def _taken(given: Iterable[tuple[Callable[[Any], tuple[Any, Any]], Any]]) -> Taken:
    read = [reader(value) for reader, value in given]
    return tuple([detail for detail, _ in read]), [value for _, value in read]


def family_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, text: str) -> Family:
    """The family of a valid document; raises `Unfit` where an input is of a kind that no plan takes."""
    uses = _Uses()
    info = TypeInfo(schema)
    for definition in document.definitions:
        if definition is operation or isinstance(definition, FragmentDefinitionNode):
            visit(definition, TypeInfoVisitor(info, uses.of(info)))
    inputs: list[InputOf] = []
    variables: dict[str, int] = {}
    for defined in operation.variable_definitions or ():
        name, kind = defined.variable.name.value, type_from_ast(schema, defined.type)
        if not is_input_type(kind):
            raise Unfit  # which no valid document has
        default = Undefined if defined.default_value is None else value_from_ast_untyped(defined.default_value)
        variables[name] = len(inputs)
        inputs.append(InputOf(kind, default, name in uses.by_value, name in uses.by_tag))
    order = {start: number for number, start in enumerate(starts(text))}
    lifted: dict[int, int] = {}
    places: dict[int, int] = {}
    for start, (kind, by_value, by_tag) in uses.literals.items():
        places[start] = lifted[order[start]] = len(inputs)
        inputs.append(InputOf(kind, Undefined, by_value, by_tag))
    pinned = tuple(number for start, number in order.items() if number not in lifted and text[start] != "#")
    readers = [one.reader() for one in inputs]
    return Family(schema, document, operation, inputs, variables, lifted, places, pinned, readers)


class _Uses:
    """Where variables and literals stand in a document."""

    def __init__(self) -> None:
        self.by_value: set[str] = set()
        self.by_tag: set[str] = set()
        self.literals: dict[int, tuple[Any, bool, bool]] = {}

    def of(self, info: TypeInfo) -> Visitor:
        """The visitor that notes them."""
        uses = self

        class Noting(Visitor):
            def enter_field(self, node: FieldNode, *_rest: Any) -> None:
                for argument in node.arguments or ():
                    by_value = argument.name.value in BY_VALUE
                    by_tag = (node.name.value, argument.name.value) == BY_TAG
                    uses._note(info, argument, by_value, by_tag)

        return Noting()

    def _note(self, info: TypeInfo, argument: Any, by_value: bool, by_tag: bool) -> None:
        value = argument.value
        if isinstance(value, VariableNode):
            if by_value:
                self.by_value.add(value.name.value)
            if by_tag:
                self.by_tag.add(value.name.value)
        elif isinstance(value, LITERALS) and value.loc is not None:
            field = info.get_field_def()
            if field is not None and argument.name.value in field.args:
                self.literals[value.loc.start] = (field.args[argument.name.value].type, by_value, by_tag)

"""Document → selection tree: what is asked of one type, each answer's key once, with the places that ask below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from zhibu_graphql.compiled.rows import NotCompiled
from zhibu_graphql.fields import KEY, Asks

TYPENAME = "__typename"
DEFINITION = "strawberry-definition"


@dataclass
class Asked:
    """One key of the answer: the type it is asked of, its first node (which has the arguments), all that is asked below."""

    key: str
    on: GraphQLObjectType
    node: FieldNode
    definition: GraphQLField | None
    below: list[SelectionSetNode] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The field's name."""
        return self.node.name.value

    @property
    def asks(self) -> Asks:
        """What the field declares."""
        return self._known.extensions[KEY]  # type: ignore[no-any-return]

    @property
    def inside(self) -> Any:
        """The type of what it gives, bare."""
        return get_named_type(self._known.type)

    @property
    def declared(self) -> Any:
        """Strawberry's field."""
        return self._known.extensions[DEFINITION]

    @property
    def cls(self) -> Any:
        """The class of the type that it is asked of."""
        return self.on.extensions[DEFINITION].origin

    @property
    def _known(self) -> GraphQLField:
        if self.definition is None:
            raise NotCompiled(self.name)
        return self.definition


@dataclass(frozen=True)
class Selecting:
    """Reads selections of one document, with the values that decide what is skipped."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    says: Mapping[str, Any]

    def found_in(self, kind: Any, listing: Any) -> GraphQLObjectType | None:
        """The type out of a union whose rows are found in a listing; None where it is not in this schema."""
        possible = self.schema.get_possible_types(kind)
        return next((one for one in possible if one.extensions[DEFINITION].origin.found_in is listing), None)

    def asked(self, kind: GraphQLObjectType, places: Sequence[SelectionSetNode]) -> list[Asked]:
        """The keys of an object of this very type, in the order of the answer."""
        found: dict[str, Asked] = {}
        for place in places:
            self._gather(kind, place, found, set())
        return list(found.values())

    def _gather(
        self, kind: GraphQLObjectType, place: SelectionSetNode, found: dict[str, Asked], seen: set[str]
    ) -> None:
        for node in place.selections:
            if not self._is_kept(node.directives):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                known = found.setdefault(key, Asked(key, kind, node, kind.fields.get(node.name.value)))
                if node.selection_set:
                    known.below.append(node.selection_set)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._is(kind, node.type_condition.name.value):
                    self._gather(kind, node.selection_set, found, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._is(kind, fragment.type_condition.name.value):
                    self._gather(kind, fragment.selection_set, found, seen)

    def _is(self, kind: GraphQLObjectType, name: str) -> bool:
        condition = self.schema.get_type(name)
        if isinstance(condition, GraphQLUnionType):
            return kind in condition.types
        return condition is kind or condition in kind.interfaces

    def _is_kept(self, directives: Sequence[DirectiveNode] | None) -> bool:
        for directive in directives or ():
            wanted = {"skip": False, "include": True}.get(directive.name.value)
            if wanted is None:
                raise NotCompiled(f"@{directive.name.value}")
            if self._said(directive) is not wanted:
                return False
        return True

    def _said(self, directive: DirectiveNode) -> bool:
        value = next(iter(directive.arguments or ())).value
        if isinstance(value, BooleanValueNode):
            return value.value
        if not isinstance(value, VariableNode):
            raise NotCompiled("a directive's argument")
        return bool(self.says[value.name.value])

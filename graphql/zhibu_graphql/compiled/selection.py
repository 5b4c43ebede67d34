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
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from zhibu_graphql.compiled.rows import NotCompiled
from zhibu_graphql.fields import KEY, Asks

TYPENAME = "__typename"
DEFINITION = "strawberry-definition"


@dataclass
class Asked:
    """One key of the answer: the type it is asked of, the key that it stands below, and the nodes that ask for it."""

    key: str
    on: GraphQLObjectType
    definition: GraphQLField | None
    above: "Asked | None" = None
    nodes: list[FieldNode] = field(default_factory=list)

    @property
    def node(self) -> FieldNode:
        """The first node: all have the same name and arguments."""
        return self.nodes[0]

    @property
    def below(self) -> list[SelectionSetNode]:
        """All that is asked below."""
        return [node.selection_set for node in self.nodes if node.selection_set]

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
    def nulled(self) -> int:
        """How many steps of the path here lead to what becomes null where this is refused (GraphQL 6.4.4).

        The last of them at which the types allow a null; 0 for all of the data.
        """
        above = self.above.nullable if self.above else []
        steps = [*above, not is_non_null_type(self._known.type)]
        return max((number for number, allowed in enumerate(steps, 1) if allowed), default=0)

    @property
    def nullable(self) -> list[bool]:
        """Whether a null may stand at each step of the path to the values here; a list's index is a step as well."""
        steps = self.above.nullable if self.above else []
        kind: Any = self._known.type
        while True:
            bare = kind.of_type if is_non_null_type(kind) else kind
            steps = [*steps, bare is kind]
            if not is_list_type(bare):
                return steps
            kind = bare.of_type

    @property
    def _known(self) -> GraphQLField:
        if self.definition is None:
            raise NotCompiled(self.name)
        return self.definition


@dataclass(frozen=True)
class Selecting:
    """Reads selections of one operation, with the values that decide what is skipped."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    says: Mapping[str, Any]

    def found_in(self, kind: Any, listing: Any) -> GraphQLObjectType | None:
        """The type out of a union whose rows are found in a listing; None where it is not in this schema."""
        possible = self.schema.get_possible_types(kind)
        return next((one for one in possible if one.extensions[DEFINITION].origin.found_in is listing), None)

    def asked(self, kind: GraphQLObjectType, above: Asked | None) -> list[Asked]:
        """The keys of an object of this very type below a key, in the order of the answer; of the root below None."""
        found: dict[str, Asked] = {}
        seen: set[str] = set()
        for place in above.below if above else [self.operation.selection_set]:
            self._gather(kind, place, above, found, seen)
        return list(found.values())

    def _gather(
        self,
        kind: GraphQLObjectType,
        place: SelectionSetNode,
        above: Asked | None,
        found: dict[str, Asked],
        seen: set[str],
    ) -> None:
        for node in place.selections:
            if not self._is_kept(node.directives):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                known = found.setdefault(key, Asked(key, kind, kind.fields.get(node.name.value), above))
                known.nodes.append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._is(kind, node.type_condition.name.value):
                    self._gather(kind, node.selection_set, above, found, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._is(kind, fragment.type_condition.name.value):
                    self._gather(kind, fragment.selection_set, above, found, seen)

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

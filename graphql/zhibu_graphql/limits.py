"""Limits that a document's text alone decides: depth, aliases, directives on one place (tenancy-security.md 8.1)."""

from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from zhibu_core.errors import LimitExceeded
from zhibu_core.words import Words

MAX_TOKENS = 2_000
MAX_DEPTH = 12
MAX_ALIASES = 20
MAX_DIRECTIVES = 5
INTROSPECTION = ("__schema", "__type")
"""Free for everybody signed in; its own depth is held by a validation rule."""


def check_text(document: DocumentNode) -> None:
    """Raises `LimitExceeded` for a document past one of the limits."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    nodes = [node for d in (*operations, *fragments.values()) for node in _selections(d.selection_set)]
    aliases = sum(isinstance(node, FieldNode) and node.alias is not None for node in nodes)
    if aliases > MAX_ALIASES:
        raise LimitExceeded(
            "aliases",
            Words(
                f"一次操作最多 {MAX_ALIASES} 个别名，这里有 {aliases} 个。",
                f"An operation has at most {MAX_ALIASES} aliases; this one has {aliases}.",
            ),
        )
    places = [*nodes, *operations, *fragments.values()]
    if any(len(getattr(place, "directives", None) or ()) > MAX_DIRECTIVES for place in places):
        raise LimitExceeded(
            "directives",
            Words(
                f"同一处最多 {MAX_DIRECTIVES} 个指令。", f"At most {MAX_DIRECTIVES} directives may stand in one place."
            ),
        )
    depths: dict[str, int] = {}
    if any(_depth(d.selection_set, fragments, depths) > MAX_DEPTH for d in operations):
        raise LimitExceeded(
            "depth",
            Words(
                f"嵌套最多 {MAX_DEPTH} 层。请拆成几次查询。",
                f"At most {MAX_DEPTH} levels may be nested. Split it into several queries.",
            ),
        )


def _selections(selection_set: SelectionSetNode | None) -> Iterator[SelectionNode]:
    """All selections inside, without those of introspection."""
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FieldNode) and node.name.value in INTROSPECTION:
            continue
        yield node
        yield from _selections(getattr(node, "selection_set", None))


def _depth(
    selection_set: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode], known: dict[str, int]
) -> int:
    """How many fields deep; each fragment is looked at once. Fragments in a circle are left to validation."""
    deepest = 0
    for node in selection_set.selections if selection_set else ():
        if isinstance(node, FieldNode):
            if node.name.value not in INTROSPECTION:
                deepest = max(deepest, 1 + _depth(node.selection_set, fragments, known))
        elif isinstance(node, InlineFragmentNode):
            deepest = max(deepest, _depth(node.selection_set, fragments, known))
        elif isinstance(node, FragmentSpreadNode) and (spread := fragments.get(node.name.value)):
            name = spread.name.value
            if name not in known:
                known[name] = 0
                known[name] = _depth(spread.selection_set, fragments, known)
            deepest = max(deepest, known[name])
    return deepest

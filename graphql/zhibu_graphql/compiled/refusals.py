"""What of a plan is refused: told by marks in the answer, each of which becomes a null and an error (GraphQL 6.4.4, 7.1.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, Source, get_location

from zhibu_core.errors import ZhibuError
from zhibu_graphql.compiled.lifting import LITERAL
from zhibu_graphql.errors import FieldError

Path = tuple[str | int, ...]
SIGN = "!"
"""Stands between the mark and the number of the refusal."""


@dataclass(frozen=True, slots=True, eq=False)
class Refusal:
    """A field that is refused, everywhere or at some places: the nodes that ask for it, and the error.

    `nulled`: how many steps of the path to it lead to what becomes null (`Asked.nulled`).
    """

    nodes: Sequence[FieldNode]
    nulled: int
    error: ZhibuError


def told(data: Any, mark: str, refusals: Sequence[Refusal], text: str) -> tuple[Any, list[FieldError]]:
    """The data without its marks, and their errors, placed in this text of the operation.

    As resolvers say them: an object's own before those below it; none of what has become null with something else.
    """
    errors: list[FieldError] = []
    nulled: set[Path] = set()
    places = [_places(refusal, text) for refusal in refusals]
    for path, number in list(_marks(data, mark + SIGN, ())):
        if any(path[:steps] in nulled for steps in range(len(path) + 1)):
            continue
        refusal = refusals[number]
        errors.append(FieldError(refusal.error, places[number], path))
        nulled.add(path[: refusal.nulled])
        data = _without(data, path[: refusal.nulled])
    return data, errors


def _marks(value: Any, sign: str, path: Path) -> Iterator[tuple[Path, int]]:
    """Where marks stand, and the numbers of their refusals."""
    below = []
    for step, one in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(one, (dict, list)):
            below.append((step, one))
        elif isinstance(one, str) and one.startswith(sign):
            yield (*path, step), int(one.removeprefix(sign))
    for step, one in below:
        yield from _marks(one, sign, (*path, step))


def _without(data: Any, path: Path) -> Any:
    """The data with null at a path."""
    if not path:
        return None
    inside = data
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = None
    return data


def _places(refusal: Refusal, text: str) -> list[tuple[int, int]]:
    """Line and column of the nodes in a text that may have other values than the one they were read from."""
    source = Source(text)
    found = [get_location(source, _moved(node, text)) for node in refusal.nodes if node.loc]
    return [(place.line, place.column) for place in found]


def _moved(node: FieldNode, text: str) -> int:
    """Where a node begins in a text whose literals alone are others."""
    start, body = (node.loc.start, node.loc.source.body) if node.loc else (0, text)
    moved = 0
    for old, new in zip(LITERAL.finditer(body), LITERAL.finditer(text), strict=True):
        if old.start() > start:
            break
        moved = new.end() - old.end()
    return start + moved

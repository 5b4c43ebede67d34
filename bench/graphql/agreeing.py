"""Sees, before anything is measured, that all servers give the same answers: else they would not do the same work."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.graphql.operations import OURS, PEER, READ, TRANSACTION, Ask, Operation
from bench.graphql.stage import Stage, compact


class Disagreement(Exception):
    """Two servers answer differently."""


async def see_that_all_agree(stage: Stage, operation: Operation, asks: list[Ask]) -> None:
    """Compares the answers to a few requests; raises `Disagreement`."""
    for ask in asks[:3]:
        ours = await stage.ask(OURS, operation, ask)
        for server in (READ, TRANSACTION):
            if (hand := await stage.ask(server, operation, ask)) != ours:
                raise Disagreement(f"{operation.name}: {server} {compact(hand)} ours {compact(ours)}")
        theirs = await stage.ask(PEER, operation, ask)
        if sorted(_words(theirs)) != sorted(_words(ours)):
            raise Disagreement(f"{operation.name}: postgraphile {compact(theirs)} ours {compact(ours)}")


def _words(value: Any, name: str = "") -> Iterator[str]:
    """All values of an answer without their places, as PostGraphile nests otherwise; cursors differ."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _words(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner, name)
    elif value is not None and name != "endCursor":
        yield str(value)

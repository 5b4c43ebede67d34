"""Who contends in an operation: our service twice, by the bench's identity and by bearer tokens, and those beside it."""

from collections.abc import Mapping

from bench.graphql.agreeing import see_that_all_agree
from bench.graphql.operations import OURS, PEER, READ, TRANSACTION, Operation, asks, request
from bench.graphql.paging import with_cursors
from bench.graphql.rounds import Contender
from bench.graphql.stage import Stage

BEARER = "ours, bearer token"
SERVERS = (OURS, BEARER, PEER, READ, TRANSACTION)
Counted = Mapping[str, Mapping[str, float]]
"""Statements a request, by operation and server."""


async def contenders_of(stage: Stage, operation: Operation) -> list[Contender]:
    """All servers with the same requests, once they have been seen to answer alike."""
    chosen = await with_cursors(stage, operation, asks(operation, stage.size, stage.places))
    await see_that_all_agree(stage, operation, chosen)
    made = []
    for name in SERVERS:
        server = OURS if name == BEARER else name
        tokens = stage.tokens if name == BEARER else {}
        requests = [request(server, operation, ask, tokens.get(ask.place.slug)) for ask in chosen]
        made.append(Contender(name, stage.port(server), requests))
    return made

"""Gives half of the requests of a paged operation the cursor of their second page, in each server's own words."""

import dataclasses
import json

from bench.graphql.operations import OURS, PEER, Ask, Operation
from bench.graphql.stage import Stage
from zhibu_graphql.ids import decode


async def with_cursors(stage: Stage, operation: Operation, asks: list[Ask]) -> list[Ask]:
    """The same requests, every other one for the page after the first."""
    if not operation.connection:
        return asks
    known: dict[tuple[str, str], dict[str, str]] = {}
    made = []
    for number, ask in enumerate(asks):
        if number % 2:
            key = (ask.place.slug, str(ask.variables))
            if key not in known:
                known[key] = await _after(stage, operation, ask)
            ask = dataclasses.replace(ask, after=known[key])
        made.append(ask)
    return made


async def _after(stage: Stage, operation: Operation, ask: Ask) -> dict[str, str]:
    found = {}
    for server in (OURS, PEER):
        answer = await stage.ask(server, operation, ask)
        for name in operation.connection[server]:
            answer = answer[name]
        found[server] = answer["pageInfo"]["endCursor"]
    found["name"], found["id"] = json.loads(decode(found[OURS]) or b"[]")
    return found

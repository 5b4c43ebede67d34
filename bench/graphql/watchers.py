"""A thousand subscriptions open at once on one process: what they cost in memory, and how soon all hear of a change."""

import asyncio
import datetime as dt
import json
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.graphql import shape
from bench.graphql.endurance import anonymous
from bench.graphql.operations import OURS
from bench.graphql.stage import Stage
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.tenancy.ids import new_id
from zhibu_graphql.ids import global_id

MANY = 1_000
AT_ONCE = 4
PATIENCE = 120.0
PROTOCOL = Subprotocol("graphql-transport-ws")
WATCH = 'subscription($id: ID!) { organization(id: $id) { facts(first: 1, kind: "talk") { totalCount } } }'


@dataclass(frozen=True)
class Heard:
    """How many were open and told, MiB that they cost the service, seconds from the commit to the last one told."""

    told: int
    mebibytes: float
    seconds: float


async def watch_together(stage: Stage) -> Heard:
    """Opens them all on the top of one tenant's tree and writes a fact below it."""
    place, pid = stage.places[0], stage.serving[OURS].pid
    top = global_id("O", place.row(shape.ORGANIZATION, 0).bytes)
    before = anonymous(pid)
    async with AsyncExitStack() as stack:
        opening = asyncio.Semaphore(AT_ONCE)
        sockets = await asyncio.gather(*(_opened(stack, opening, stage, top) for _ in range(MANY)))
        after = anonymous(pid)
        begun = await _write(stage)
        told = [one for one in await asyncio.gather(*(_told(socket) for socket in sockets)) if one is not None]
    return Heard(len(told), (after - before) / 2**20, max(told, default=float("inf")) - begun)


async def _opened(stack: AsyncExitStack, opening: asyncio.Semaphore, stage: Stage, top: str) -> ClientConnection:
    place = stage.places[0]
    address = f"ws://127.0.0.1:{stage.port(OURS)}/t/{place.slug}/graphql"
    async with opening:
        socket = await stack.enter_async_context(
            connect(address, subprotocols=[PROTOCOL], compression=None, proxy=None)
        )
        await _say(
            socket, {"type": "connection_init", "payload": {"authorization": f"Bearer {stage.tokens[place.slug]}"}}
        )
        await _say(socket, {"type": "subscribe", "id": "1", "payload": {"query": WATCH, "variables": {"id": top}}})
        for expected in ("connection_ack", "next"):
            said = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
            if said["type"] != expected:
                raise RuntimeError(f"{expected} was expected: {said}")
    return socket


async def _say(socket: ClientConnection, message: dict[str, Any]) -> None:
    await socket.send(json.dumps(message))


async def _write(stage: Stage) -> float:
    place = stage.places[0]
    async with stage.world.platform.database.session(place.id) as session:
        branch = place.row(shape.ORGANIZATION, stage.size.generals + 1)
        draft = FactDraft("talk", branch, dt.date(2026, 10, 30), "note", new_id())
        await write_facts(session, [draft], source="core", written_by=None)
    return time.perf_counter()


async def _told(socket: ClientConnection) -> float | None:
    try:
        said = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
    except TimeoutError:
        return None
    return time.perf_counter() if said["payload"]["data"]["organization"]["facts"]["totalCount"] == 1 else None

"""The bench's stage: the filled database, the three servers on it, and one request asked of each."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.graphql import servers
from bench.graphql.data import fill
from bench.graphql.identity import HEADER
from bench.graphql.load import exchange
from bench.graphql.operations import OURS, PEER, READ, TRANSACTION, Ask, Operation, request
from bench.graphql.servers import Serving
from bench.graphql.shape import Place, Shape
from bench.world import World, as_administrator
from zhibu_core.database.access import RUNTIME

PEER_SQL = Path(__file__).parent / "peer.sql"


@dataclass(frozen=True)
class Stage:
    """What the runs need."""

    world: World
    size: Shape
    places: list[Place]
    serving: Mapping[str, Serving]

    def port(self, server: str) -> int:
        """Where a server listens; the two hand-written ways are one server."""
        return self.serving[READ if server == TRANSACTION else server].port

    @property
    def tokens(self) -> Mapping[str, str]:
        """Bearer tokens of our own service, by slug."""
        said: Mapping[str, str] = self.serving[OURS].said
        return said

    async def ask(self, server: str, operation: Operation, ask: Ask) -> Any:
        """The data that a server answers; raises `Refused` where it answers errors."""
        return (await exchange(self.port(server), request(server, operation, ask)))["data"]


async def prepare(world: World, size: Shape) -> list[Place]:
    """Fills the world and gives PostGraphile what it is to show beside the tables."""
    places = await fill(world, size)
    await as_administrator(world, PEER_SQL.read_text(encoding="utf-8"))
    return places


@asynccontextmanager
async def set_stage(world: World, size: Shape, places: list[Place], *, beside: bool = True) -> AsyncIterator[Stage]:
    """Starts the servers, all as app_rt; our own alone where nothing is to stand beside it."""
    dsn = world.server.dsn_for(RUNTIME)
    slugs = [place.slug for place in places]
    data = str(world.platform.settings.data)
    async with AsyncExitStack() as stack:
        given = {"dsn": dsn, "data": data, "slugs": slugs}
        serving = {OURS: await stack.enter_async_context(servers.ours(given))}
        if beside:
            serving[READ] = await stack.enter_async_context(servers.floor({"dsn": dsn}))
            serving[PEER] = await stack.enter_async_context(servers.postgraphile({"dsn": dsn, "header": HEADER}))
        yield Stage(world, size, places, serving)


def compact(value: Any) -> str:
    """A value as one line, for messages."""
    return json.dumps(value, ensure_ascii=False)[:600]

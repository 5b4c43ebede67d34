"""Starts the three servers on loopback, each a process of its own, and ends them again."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.npm import NODE, prepare
from services.processes import free_port

HERE = Path(__file__).parent
TREE = HERE.parents[1]


@dataclass
class Serving:
    """A server that answers; `said` is what it told when it was ready."""

    name: str
    port: int
    pid: int
    said: Any = field(repr=False, default=None)

    @property
    def resident(self) -> int:
        """Bytes in memory now."""
        return resident(self.pid)

    @property
    def processor(self) -> float:
        """Processor seconds so far."""
        numbers = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int, *, own: bool = False) -> int:
    """Resident bytes of a process; its `own` leave out what it shares, such as PostgreSQL's buffers."""
    _, all_pages, shared, *_ = map(int, Path(f"/proc/{pid}/statm").read_text().split())
    return (all_pages - shared if own else all_pages) * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def ours(given: Mapping[str, Any]) -> AsyncIterator[Serving]:
    """The product's service."""
    async with _serving("ours", [sys.executable, "-m", "bench.graphql.ours"], given) as serving:
        yield serving


@asynccontextmanager
async def floor(given: Mapping[str, Any]) -> AsyncIterator[Serving]:
    """Hand-written SQL."""
    async with _serving("hand-written", [sys.executable, "-m", "bench.graphql.floor"], given) as serving:
        yield serving


@asynccontextmanager
async def postgraphile(given: Mapping[str, Any]) -> AsyncIterator[Serving]:
    """PostGraphile, which npm fetches into the cache outside the tree the first time."""
    folder = await asyncio.to_thread(prepare, HERE / "postgraphile", "postgraphile")
    async with _serving("postgraphile", [sys.executable, "-c", NODE, str(folder / "server.mjs")], given) as serving:
        yield serving


@asynccontextmanager
async def _serving(name: str, command: list[str], given: Mapping[str, Any]) -> AsyncIterator[Serving]:
    port = free_port()
    env = dict(os.environ) | {"BENCH": json.dumps(given), "NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    process = await asyncio.create_subprocess_exec(
        *command, str(port), cwd=TREE, env=env, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        said = await asyncio.wait_for(_ready(name, process.stdout), timeout=120)
        yield Serving(name, port, _inner(process.pid), said)
    finally:
        if process.returncode is None:
            os.kill(_inner(process.pid), signal.SIGTERM)
        await process.wait()


async def _ready(name: str, lines: asyncio.StreamReader) -> Any:
    """The line of JSON with which a server says that it is ready; others are its log's."""
    while line := await lines.readline():
        if line.startswith(b"{"):
            return json.loads(line)
    raise RuntimeError(f"{name} did not start")


def _inner(pid: int) -> int:
    """The process that serves: Node is a child of the wheel's starter."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else pid

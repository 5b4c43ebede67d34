"""Whether memory stays flat: the service's own and that of PostgreSQL's backends, over very many requests and documents.

Nine of ten requests are of the first fiftieth of the documents, as clients repeat themselves; the tenth goes through all of
them in turn, so that every cache turns over all the time. By itself, on a tenth of the data: `python -m bench.graphql.endurance
[requests] [documents]`.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import asyncpg

from bench.graphql.load import load
from bench.graphql.operations import OURS
from bench.graphql.shape import SHORT
from bench.graphql.stage import Stage, prepare, set_stage
from bench.graphql.texts import document_requests
from bench.world import make_world
from zhibu_core.cli.loop import run

PARTS = 10
CLIENTS = 16
HOT_SHARE, HOT_PART = 9, 50


@dataclass(frozen=True)
class Memory:
    """Bytes of anonymous memory: of the service, of a backend on average."""

    service: float
    backend: float


async def memory_over(stage: Stage, requests: int, documents: int) -> list[Memory]:
    """Memory after each tenth of the requests."""
    source = _mixed(document_requests(stage.places, documents))
    each = requests // PARTS
    found = []
    for part in range(PARTS):
        measured = await load(stage.port(OURS), source, CLIENTS, count=each)
        found.append(Memory(anonymous(stage.serving[OURS].pid), await _backends(stage)))
        service, backend = found[-1].service / 2**20, found[-1].backend / 2**20
        print(
            f"  {(part + 1) * each:>9,} requests: service {service:.1f} MiB, a backend {backend:.1f} MiB,"
            f" {measured.rate:.0f}/s",
            flush=True,
        )
    return found


def _mixed(requests: Sequence[bytes]) -> Iterator[bytes]:
    hot, every = cycle(requests[: max(1, len(requests) // HOT_PART)]), cycle(requests)
    while True:
        yield from islice(hot, HOT_SHARE)
        yield next(every)


async def _backends(stage: Stage) -> float:
    connection = await asyncpg.connect(stage.world.server.admin)
    try:
        rows = await connection.fetch(
            "select pid from pg_stat_activity where application_name = 'zhibu' and usename = 'app_rt'"
        )
    finally:
        await connection.close()
    return sum(anonymous(row["pid"]) for row in rows) / max(1, len(rows))


def anonymous(pid: int) -> int:
    """Memory that is the process's alone and comes from no file: what grows where something leaks."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


async def main(requests: int, documents: int) -> None:
    """The run by itself, beside no other server."""
    with tempfile.TemporaryDirectory(prefix="zhibu-bench-") as folder:
        async with make_world(Path(folder)) as world:
            places = await prepare(world, SHORT)
            async with set_stage(world, SHORT, places, beside=False) as stage:
                await memory_over(stage, requests, documents)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    run(main(*given) if len(given) == 2 else main(1_000_000, 10_000))

"""Whether memory stays flat: the service's own and that of PostgreSQL's backends, over very many requests and documents."""

from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.graphql.load import load
from bench.graphql.operations import OURS
from bench.graphql.stage import Stage
from bench.graphql.texts import document_requests

PARTS = 10
CLIENTS = 16


@dataclass(frozen=True)
class Memory:
    """Bytes of anonymous memory: of the service, of a backend on average."""

    service: float
    backend: float


async def memory_over(stage: Stage, requests: int, documents: int) -> list[Memory]:
    """Memory after each tenth of the requests."""
    sent = document_requests(stage.places, documents)
    each = requests // PARTS
    found = []
    for part in range(PARTS):
        start = part * each % len(sent)
        await load(stage.port(OURS), sent[start:] + sent[:start], CLIENTS, count=each)
        found.append(Memory(anonymous(stage.serving[OURS].pid), await _backends(stage)))
        service, backend = found[-1].service / 2**20, found[-1].backend / 2**20
        print(f"  {(part + 1) * each:>9,} requests: service {service:.1f} MiB, a backend {backend:.1f} MiB", flush=True)
    return found


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

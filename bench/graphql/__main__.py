"""Fills the database, compares the servers, prints what was measured, and last one JSON line a target.

`--short`: a tenth of the data, a few minutes. `--targets`: the same data, and of the comparison only what targets are about,
16 clients, in more rounds; some ten minutes on a machine that does nothing else.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.__main__ import print_table
from bench.graphql.cold import cold_milliseconds
from bench.graphql.comparing import CLIENTS, Pace, compare_all
from bench.graphql.contending import Counted
from bench.graphql.endurance import memory_over
from bench.graphql.figures import AT, Figure, of_memory, of_outcomes, of_watchers, ratio, value
from bench.graphql.operations import OPERATIONS, OURS, PEER
from bench.graphql.rounds import Contender, compare_once
from bench.graphql.shape import SHORT, WHOLE, Shape
from bench.graphql.stage import Stage, prepare, set_stage
from bench.graphql.statements import count_statements
from bench.graphql.texts import inlined_requests
from bench.graphql.watchers import watch_together
from bench.world import make_world
from zhibu_core.cli.loop import run


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    size: Shape
    pace: Pace
    clients: Sequence[int]
    cold: int
    texts: int
    requests: int
    documents: int


ALL = Extent(WHOLE, Pace(7, 2.0), CLIENTS, 300, 20_000, 1_000_000, 10_000)
LITTLE = Extent(SHORT, Pace(3, 0.8), CLIENTS, 60, 2_000, 20_000, 2_000)
TARGETS = Extent(SHORT, Pace(7, 0.8), (AT,), 200, 5_000, 100_000, 10_000)

BUFFERS = "4GB"
"""The tables and indexes of 20 tenants lie in memory, as in any installation of that size: servers are compared, not disks."""


async def main(extent: Extent) -> int:
    """Runs it; a target that is missed is said, not punished: machines differ from day to day."""
    with tempfile.TemporaryDirectory(prefix="zhibu-bench-") as folder:
        async with make_world(Path(folder), buffers=BUFFERS) as world:
            places = await prepare(world, extent.size)
            counted = await count_statements(world, extent.size, places)
            async with set_stage(world, extent.size, places) as stage:
                figures = await measure(stage, counted, extent)
    print()
    print_table(figures)
    for figure in figures:
        print(json.dumps(figure))
    return 0


async def measure(stage: Stage, counted: Counted, extent: Extent) -> list[Figure]:
    """All figures, in the order of issue 6."""
    cold = await cold_milliseconds(stage, extent.cold)
    outcomes = await compare_all(stage, extent.pace, counted, extent.clients)
    texts = await different_texts(stage, extent.texts)
    heard = await watch_together(stage)
    print(f"\n{heard.told} subscriptions: {heard.mebibytes:.1f} MiB, all told {heard.seconds:.2f} s after the commit")
    print("\nmemory", flush=True)
    memory = await memory_over(stage, extent.requests, extent.documents)
    return [
        *of_outcomes(outcomes),
        ratio(f"Q1, {extent.texts:,} different texts / PostGraphile, 16 clients", texts, 10.0),
        value("cold operation, milliseconds more", cold, 5.0),
        *of_watchers(heard),
        *of_memory(memory),
    ]


async def different_texts(stage: Stage, number: int) -> float:
    """Our rate by PostGraphile's where every request has another text, in parts by turns."""
    operation = OPERATIONS[0]
    contenders = [
        Contender(name, stage.port(name), inlined_requests(name, operation, stage.size, stage.places, number))
        for name in (OURS, PEER)
    ]
    outcome = await compare_once(contenders, 16, number // 500)
    print(f"\n{number:,} different texts of Q1")
    for one in contenders:
        print(f"  16 clients  {one.name:<26}{outcome.rate(one.name):>9.0f}/s {outcome.ratio(one.name, PEER):>7.2f} x")
    return outcome.ratio(OURS, PEER)


if __name__ == "__main__":
    sys.exit(run(main(LITTLE if "--short" in sys.argv else TARGETS if "--targets" in sys.argv else ALL)))

"""`make bench`: runs every bench on a database of its own, prints a table, and last one JSON line a figure."""

import gc
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench import audit, board, hooks, importing, permissions, row_security, scores, sessions, spaces, tenants, tokens
from bench.world import World, make_world
from zhibu_core.cli.loop import run

Figure = dict[str, Any]
BENCHES: tuple[Callable[[World, bool], Awaitable[list[Figure]]], ...] = (
    tenants.run,  # first: it copies the world's database while it is empty
    importing.run,
    scores.run,
    row_security.run,
    hooks.run,
    audit.run,
    tokens.run,
    permissions.run,
    sessions.run,
    board.run,
    spaces.run,
)


async def main(short: bool) -> int:
    """Runs all; a target that is missed is said, not punished: machines differ from day to day."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="zhibu-bench-") as folder:
        async with make_world(Path(folder)) as world:
            for bench in BENCHES:
                gc.collect()
                gc.freeze()  # what an earlier bench left is not gone through in this one
                figures += await bench(world, short)
    print_table(figures)
    for figure in figures:
        print(json.dumps(figure))
    return 0


def print_table(figures: list[Figure]) -> None:
    """One row a figure."""
    width = max(len(figure["bench"]) for figure in figures)
    for figure in figures:
        measured = figure.get("ratio", figure.get("value"))
        sign = "x" if "ratio" in figure else " "
        print(
            f"{figure['bench']:<{width}}  {measured:>10.3f}{sign}  target {figure['target']:>8g}  {'ok' if figure['holds'] else 'MISSED'}"
        )


if __name__ == "__main__":
    sys.exit(run(main("--short" in sys.argv[1:])))

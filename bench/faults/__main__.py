"""`python -m bench.faults [--rounds N] [--seed S] [--seconds T]`: kills something in the middle of something, N times.

Every round is a deed (approvals through the service, an import, an upload in parts, an export of personal data, a tenant's
archive, a tenant taken in, one erased) and a target (web, worker, the command itself, PostgreSQL, one of PostgreSQL's
children). Exit codes: 0 everything held; 1 it did not, and the round is named.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import asyncpg

from bench.faults import deeds, files
from bench.faults.checks import Broken, check_audits, check_meetings, hold
from bench.faults.processes import HEAL_LIMIT, seconds_until_ready
from bench.faults.world import World, make_world

PLAN = (
    (deeds.approvals, "web"), (deeds.spreadsheet, "command"), (deeds.approvals, "database"), (deeds.archive, "command"),
    (deeds.taking_in, "command"), (deeds.erasure, "command"), (deeds.approvals, "worker"), (deeds.erasure, "database"),
    (files.uploads, "web"), (files.listing, "command"), (deeds.spreadsheet, "database"), (deeds.taking_in, "database"),
    (deeds.archive, "database"), (deeds.approvals, "backend"), (files.uploads, "database"), (deeds.spreadsheet, "backend"),
    (files.listing, "database"), (deeds.erasure, "backend"), (files.uploads, "backend"), (files.listing, "backend"),
)  # fmt: skip
"""The first ten are the short form."""

DELIVERED_WITHIN = 90.0
"""A killed worker's events are anybody's again after a lease of 60 s."""


class Round:
    """One blow and what brings the service back after it."""

    def __init__(self, world: World, target: str) -> None:
        self.world, self.target = world, target

    async def blow(self) -> None:
        """Kills the target."""
        world = self.world
        if self.target == "web":
            await world.web.kill()
        elif self.target == "worker":
            await world.worker.kill()
        elif self.target == "command" and world.command is not None:
            await world.command.kill()
        elif self.target == "database":
            await world.database.kill()
            await self._bring_back()
        elif self.target == "backend":
            await self._kill_backend()
            await self._bring_back()

    async def _bring_back(self) -> None:
        """Starts the database, and measures how long the service takes to notice."""
        begun = time.monotonic()
        await self.world.database.bring_back()
        await _until_it_answers(self.world)
        self.world.restarts.append(time.monotonic() - begun)
        healed = await seconds_until_ready(self.world.address)
        self.world.heals.append(healed)
        hold(healed <= HEAL_LIMIT, f"the service answered {healed:.1f} s after the database was back")

    async def _kill_backend(self) -> None:
        """SIGKILL to one child that serves us; PostgreSQL then ends all others and recovers."""
        admin = await self.world.administrator()
        try:
            pids = [row[0] for row in await admin.fetch("select pid from pg_stat_activity where usename = 'app_rt'")]
        finally:
            await admin.close()
        if pids:
            os.kill(self.world.random.choice(pids), signal.SIGKILL)
            await asyncio.sleep(0.05)

    async def mend(self) -> None:
        """Starts again what was killed."""
        if self.target == "web":
            await self.world.start_web()
        elif self.target == "worker":
            await self.world.start_worker()
        hold(self.world.worker.process.returncode is None, f"the worker died: {self.world.worker.words}")
        hold(self.world.web.process.returncode is None, f"the web process died: {self.world.web.words}")


async def _until_it_answers(world: World) -> None:
    for _ in range(3000):
        try:
            admin = await world.administrator()
        except (OSError, asyncpg.PostgresError):
            await asyncio.sleep(0.02)
            continue
        await admin.close()
        return
    raise Broken("the database does not come back")


async def main(rounds: int, seed: int, seconds: float | None) -> int:
    """Runs the rounds; fewer where `seconds` are over, which is said."""
    begun, hits, done = time.monotonic(), Counter[str](), 0
    with tempfile.TemporaryDirectory(prefix="zhibu-faults-") as folder:
        os.chmod(folder, 0o711)  # PostgreSQL has a user id of its own and must pass
        async with make_world(Path(folder), seed) as world:
            try:
                for number in range(rounds):
                    if seconds is not None and time.monotonic() - begun > seconds:
                        break
                    await _one(world, number, hits)
                    done = number + 1
                await _all_delivered(world)
            except (Broken, TimeoutError) as error:
                print(f"BROKEN in round {done + 1} (seed {seed}, {_name(done)}): {error}", flush=True)
                return 1
    print(
        f"{done} of {rounds} rounds in {time.monotonic() - begun:.0f} s, seed {seed}; blows amid the deed: {dict(hits)}"
    )
    print(
        f"database back after {_range(world.restarts)}; service ready after that in {_range(world.heals)} (limit {HEAL_LIMIT} s)"
    )
    return 0 if done else 1


async def _one(world: World, number: int, hits: Counter[str]) -> None:
    deed, target = PLAN[number % len(PLAN)]
    now = Round(world, target)
    hit = await deed(world, now.blow, now.mend)
    hits[target] += hit
    await check_meetings(world, set())
    await check_audits(world)
    print(f"{number + 1:4} {_name(number)}: holds{'' if hit else ' (the deed was over before the blow)'}", flush=True)


async def _all_delivered(world: World) -> None:
    """Every event reaches its handlers, those too that a killed worker had taken."""
    admin = await world.administrator()
    query = "select count(*) from jobs.outbox where dispatched_at is null"
    try:
        for _ in range(int(DELIVERED_WITHIN * 2)):
            if not (left := await admin.fetchval(query)):
                return
            await asyncio.sleep(0.5)
    finally:
        await admin.close()
    raise Broken(f"{left} events were not delivered within {DELIVERED_WITHIN:.0f} s")


def _name(number: int) -> str:
    deed, target = PLAN[number % len(PLAN)]
    return f"{deed.__name__} / {target}"


def _range(values: list[float]) -> str:
    return f"{min(values):.2f}–{max(values):.2f} s" if values else "–"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.faults")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=float, help="Begin no round after so many seconds.")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.rounds, given.seed, given.seconds)))

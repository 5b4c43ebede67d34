"""Jobs that run by the clock: among any number of workers one runs each window, and another takes it over if that one dies."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import text

from zhibu_core.platform import Platform
from zhibu_core.tenancy.limits import JOB, working_under

log = structlog.get_logger()
TICK = 1.0
KEPT = dt.timedelta(days=7)
DAY = dt.timedelta(days=1)
MIDNIGHT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

# One row a window: whoever writes it runs it; a run that did not finish within its lease is anybody's again.
_TAKE = text(
    """insert into jobs.scheduled_run (job, opens_at, taken_at) values (:job, :opens, :now)
    on conflict (job, opens_at) do update set taken_at = excluded.taken_at
    where jobs.scheduled_run.finished_at is null and jobs.scheduled_run.taken_at < :abandoned returning job"""
)
_FINISH = text("update jobs.scheduled_run set finished_at = :now where job = :job and opens_at = :opens")
_FORGET = text("delete from jobs.scheduled_run where job = :job and opens_at < :before")


@dataclass(frozen=True)
class Scheduled:
    """`work(platform, now)` once in every window of length `every`; windows begin at `at` after midnight UTC.

    `lease` is how long a run may take before it counts as dead. The work must bear being done again.
    """

    key: str
    every: dt.timedelta
    work: Callable[[Platform, dt.datetime], Awaitable[None]]
    at: dt.timedelta = dt.timedelta()
    lease: dt.timedelta = dt.timedelta(minutes=10)

    def window(self, now: dt.datetime) -> dt.datetime:
        """When the window that `now` lies in opened."""
        start = MIDNIGHT + self.at
        return start + (now - start) // self.every * self.every


@dataclass
class Scheduler:
    """One process's share of the jobs that run by the clock."""

    platform: Platform
    jobs: Sequence[Scheduled]
    _task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to look at the clock in the background."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stops; what is under way is left for the next worker after its lease."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        seen: dict[str, dt.datetime] = {}
        while True:
            now = dt.datetime.now(dt.UTC)
            # A window is asked for once a lease, so that a dead run is found and a finished one costs nothing.
            due = [job for job in self.jobs if seen.get(job.key, MIDNIGHT) < max(job.window(now), now - job.lease)]
            for job in due:
                seen[job.key] = now
                await self.run_due(job, now)
            await asyncio.sleep(TICK)

    async def run_due(self, job: Scheduled, now: dt.datetime) -> bool:
        """Runs the job if this window is nobody's yet; whether it ran to its end."""
        try:
            if not await self._take(job, now):
                return False
            with working_under(JOB):
                await job.work(self.platform, now)
            async with self.platform.database.system_session() as system:
                window = {"job": job.key, "opens": job.window(now)}
                await system.execute(_FINISH, {**window, "now": dt.datetime.now(dt.UTC)})
        except Exception as error:  # the database may be away, or the work fail; the next window comes
            log.warning("scheduled_failed", job=job.key, error=f"{type(error).__name__}: {error}")
            return False
        return True

    async def _take(self, job: Scheduled, now: dt.datetime) -> bool:
        async with self.platform.database.system_session() as system:
            given = {"job": job.key, "opens": job.window(now), "now": now, "abandoned": now - job.lease}
            taken = (await system.execute(_TAKE, given)).one_or_none() is not None
            if taken:
                await system.execute(_FORGET, {"job": job.key, "before": now - KEPT})
        return taken

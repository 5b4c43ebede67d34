"""Delivers events and runs jobs after the commit that asked for them: at least once, fairly over tenants, held after five tries."""

import asyncio
import contextlib
import datetime as dt
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import structlog
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.plugins.events import Event
from zhibu_core.plugins.manifest import Job
from zhibu_core.tenancy.directory import all_tenants
from zhibu_core.tenancy.limits import JOB as JOB_LIMITS
from zhibu_core.tenancy.limits import working_under
from zhibu_core.tenancy.scope import Grant, Scope, Tenant

log = structlog.get_logger()
TRIES = 5
LEASE = dt.timedelta(seconds=60)
IDLE = 0.5
GRACE = 25.0
"""Seconds that an event under way may still take once the process is told to stop (tenancy-security.md 9)."""

REST = dt.timedelta(seconds=30)
"""How long an event of a tenant that is not open waits before it is looked at again; that is no try."""

JOB = "job:"
FIRST_TENANT = uuid.UUID(int=0)

# At most ten events a tenant and pass, and a full pass goes on with the tenants after it, so that no tenant's import starves
# the rest. What crosses between tenants (space:…) has a lane of its own.
_PICK = text(
    """with recursive t as (
      (select tenant_id from jobs.outbox where dispatched_at is null and held_reason is null and tenant_id > :after
        order by tenant_id limit 1)
      union all
      select (select o.tenant_id from jobs.outbox o where o.dispatched_at is null and o.held_reason is null
        and o.tenant_id > t.tenant_id order by o.tenant_id limit 1) from t where t.tenant_id is not null),
    p as (select x.id, x.available_at from t cross join lateral (
        select o.id, o.available_at from jobs.outbox o where o.tenant_id = t.tenant_id and o.dispatched_at is null
          and o.held_reason is null and o.available_at <= :now
          and case when :lane = '' then not starts_with(o.topic, 'space:') else starts_with(o.topic, :lane) end
        order by o.available_at limit 10 for update skip locked) x where t.tenant_id is not null limit :most)
    update jobs.outbox o set available_at = :lease, attempts = o.attempts + 1 from p where o.id = p.id
    returning o.id, o.tenant_id, o.topic, o.object_type, o.object_id, o.written_at, o.attempts, p.available_at"""
)
_DONE = text("update jobs.outbox set dispatched_at = :now where id = :id")
_LATER = text("update jobs.outbox set available_at = :at, held_reason = :held where id = :id")
_REST = text("update jobs.outbox set available_at = :at, attempts = attempts - 1 where id = :id")
_ONCE = text("insert into jobs.handled (event_id, handler, at) values (:event, :handler, :now) on conflict do nothing")


@dataclass
class Dispatcher:
    """One process's share of the outbox; `start` runs it in the background, `run_once` makes one pass."""

    platform: Platform
    grace: float = GRACE
    lane: ClassVar[str] = ""
    most: ClassVar[int] = 500
    """How many events a pass takes."""
    after: uuid.UUID = FIRST_TENANT
    """The tenant after which the next pass begins."""
    _task: asyncio.Task[None] | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> None:
        """Begins to deliver in the background."""
        self._stopping.clear()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stops taking, and waits for what is being delivered; after `grace` seconds that is broken off and rolled back."""
        if self._task is None:
            return
        self._stopping.set()
        _, late = await asyncio.wait({self._task}, timeout=self.grace)
        if late:
            log.warning("dispatch_broken_off", grace=self.grace)
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                taken = await self.run_once()
            except Exception as error:  # the database may be away for a while; the next pass heals
                log.warning("dispatch_paused", error=str(error))
                taken = 0
            if not taken:
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), IDLE)

    async def run_once(self) -> int:
        """Takes what is due, delivers it, and returns how many events were taken."""
        with working_under(JOB_LIMITS):
            return await self._pass()

    async def _pass(self) -> int:
        rows, tenants = await self._take(self.lane)
        if not rows and self.after != FIRST_TENANT:
            self.after = FIRST_TENANT
            rows, tenants = await self._take(self.lane)
        self.after = max(row.tenant_id for row in rows) if len(rows) == self.most else FIRST_TENANT
        await self._work(rows, tenants)
        return len(rows)

    async def _take(self, lane: str) -> tuple[Sequence[Row[Any]], Mapping[uuid.UUID, Tenant]]:
        now = dt.datetime.now(dt.UTC)
        given = {"now": now, "lease": now + LEASE, "lane": lane, "most": self.most, "after": self.after}
        async with self.platform.database.system_session() as system:
            rows = (await system.execute(_PICK, given)).all()
            return rows, {t.id: t for t in await all_tenants(system)} if rows else {}

    async def _work(self, rows: Sequence[Row[Any]], tenants: Mapping[uuid.UUID, Tenant]) -> None:
        for number, row in enumerate(rows):
            if self._stopping.is_set():
                await self._give_back(rows[number:])
                break
            await self._deliver(row, tenants.get(row.tenant_id))

    async def _deliver(self, row: Row[Any], tenant: Tenant | None) -> None:
        if tenant is not None and tenant.state != "open":
            await self._rest(row)
            return
        try:
            if tenant is not None:
                await self._handle(row, tenant)
        except Exception as error:  # any handler may fail; the event waits and is tried again
            log.exception("event_failed", id=str(row.id), topic=row.topic, attempt=row.attempts)
            await self._postpone(row, error)
        else:
            await self._finish([row])

    async def _handle(self, row: Row[Any], tenant: Tenant) -> None:
        event = Event(row.id, row.topic, row.object_type, row.object_id, row.written_at)
        async with self.platform.database.session(tenant.id) as session:
            plugins = await self.platform.scopes.plugins_of(session, tenant)
        if event.topic.startswith(JOB):
            await self._run_job(event, Scope(tenant, plugins))
            return
        failed: list[Exception] = []
        for plugin in self.platform.host.implementing("on_event", plugins):
            try:
                await self._tell(plugin, event, Scope(tenant, plugins))
            except Exception as error:  # the other plugins hear of it all the same
                log.warning("plugin_failed", plugin=plugin, hook="on_event", topic=event.topic, error=str(error))
                failed.append(error)
        if failed:
            raise failed[0]

    async def _tell(self, plugin: str, event: Event, scope: Scope) -> None:
        async with self.platform.database.session(scope.tenant.id) as session:
            await tell_within(session, self.platform, scope, plugin, event)

    async def _run_job(self, event: Event, scope: Scope) -> None:
        kind = event.topic.removeprefix(JOB)
        jobs: dict[str, Job] = {job.kind: job for _, job in self.platform.host.collect("jobs", scope.plugins)}
        if kind not in jobs:
            return  # its plugin is off: the job has nobody to run it
        actions = frozenset({jobs[kind].action}) & frozenset(self.platform.scopes.policy(scope.plugins).actions)
        scope = replace(scope, grants=(Grant("job", None, "", actions),))
        async with self.platform.database.session(scope.tenant.id) as session:
            if await _first_time(session, event.id, kind):
                await jobs[kind].handler(session, scope, event.object_id)

    async def _give_back(self, rows: Sequence[Row[Any]]) -> None:
        """Events that were taken and not begun: anybody may deliver them at once, and it was no try."""
        async with self.platform.database.system_session() as system:
            now = dt.datetime.now(dt.UTC)
            await system.execute(_REST, [{"id": row.id, "at": now} for row in rows])

    async def _finish(self, rows: Sequence[Row[Any]]) -> None:
        async with self.platform.database.system_session() as system:
            now = dt.datetime.now(dt.UTC)
            await system.execute(_DONE, [{"id": row.id, "now": now} for row in rows])

    async def _rest(self, row: Row[Any]) -> None:
        async with self.platform.database.system_session() as system:
            await system.execute(_REST, {"id": row.id, "at": dt.datetime.now(dt.UTC) + REST})

    async def _postpone(self, row: Row[Any], error: Exception) -> None:
        wait = 2**row.attempts * (1 + random.random())  # noqa: S311 jitter, no secret
        held = f"{type(error).__name__}: {error}"[:500] if row.attempts >= TRIES else None
        async with self.platform.database.system_session() as system:
            at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=wait)
            await system.execute(_LATER, {"id": row.id, "at": at, "held": held})


async def tell_within(session: AsyncSession, platform: Platform, scope: Scope, plugin: str, event: Event) -> None:
    """Tells one plugin of an event in the session's own transaction, if it has not heard of it yet; what it raises is raised."""
    if await _first_time(session, event.id, plugin):
        await platform.host.ask(plugin, "on_event", session=session, scope=scope, event=event, platform=platform)


async def _first_time(session: AsyncSession, event: uuid.UUID, handler: str) -> bool:
    """Whether this handler has not yet finished this event; noted in the handler's own transaction."""
    done = await session.execute(_ONCE, {"event": event, "handler": handler, "now": dt.datetime.now(dt.UTC)})
    return bool(getattr(done, "rowcount", 0))

"""A dispatcher that is told to stop finishes what it has begun, gives back what it has not, and waits no longer than its grace."""

import asyncio
import time
import uuid
from typing import Any

import pytest
from sqlalchemy import Row, text

from zhibu_core.jobs import Dispatcher
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.scope import Tenant
from zhibu_testing.delivering import deliver
from zhibu_testing.fixtures import Parties

_WAITING = text(
    """select object_id, attempts, available_at <= now() as is_due from jobs.outbox
    where tenant_id = :t and topic = 'import.written' and dispatched_at is null"""
)


class Slow(Dispatcher):
    """Takes half a second over each event of one tenant, and leaves those of others alone."""

    async def _handle(self, row: Row[Any], tenant: Tenant) -> None:
        if tenant.id != self.home:
            return
        self.begun.append(row.object_id)
        self.at_work.set()
        await asyncio.sleep(self.seconds)
        self.done.append(row.object_id)

    begun: list[uuid.UUID]
    done: list[uuid.UUID]
    seconds: float
    at_work: asyncio.Event
    home: uuid.UUID


async def begun(platform: Platform, parties: Parties, seconds: float, grace: float) -> Slow:
    await deliver(platform, parties.home)  # what opening the tenants has published
    async with platform.database.session(parties.home.id) as session:
        for _ in range(3):
            await publish(session, "import.written", "import_run", uuid.uuid4())
    slow = Slow(platform, grace)
    slow.begun, slow.done, slow.seconds, slow.at_work = [], [], seconds, asyncio.Event()
    slow.home = parties.home.id
    await slow.start()
    await slow.at_work.wait()
    return slow


async def waiting(platform: Platform, tenant: Tenant) -> list[Any]:
    async with platform.database.system_session() as system:
        return list((await system.execute(_WAITING, {"t": tenant.id})).all())


async def test_what_is_under_way_is_finished_and_the_rest_given_back(platform: Platform, parties: Parties) -> None:
    slow = await begun(platform, parties, seconds=0.5, grace=5)
    await slow.stop()
    assert slow.done == slow.begun
    left = await waiting(platform, parties.home)
    assert {row.object_id for row in left}.isdisjoint(slow.done)
    assert len(left) + len(slow.done) == 3
    assert [(row.attempts, row.is_due) for row in left] == [(0, True)] * len(left)
    await deliver(platform, parties.home)


async def test_after_the_grace_it_is_broken_off(
    platform: Platform, parties: Parties, caplog: pytest.LogCaptureFixture
) -> None:
    slow = await begun(platform, parties, seconds=60, grace=0.2)
    start = time.monotonic()
    await slow.stop()
    assert time.monotonic() - start < 2
    assert slow.done == []
    assert len(await waiting(platform, parties.home)) == 3

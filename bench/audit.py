"""What one audit row costs: a small change with it against the same change without it, in turns; and how fast rows are sealed."""

import datetime as dt
import statistics
import time
import uuid
from typing import Any

from sqlalchemy import select

from bench.world import World
from zhibu_core.audit import note
from zhibu_core.audit.seals import seal_tenant
from zhibu_core.audit.verifying import verify_tenant
from zhibu_core.organization.names import sort_name
from zhibu_core.organization.people import Person
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Actor, Scope

TARGET = 1.15
ROWS_A_SECOND = 2000.0


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """The median ratio over rounds, then rows sealed and checked a second."""
    tenant = await world.tenant()
    scope = Scope(tenant, frozenset(), Actor(new_id(), "测量人", "bench"), request_id="bench")
    async with world.platform.database.session(tenant.id) as session:
        someone = Person(id=new_id(), name="张三", sort_name=sort_name("张三"))
        session.add(someone)
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(400 if short else 2000):
        for noted in (True, False) if number % 2 else (False, True):
            times[noted].append(await _change(world, scope, someone.id, number, noted=noted))
    ratio = statistics.median(times[True]) / statistics.median(times[False])
    started = time.perf_counter()
    now = dt.datetime.now(dt.UTC)
    await seal_tenant(world.platform, tenant.id, now=now)
    report = await verify_tenant(world.platform, tenant.id, now=now)
    pace = report.entries / (time.perf_counter() - started)
    return [
        {"bench": "small change with / without audit row", "ratio": ratio, "target": TARGET, "holds": ratio <= TARGET},
        {"bench": "audit rows sealed and verified a second", "value": pace, "target": ROWS_A_SECOND, "holds": pace >= ROWS_A_SECOND},
    ]  # fmt: skip


async def _change(world: World, scope: Scope, person: uuid.UUID, number: int, *, noted: bool) -> float:
    """Seconds for one transaction: read somebody, change a value, publish the event, commit."""
    started = time.perf_counter()
    async with world.platform.database.session(scope.tenant.id) as session:
        someone = (await session.scalars(select(Person).where(Person.id == person))).one()
        someone.post = f"{number}{noted}"
        await session.flush()
        await publish(session, "person.changed", "person", person)
        if noted:
            await note(session, scope, "member.write", "person", person, fields=["post"])
    return time.perf_counter() - started

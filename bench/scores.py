"""Scores: all branches' index against the bare statements, and what one changed fact costs."""

import statistics
import time
import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncSession

from bench.world import World, as_administrator
from zhibu_capability.following import follow
from zhibu_capability.scoring import scores
from zhibu_capability.store import compute
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.periods import parse_period
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import Event
from zhibu_core.tenancy.bulk import raw_connection
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of, tenant_of

PERIOD = parse_period("2026Q2")
INDEX_TARGET, FACT_TARGET = 1.5, 5.0
FACTS = 80
"""Drawn from the whole tenant: a mark costs what its branch has held, and branches differ tenfold."""

Statement = tuple[str, tuple[Any, ...]]

_ATTENDANCE = text(
    """select f.organization_id, f.happened_on, f.record_type, f.record_id, f.person_id from fact f
    where f.tenant_id = :t and f.kind = 'attendance' and f.mark = 'present' and f.happened_on between :first and :last
    order by md5(f.id::text) limit :n"""
)
_END = text(
    """insert into fact_end (tenant_id, id, fact_id, reason, note, ended_at)
    select f.tenant_id, f.id, f.id, 'superseded', 'bench', :now from fact f
    where f.tenant_id = :t and f.record_id = :record and f.person_id = :person and f.kind = 'attendance'
      and not exists (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id)"""
)


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """Two figures: the ratio of medians over paired rounds, and the median milliseconds of a changed fact."""
    if world.university is None:
        raise RuntimeError("the import bench runs first")
    tenant = world.university
    await as_administrator(world, "vacuum (analyze)")
    await as_administrator(world, "checkpoint")
    scope = await world.scope(tenant)
    async with world.platform.database.session(tenant.id) as session:
        await compute(session, scope, world.platform, PERIOD)
        ratio = await _ratio(world, session, scope, rounds=4 if short else 12)
    async with world.platform.database.session(tenant.id) as session:
        milliseconds = await _changed_fact(session, scope, world.platform, facts=FACTS)
    return [
        {"bench": "index of all branches / bare set-based SQL", "ratio": ratio, "target": INDEX_TARGET, "holds": ratio <= INDEX_TARGET},
        {"bench": "one changed fact, ms", "value": milliseconds, "target": FACT_TARGET, "holds": milliseconds <= FACT_TARGET},
    ]  # fmt: skip


async def _ratio(world: World, session: AsyncSession, scope: Scope, *, rounds: int) -> float:
    bare = await _bare(session, lambda: scores(session, scope, world.platform, PERIOD))
    raw = await raw_connection(session)
    whole, floor = [], []
    for _ in range(rounds):
        whole.append(await _timed(lambda: scores(session, scope, world.platform, PERIOD)))
        floor.append(await _timed(lambda: _fetch(raw, bare)))
    return statistics.median(whole[1:]) / statistics.median(floor[1:])


async def _bare(session: AsyncSession, work: Callable[[], Awaitable[Any]]) -> list[Statement]:
    """The statements that sum up facts, as they reach the driver."""
    seen: list[Statement] = []

    def note(_c: Connection, _cursor: Any, sql: str, parameters: tuple[Any, ...], _context: Any, _many: bool) -> None:
        if sql.startswith(("with p as", "with \nw as")):
            seen.append((sql, parameters))

    connection = (await session.connection()).sync_connection
    event.listen(connection, "before_cursor_execute", note)
    try:
        await work()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return seen


async def _fetch(raw: Any, bare: list[Statement]) -> None:
    for sql, parameters in bare:
        await raw.fetch(sql, *parameters)


async def _changed_fact(session: AsyncSession, scope: Scope, platform: Platform, *, facts: int) -> float:
    """Milliseconds from the event of one corrected mark to the stored score; the session is rolled back."""
    parameters = {"t": tenant_of(session), "first": PERIOD.start, "last": PERIOD.end, "n": facts}
    rows = (await session.execute(_ATTENDANCE, parameters)).all()
    times, now = [], instant_of(session)
    for row in rows:
        await session.execute(
            _END, {"t": tenant_of(session), "record": row.record_id, "person": row.person_id, "now": now}
        )
        absent = FactDraft(
            "attendance", row.organization_id, row.happened_on, row.record_type, row.record_id, person_id=row.person_id, mark="absent"
        )  # fmt: skip
        await write_facts(session, [absent], source="orglife", written_by=None)
        happened = Event(uuid.uuid4(), "attendance.disputed", "meeting", row.record_id, now)
        times.append(await _timed(partial(follow, session, scope, happened, platform)))
    await session.rollback()
    return 1000 * statistics.median(times[len(times) // 3 :])


async def _timed(work: Callable[[], Awaitable[Any]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start

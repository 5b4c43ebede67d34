"""Mixed queries with row security on (the runtime role) against off (the administrator), the same statements, paired."""

import statistics
import time
from typing import Any

import asyncpg

from bench.world import World

TARGET = 1.15
QUERIES = (
    "select count(*) from membership m join organization o on o.tenant_id = m.tenant_id and o.id = m.organization_id"
    " where m.tenant_id = $1 and o.kind = 'branch'",
    "select o.code, count(*) from organization o join fact f on f.tenant_id = o.tenant_id and f.organization_id = o.id"
    " and f.kind = 'theme_day' where o.tenant_id = $1 group by o.code",
    "select p.name, o.name from person p join membership m on m.tenant_id = p.tenant_id and m.person_id = p.id"
    " join organization o on o.tenant_id = m.tenant_id and o.id = m.organization_id where p.tenant_id = $1"
    " order by p.sort_name, p.id limit 100",
    "select f.mark, count(*) from fact f where f.tenant_id = $1 and f.kind = 'attendance'"
    " and f.happened_on between '2026-04-01' and '2026-06-30' group by f.mark",
)


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """One figure: the median over rounds of time with against time without."""
    if world.university is None:
        raise RuntimeError("the import bench runs first")
    tenant = world.university.id
    guarded = await asyncpg.connect(world.server.dsn_for("app_rt"))
    free = await asyncpg.connect(world.server.admin)
    try:
        await free.execute("vacuum analyze")
        ratios = [
            await _round(guarded, tenant, bind=True) / await _round(free, tenant, bind=False)
            for _ in range(5 if short else 15)
        ]
    finally:
        await guarded.close()
        await free.close()
    ratio = statistics.median(ratios[1:])
    return [
        {"bench": "row security on / off, mixed queries", "ratio": ratio, "target": TARGET, "holds": ratio <= TARGET}
    ]


async def _round(connection: "asyncpg.Connection[asyncpg.Record]", tenant: Any, *, bind: bool) -> float:
    """Seconds for all queries in one transaction; binding is not part of what is compared."""
    async with connection.transaction():
        if bind:
            await connection.execute("select app.bind($1)", tenant)
        start = time.perf_counter()
        for query in QUERIES:
            await connection.fetch(query, tenant)
        return time.perf_counter() - start

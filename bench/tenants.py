"""The same request to a tenant that is alone in its database and to one among thousands of the same size, in turns."""

import random
import statistics
import time
from typing import Any

import asyncpg

from bench.visitor import Visitor, furnish, visitor
from bench.world import World, copy_of

TENANTS, TENANTS_SHORT = 10_000, 2_000
TARGET = 1.1
VISITS = 120
"""Enough for the slowest of twenty to be no chance."""

_TABLES = """select c.relname, array_agg(a.attname::text order by a.attnum) filter (where a.attname <> 'tenant_id') as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relispartition
    and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id') group by c.relname"""


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """The ratio of the two 95th percentiles, each over visits; a visit's time is the median of a few requests."""
    count = TENANTS_SHORT if short else TENANTS
    tenant = await world.tenant()
    secret = await furnish(world.platform, tenant)
    async with copy_of(world, "alone") as alone, copy_of(world, "crowd") as crowd:
        slugs = await _multiply(world.server.admin_for("crowd"), tenant.slug, count)
        async with visitor(alone, secret) as lonely, visitor(crowd, secret) as among:
            chance = random.Random(count)
            visits = [await _visit(lonely, tenant.slug, among, chance.choice(slugs)) for _ in range(VISITS)]
    one, many = (statistics.quantiles(times, n=20)[-1] for times in zip(*visits, strict=True))
    return [
        {"bench": f"p95 of a request, {count} tenants / one", "ratio": many / one, "target": TARGET, "holds": many / one <= TARGET}
    ]  # fmt: skip


async def _visit(lonely: Visitor, slug: str, among: Visitor, other: str, *, pairs: int = 5) -> tuple[float, float]:
    """Median seconds of requests to the one tenant and to one of the many, in turns: what disturbs one disturbs both."""
    times: dict[bool, list[float]] = {False: [], True: []}
    for number in range(pairs):
        for crowded in (True, False) if number % 2 else (False, True):
            begun = time.perf_counter()
            await (among.list_members(other) if crowded else lonely.list_members(slug))
            times[crowded].append(time.perf_counter() - begun)
    return statistics.median(times[False]), statistics.median(times[True])


async def _multiply(address: str, slug: str, count: int) -> list[str]:
    """Copies every row of a tenant for others, `count` tenants in all, and returns their slugs.

    Rows keep their ids, as keys begin with the tenant's.
    """
    connection = await asyncpg.connect(address)
    try:
        # What checks each row one by one is left out: the rows are those of a tenant that stood the checks.
        await connection.execute("set session_replication_role = replica")
        template = await connection.fetchval("select id from global_tenant where slug = $1", slug)
        await connection.execute(
            """insert into global_tenant select gen_random_uuid(), slug || '-' || n, name, preset, today, state, created_at
            from global_tenant, generate_series(2, $2::int) n where id = $1""",
            template,
            count,
        )
        for table, columns in await connection.fetch(_TABLES):
            names = ", ".join(f'"{name}"' for name in columns)
            values = "o.id" if table == "tenant_anchor" else ", ".join(f't."{name}"' for name in columns)
            await connection.execute(
                f"""insert into "{table}" (tenant_id, {names}) select o.id, {values} from "{table}" t, global_tenant o
                where t.tenant_id = $1 and o.id <> $1""",
                template,
            )
        await connection.execute("vacuum analyze")
        return [row["slug"] for row in await connection.fetch("select slug from global_tenant")]
    finally:
        await connection.close()

"""Tells the planner what tables hold when it cannot know: before the first rows, and right after a large import."""

import asyncpg
import structlog

log = structlog.get_logger()
SEEDABLE = 180000
"""The server version from which statistics can be set (pg_restore_relation_stats)."""

# A table without statistics is taken for a handful of rows of many tenants. Then an index on (tenant_id, anything) looks
# as good as the key, and every foreign-key check of a first import reads the whole tenant. One tenant with ten thousand
# rows is the better guess; the first ANALYZE replaces it.
_SEED = """
select pg_restore_relation_stats('schemaname', 'public', 'relname', c.relname::text, 'relpages', 200, 'reltuples', 10000::real),
  pg_restore_attribute_stats('schemaname', 'public', 'relname', c.relname::text, 'attname', 'tenant_id', 'inherited', false,
    'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real)
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.reltuples < 0
"""
_TABLES = "select tablename from pg_tables where schemaname = 'public' and tableowner = current_user"


async def seed_statistics(owner_url: str) -> None:
    """Gives tenant tables that were never analyzed a sensible first guess; does nothing before PostgreSQL 18."""
    connection = await asyncpg.connect(owner_url)
    try:
        if connection.get_server_version().major * 10_000 >= SEEDABLE:
            await connection.fetch(_SEED)
    finally:
        await connection.close()


async def renew_statistics(owner_url: str) -> None:
    """Analyzes the tenant tables as their owner; a failure is logged, the import stands."""
    try:
        connection = await asyncpg.connect(owner_url)
        try:
            tables = await connection.fetch(_TABLES)
            await connection.execute("analyze " + ", ".join(f'public."{row[0]}"' for row in tables))
        finally:
            await connection.close()
    except (asyncpg.PostgresError, OSError) as error:
        log.warning("statistics_not_renewed", error=str(error))

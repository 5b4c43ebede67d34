"""Tells the planner what tables hold after a large import: minutes before autovacuum would."""

import asyncpg
import structlog

log = structlog.get_logger()


async def renew_statistics(owner_url: str) -> None:
    """Analyzes the tenant tables as their owner; a failure is logged, the import stands."""
    try:
        connection = await asyncpg.connect(owner_url)
        try:
            tables = await connection.fetch(
                "select tablename from pg_tables where schemaname = 'public' and tableowner = current_user"
            )
            await connection.execute("analyze " + ", ".join(f'public."{row[0]}"' for row in tables))
        finally:
            await connection.close()
    except (asyncpg.PostgresError, OSError) as error:
        log.warning("statistics_not_renewed", error=str(error))

"""Whether the database is at the revisions that this release needs; asked by the readiness probe, mostly from memory."""

import time

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from zhibu_core.boot import plugin_histories
from zhibu_core.platform import Platform
from zhibu_migrations.runner import CORE

KEPT = 60.0
"""Seconds for which "at head" is believed: migrations only go forward, but a restored database may lie behind."""


async def behind(platform: Platform) -> list[str]:
    """One sentence where a history is behind this release's, else nothing; a newer one is well, as in a rolling upgrade."""
    if time.monotonic() < platform.migrated_until:
        return []
    heads = {h.table: (h.key, head) for h in (CORE, *plugin_histories(platform.host)) if (head := h.head())}
    try:
        async with platform.database.system_session() as system:
            known = set(await system.scalars(text("select tablename from pg_tables where schemaname = 'jobs'")))
            found = {}
            for table in heads.keys() & known:  # our own keys; the role may read each
                found[table] = await system.scalar(text(f"select version_num from jobs.{table}"))  # noqa: S608
    except (DBAPIError, PoolTimeout, OSError, asyncpg.PostgresError) as error:
        return [f"the database does not answer: {type(error).__name__}"]
    late = sorted(key for table, (key, head) in heads.items() if (found.get(table) or "") < head)
    if late:
        return [f"migrations are behind: {', '.join(late)}"]
    platform.migrated_until = time.monotonic() + KEPT
    return []

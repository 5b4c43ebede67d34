"""The audit's monthly partitions: the coming months are made ahead, those beyond the retention are dropped whole."""

import datetime as dt
import re

import asyncpg
import structlog

from zhibu_core.platform import Platform
from zhibu_migrations.months import make_partition, month_of

log = structlog.get_logger()
TABLE = "audit_entry"
AHEAD = 3
_PARTITIONS = """select c.relname, pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits i
join pg_class c on c.oid = i.inhrelid where i.inhparent = ('public.' || $1)::regclass"""
_BOUND = re.compile(r"FROM \((?:'([\d-]+)[^)]*|MINVALUE)\) TO \('([\d-]+)")
"""FOR VALUES FROM ('2026-11-01 00:00:00+00') TO ('2026-12-01 00:00:00+00'); the first one begins at MINVALUE."""


async def keep_months(platform: Platform, now: dt.datetime) -> list[str]:
    """Makes the coming months and drops expired ones, as the owner; returns the statements that were run.

    A partition is dropped when all of it lies `audit_months` or more before this month, never earlier. Each step is a
    transaction that waits two seconds for its locks; what does not get them is done the next night. Where the owner's
    address is not known, nothing is done.
    """
    if platform.owner_url is None:
        return []
    connection = await asyncpg.connect(platform.owner_url)
    try:
        found = [(row["relname"], row["bound"]) for row in await connection.fetch(_PARTITIONS, TABLE)]
        steps = steps_of(found, now.date(), platform.settings.audit_months)
        return [statement for step in steps for statement in await _run(connection, step)]
    finally:
        await connection.close()


def steps_of(partitions: list[tuple[str, str]], today: dt.date, months: int) -> list[tuple[str, ...]]:
    """The statements that bring these partitions (name, bound) to what `today` needs, one transaction each."""
    spans = {name: span for name, bound in partitions if (span := _span(bound))}
    wanted = [month_of(today, ahead) for ahead in range(AHEAD + 1)]
    held = {month for month in wanted for start, end in spans.values() if start <= month < end}
    keep_from = month_of(today, -months)
    expired = sorted(name for name, (_, end) in spans.items() if end <= keep_from)
    return [
        *(make_partition(TABLE, month) for month in wanted if month not in held),
        *((f"drop table {name}",) for name in expired),
    ]


def _span(bound: str) -> tuple[dt.date, dt.date] | None:
    """The first day held and the first day no longer held; None for the partition of everything else."""
    found = _BOUND.search(bound)
    if found is None:
        return None
    return dt.date.fromisoformat(found[1]) if found[1] else dt.date.min, dt.date.fromisoformat(found[2])


async def _run(connection: "asyncpg.Connection[asyncpg.Record]", step: tuple[str, ...]) -> tuple[str, ...]:
    try:
        async with connection.transaction():
            await connection.execute("set local lock_timeout = '2s'")
            for statement in step:
                await connection.execute(statement)
    except asyncpg.PostgresError as error:  # somebody holds the lock, or the rest holds rows of this month
        log.warning("audit_month_waits", statement=step[0], error=str(error))
        return ()
    return step

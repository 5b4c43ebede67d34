"""Puts a row of each tenant into every tenant table, whatever its columns: rules of content are set aside for it."""

import uuid
from collections.abc import Sequence
from typing import Any

_COLUMNS = """
select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id') and a.attnotnull
and a.attname not in ('tenant_id', 'id') order by 1, a.attnum
"""
_CHECKS = """
select conrelid::regclass::text as table, conname from pg_constraint
where contype = 'c' and connamespace = 'public'::regnamespace and conparentid = 0
"""
SAMPLES = {
    "uuid": "gen_random_uuid()",
    "text": "gen_random_uuid()::text",
    "boolean": "false",
    "date": "date '2026-05-10'",
    "timestamp with time zone": "timestamptz '2026-05-10 08:00Z'",
    "jsonb": "'{}'",
    "bytea": "'\\x00'",
}


async def furnish_every_table(connection: Any, tenants: Sequence[uuid.UUID]) -> None:
    """`connection` is a superuser's: foreign keys and checks are not asked."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for table in await connection.fetch("select tablename from pg_tables where schemaname = 'public'"):
        columns.setdefault(table["tablename"], [])
    wanted = {row["table"] for row in await connection.fetch(_COLUMNS)} | {"tenant_anchor"}
    for row in await connection.fetch(_COLUMNS):
        columns[row["table"]].append((row["column"], row["type"]))
    await connection.execute("set session_replication_role = replica")
    for table in sorted(wanted):
        names = "".join(f', "{name}"' for name, _ in columns[table])
        values = "".join(f", {_sample(kind)}" for _, kind in columns[table])
        for tenant in tenants:
            insert = f"insert into {table} (tenant_id, id{names}) values ($1, gen_random_uuid(){values})"
            await _insert(connection, table, insert, tenant)


async def _insert(connection: Any, table: str, insert: str, tenant: uuid.UUID) -> None:
    """A check that no sample fulfils is dropped: copies are for looking at isolation only."""
    import asyncpg

    while True:
        try:
            await connection.execute(insert, tenant)
        except asyncpg.CheckViolationError as error:
            await connection.execute(f'alter table {table} drop constraint "{error.constraint_name}"')
        else:
            return


def _sample(kind: str) -> str:
    if kind.endswith("[]"):
        return f"'{{}}'::{kind}"
    return SAMPLES.get(kind, f"0::{kind}")

"""The rules of growth, read from the catalog: keys begin with the tenant, no volatile defaults, no triggers that write."""

import asyncpg
import pytest

from zhibu_core.platform import Platform
from zhibu_testing.fixtures import TestDatabase, owner_dsn

VOLATILE_DEFAULTS = """
select c.relname || '.' || a.attname from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
join pg_class c on c.oid = d.adrelid where c.relnamespace = 'public'::regnamespace and exists (
  select from pg_depend x join pg_proc p on p.oid = x.refobjid
  where x.objid = d.oid and x.refclassid = 'pg_proc'::regclass and p.provolatile = 'v')
"""
FIRST_IN_KEY = """
select c.relname from pg_index i join pg_class c on c.oid = i.indrelid
join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id'
where c.relnamespace = 'public'::regnamespace and i.indisprimary and i.indkey[0] <> t.attnum
"""
FROM_GLOBAL = """
select f.conname from pg_constraint f join pg_class c on c.oid = f.conrelid join pg_class r on r.oid = f.confrelid
where f.contype = 'f' and (c.relname like 'global\\_%' or c.relnamespace = 'jobs'::regnamespace)
"""
TRIGGERS = """
select tgname from pg_trigger g join pg_class c on c.oid = g.tgrelid
where not tgisinternal and c.relnamespace = 'public'::regnamespace
"""


@pytest.mark.parametrize("query", [VOLATILE_DEFAULTS, FIRST_IN_KEY, FROM_GLOBAL, TRIGGERS])
async def test_the_schema_is_ready_to_grow(platform: Platform, test_database: TestDatabase, query: str) -> None:
    connection = await asyncpg.connect(owner_dsn(test_database))
    try:
        assert [row[0] for row in await connection.fetch(query)] == []
    finally:
        await connection.close()


async def test_facts_and_audit_cannot_be_changed(platform: Platform, test_database: TestDatabase) -> None:
    connection = await asyncpg.connect(test_database.dsn())
    try:
        for table in ("fact", "fact_end", "audit_entry"):
            for verb in ("update", "delete", "truncate"):
                assert not await connection.fetchval("select has_table_privilege($1, $2)", table, verb)
    finally:
        await connection.close()


async def test_the_policy_is_inlined_to_an_index_condition(platform: Platform, test_database: TestDatabase) -> None:
    """The plan of tenancy-security.md 3: app.tenant() is not called row by row."""
    connection = await asyncpg.connect(test_database.dsn())
    try:
        async with connection.transaction():
            await connection.execute("select app.bind(gen_random_uuid())")
            await connection.execute("set local enable_seqscan = off")
            plan = "\n".join(
                row[0] for row in await connection.fetch("explain select * from organization where code = 'x'")
            )
    finally:
        await connection.close()
    assert "Index Cond" in plan
    assert "current_setting" in plan

"""The rules of growth, read from the catalog: keys begin with the tenant, no volatile defaults, no triggers that write."""

import asyncpg
import pytest

from zhibu_core.platform import Platform
from zhibu_testing.fixtures import TestDatabase, owner_dsn
from zhibu_testing.growth import RULES


@pytest.mark.parametrize("query", RULES)
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

"""The black-box prober: as one tenant, with the runtime role and nothing but SQL, over everything that role may touch."""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from zhibu_core.platform import Platform
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import Parties, TestDatabase, tenant_tables

READABLE_BY_ALL = frozenset({"global_setting", "global_tenant"})
TABLES = """
select c.relname from pg_class c where c.relkind in ('r', 'p', 'v') and c.relnamespace = 'public'::regnamespace
and has_table_privilege(c.oid, 'select')
"""
Connection = asyncpg.Connection


@pytest_asyncio.fixture
async def stranger(platform: Platform, parties: Parties, test_database: TestDatabase) -> AsyncIterator[Connection]:
    """The neighbour's connection, bound to the neighbour, while the home tenant holds people and settings."""
    async with platform.database.session(parties.home.id) as session:
        branch = await organization(session, "1")
        await member(session, "甲", branch, number="N1")
    connection = await asyncpg.connect(test_database.dsn())
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("select app.bind($1)", parties.neighbour.id)
    yield connection
    await transaction.rollback()
    await connection.close()


async def test_everything_readable_is_a_tenant_table_or_listed(platform: Platform, stranger: Connection) -> None:
    readable = {row[0] for row in await stranger.fetch(TABLES)}
    assert readable - await tenant_tables(platform.database) == READABLE_BY_ALL


async def test_no_table_shows_the_home_tenant(platform: Platform, parties: Parties, stranger: Connection) -> None:
    for table in sorted(await tenant_tables(platform.database)):
        others = await stranger.fetchval(f'select count(*) from "{table}" where tenant_id <> $1', parties.neighbour.id)
        mine = await stranger.fetchval(f'select count(*) from "{table}" where tenant_id = $1', parties.home.id)
        assert (table, others, mine) == (table, 0, 0)


async def test_no_row_of_the_home_tenant_can_be_changed(
    platform: Platform, parties: Parties, stranger: Connection
) -> None:
    for table in sorted(await tenant_tables(platform.database)):
        for verb, statement in (
            ("update", f'update "{table}" set id = id where tenant_id = $1'),
            ("delete", f'delete from "{table}" where tenant_id = $1'),
        ):
            if await stranger.fetchval("select has_table_privilege($1, $2)", table, verb):
                assert await stranger.execute(statement, parties.home.id) == f"{verb.upper()} 0"


async def test_no_row_can_be_given_to_the_home_tenant(parties: Parties, stranger: Connection) -> None:
    statement = "insert into tenant_setting (tenant_id, id, key, value) values ($1, $2, 'x', '{}')"
    try:
        await stranger.execute(statement, parties.home.id, uuid.uuid4())
    except asyncpg.InsufficientPrivilegeError:
        return
    raise AssertionError("a row was written for another tenant")


async def test_the_binding_cannot_be_changed(parties: Parties, stranger: Connection) -> None:
    try:
        await stranger.execute("select app.bind($1)", parties.home.id)
    except asyncpg.InsufficientPrivilegeError:
        return
    raise AssertionError("another tenant could be bound inside the transaction")

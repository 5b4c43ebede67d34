"""The guards of the running database, each asked by itself: what it says is wrong, nothing where it is content."""

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy import text

from zhibu_core.database.access import OWNER, RUNTIME, Server
from zhibu_core.database.canary import isolation_canary
from zhibu_core.database.catalog import audit_catalog
from zhibu_core.isolation.prober import probe, probe_unbound
from zhibu_core.tenancy.bulk import raw_connection
from zhibu_core.tenancy.session import Database
from zhibu_testing.growth import RULES


@dataclass(frozen=True)
class Pair:
    """The two tenants of the mutants' database, both with rows in its tables."""

    mine: uuid.UUID
    other: uuid.UUID


@dataclass
class Pool:
    """What the canary asks for: something with a database."""

    database: Database


@asynccontextmanager
async def copy_of(server: Server, template: str) -> AsyncIterator[str]:
    """A database like the template while the block runs."""
    name = f"mutant_{uuid.uuid4().hex[:10]}"
    admin = await asyncpg.connect(server.admin)
    try:
        await admin.execute(f'create database "{name}" template "{template}" strategy file_copy')
        try:
            # Rights on the database itself are not copied with it.
            await admin.execute(f'revoke all on database "{name}" from public')
            await admin.execute(f'grant connect on database "{name}" to app_owner, app_rt, app_backup')
            yield name
        finally:
            await admin.execute(f'drop database "{name}" with (force)')
    finally:
        await admin.close()


async def verdicts(server: Server, name: str, pair: Pair) -> Mapping[str, list[str]]:
    """What each guard finds in this database."""
    pool = Database(server.dsn_for(RUNTIME, database=name), pool_size=1)
    try:
        return {
            "catalog": await audit_catalog(server.dsn_for(OWNER, database=name)),
            "prober": await _probed(pool, pair),
            "canary": await isolation_canary(Pool(pool)),
            "growth": await _growth(server.dsn_for(OWNER, database=name)),
        }
    finally:
        await pool.close()


async def _probed(pool: Database, pair: Pair) -> list[str]:
    async with pool.session(pair.mine) as session:
        checks = await probe(await raw_connection(session), pair.mine, pair.other)
        await session.rollback()
    async with pool.system_session() as system:
        await system.execute(text("select 1"))
        checks.append(await probe_unbound(await raw_connection(system)))
    return [f"{check.key}: {fault.thing}" for check in checks for fault in check.faults]


async def _growth(owner: str) -> list[str]:
    connection = await asyncpg.connect(owner)
    try:
        return [str(row[0]) for query in RULES for row in await connection.fetch(query)]
    finally:
        await connection.close()

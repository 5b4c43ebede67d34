"""The pytest plugin: a real PostgreSQL, a platform with every installed plugin, and two tenants for every test."""

import asyncio
import datetime as dt
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
import uvloop
from hypothesis import HealthCheck, settings
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core import platform as platforms
from zhibu_core.boot import prepare_and_migrate
from zhibu_core.database.access import OWNER, RUNTIME, Server
from zhibu_core.database.embedded import running_sync
from zhibu_core.logs import set_up_logs
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings
from zhibu_core.tenancy.scope import Actor, Grant, Scope, Tenant
from zhibu_core.tenancy.session import Database
from zhibu_testing.opening import Openings
from zhibu_testing.statements import faults_of

TODAY = dt.date(2026, 10, 31)


# Speed is judged in bench/: an example may take as long as a busy machine needs.
settings.register_profile("zhibu", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zhibu")


def pytest_configure() -> None:
    """Tests run on the loop that serves requests in production."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


@dataclass(frozen=True)
class TestDatabase:
    """One worker's own database on the shared server."""

    __test__ = False
    server: Server
    name: str
    settings: Settings

    def dsn(self, role: str = RUNTIME) -> str:
        """The address of this database for a role."""
        return self.server.dsn_for(role, database=self.name)


@dataclass(frozen=True)
class Parties:
    """The two tenants of a test: `home` is the one under test, `neighbour` must never notice."""

    home: Tenant
    neighbour: Tenant


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Logs as in production: structlog's own default draws tracebacks with all locals, which takes seconds."""
    set_up_logs()


@pytest.fixture(scope="session", autouse=True)
def steady_directory() -> Iterator[None]:
    """A tenant's name and doors are asked once a run, so that a page's statements do not depend on the clock."""
    kept = platforms.TENANT_KEPT, platforms.DOORS_KEPT
    platforms.TENANT_KEPT = platforms.DOORS_KEPT = 3600.0
    yield
    platforms.TENANT_KEPT, platforms.DOORS_KEPT = kept


@pytest.fixture(scope="session")
def test_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with a data folder that all workers of this run share; no bucket of points stops a test's requests."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return Settings(data=shared / "zhibu-data", postgres=os.environ.get("ZHIBU_PG", "18"), graphql_points=None)


@pytest.fixture(scope="session")
def test_database(test_settings: Settings) -> Iterator[TestDatabase]:
    """A migrated database of this worker's own; gone with the server's folder."""
    with running_sync(test_settings) as server:
        name = f"zhibu_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid.uuid4().hex[:8]}"
        asyncio.run(_create(server, name))
        yield TestDatabase(server, name, test_settings)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(test_database: TestDatabase) -> AsyncIterator[Platform]:
    """The platform with every installed plugin, on the worker's database."""
    host = PluginHost.discover()
    host.check_parts()
    pool = Database(test_database.dsn(), pool_size=4)
    running = Platform(test_database.settings, host, pool, test_database.dsn(OWNER))
    seen = log_statements(running.database)
    yield running
    tables = await tenant_tables(running.database)
    await running.close()
    faults = [fault for statement in sorted(seen) for fault in faults_of(statement, tables)]
    assert not faults, "statements that scale.md bars:\n" + "\n".join(faults[:20])


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def openings(platform: Platform, test_database: TestDatabase) -> AsyncIterator[Openings]:
    """Opens tenants by copying."""
    made = Openings(platform, test_database.server.admin_for(test_database.name), TODAY)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="session")
async def parties(openings: Openings) -> Parties:
    """Two fresh tenants, a university and an enterprise, whose day is 2026-10-31."""
    tag = uuid.uuid4().hex[:10]
    home = await openings.tenant(f"home-{tag}", "测试大学", "university")
    return Parties(home, await openings.tenant(f"next-{tag}", "隔壁集团", "enterprise"))


@pytest_asyncio.fixture(loop_scope="session")
async def session(platform: Platform, parties: Parties) -> AsyncIterator[AsyncSession]:
    """A transaction of the home tenant, committed when the test ends."""
    async with platform.database.session(parties.home.id) as bound:
        yield bound


@pytest_asyncio.fixture(loop_scope="session")
async def scope(platform: Platform, parties: Parties) -> Scope:
    """The scope of somebody who may do everything in the home tenant."""
    return await all_powers(platform, parties.home)


async def all_powers(platform: Platform, tenant: Tenant, person_id: uuid.UUID | None = None) -> Scope:
    """A scope that holds every action of every plugin switched on in the tenant."""
    async with platform.database.session(tenant.id) as bound:
        plugins = await platform.scopes.plugins_of(bound, tenant)
    actions = frozenset(platform.scopes.policy(plugins).actions)
    actor = Actor(person_id or uuid.uuid4(), "测试人", "test")
    return Scope(tenant, plugins, actor, (Grant("organizer", None, "", actions),), "test")


async def _create(server: Server, name: str) -> None:
    admin = await asyncpg.connect(server.admin)
    try:
        await admin.execute(f'create database "{name}"')
        # Nobody reads this database after a crash of its server: thousands of commits need not wait for the disk.
        await admin.execute(f'alter database "{name}" set synchronous_commit = off')
    finally:
        await admin.close()
    await prepare_and_migrate(Server(server.admin_for(name)), PluginHost.discover())


def owner_dsn(database: TestDatabase) -> str:
    """The owner's address, for tests that look at the catalog."""
    return database.dsn(OWNER)


def log_statements(database: Database) -> set[str]:
    """Gathers the text of every statement that goes through the pool: by SQLAlchemy, and by the driver under it."""
    seen: set[str] = set()

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.add(statement)

    def hear(connection: Any, _record: object) -> None:
        connection.driver_connection.add_query_logger(lambda record: seen.add(record.query))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    event.listen(database.engine.sync_engine, "connect", hear)
    return seen


async def tenant_tables(database: Database) -> frozenset[str]:
    """The tables that have a tenant_id."""
    query = (
        "select table_name from information_schema.columns where column_name = 'tenant_id' and table_schema = 'public'"
    )
    async with database.system_session() as system:
        return frozenset(await system.scalars(text(query)))

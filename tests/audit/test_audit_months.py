"""On a database of its own: rows of before the partitions stay and can be sealed, months come and go."""

import datetime as dt
import shutil
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from zhibu_core.audit.months import keep_months
from zhibu_core.audit.seals import seal_tenant
from zhibu_core.audit.verifying import verify_tenant
from zhibu_core.boot import prepare_and_migrate
from zhibu_core.database.access import OWNER, RUNTIME, Server
from zhibu_core.database.roles import prepare
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import Database
from zhibu_migrations import runner
from zhibu_testing.fixtures import TestDatabase

OLD = ("0001", "0002", "0003")
ROW = """insert into audit_entry (tenant_id, id, at, action, object_type, fields, request_id, client)
values ($1, $2, $3, 'member.unmask', 'person', '{phone}', 'r', 'web')"""


@dataclass
class Grown:
    """An installation of release 0003 with three rows, brought up to date."""

    platform: Platform
    server: Server
    tenant: uuid.UUID
    admin: asyncpg.Connection


@pytest_asyncio.fixture(loop_scope="session")
async def grown(test_database: TestDatabase, tmp_path: Path) -> AsyncIterator[Grown]:
    name = f"zhibu_months_{uuid.uuid4().hex[:8]}"
    await _create(test_database.server.admin, name)
    server = Server(test_database.server.admin_for(name))
    admin = await asyncpg.connect(server.admin)
    tenant = await _of_release_three(server, admin, tmp_path)
    await prepare_and_migrate(server, PluginHost.discover())
    database = Database(server.dsn_for(RUNTIME), pool_size=2)
    platform = Platform(Settings(data=tmp_path), PluginHost.discover(), database, server.dsn_for(OWNER))
    yield Grown(platform, server, tenant, admin)
    await platform.close()
    await admin.close()


async def _create(address: str, name: str) -> None:
    admin = await asyncpg.connect(address)
    await admin.execute(f'create database "{name}"')
    await admin.close()


async def _of_release_three(server: Server, admin: asyncpg.Connection, folder: Path) -> uuid.UUID:
    (folder / "versions").mkdir()
    for path in runner.CORE.folder.glob("*.py"):
        if path.name.startswith(OLD):
            shutil.copy(path, folder / "versions")
    await prepare(admin)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "CORE", runner.History("core", folder / "versions"))
        await runner.upgrade(server.dsn_for(OWNER))
    tenant = new_id()
    await admin.execute("select app.open_tenant($1, 'months', '月份大学', 'university', null)", tenant)
    for days in (0, 40, 400):
        await admin.execute(ROW, tenant, new_id(), dt.datetime.now(dt.UTC) - dt.timedelta(days=days))
    return tenant


async def test_rows_of_before_stay_and_months_come_and_go(grown: Grown) -> None:
    now = dt.datetime.now(dt.UTC)
    assert await seal_tenant(grown.platform, grown.tenant, now=now) == 1
    report = await verify_tenant(grown.platform, grown.tenant, now=now)
    assert (report.problem, report.entries) == (None, 3)
    assert await keep_months(grown.platform, now) == []

    later = dt.datetime(now.year + 4, 1, 15, tzinfo=dt.UTC)
    done = await keep_months(grown.platform, later)
    assert sum(statement.startswith("create table") for statement in done) == 4
    assert "drop table audit_entry_before" in done
    assert await grown.admin.fetchval("select count(*) from audit_entry") == 0

    name = f"audit_entry_{later:%Y_%m}"
    await grown.admin.execute(ROW, grown.tenant, new_id(), later)
    assert await grown.admin.fetchval(f"select count(*) from {name}") == 1
    for role in ("app_rt", "app_definer"):
        assert not await grown.admin.fetchval("select has_table_privilege($1, $2, 'select')", role, name)


async def test_a_month_whose_rows_lie_in_the_rest_waits(grown: Grown) -> None:
    """The night did not run for half a year: deeds went on, the rest took them, and the month cannot be made yet."""
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=200)
    await grown.admin.execute(ROW, grown.tenant, new_id(), later)
    done = await keep_months(grown.platform, later)
    assert f"audit_entry_{later:%Y_%m}" not in " ".join(done)
    assert await grown.admin.fetchval("select count(*) from audit_entry_rest") == 1

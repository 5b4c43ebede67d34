"""`zhibu doctor --deployment` on a database of its own: each thing that can be wrong there is made wrong, and named."""

from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from zhibu_core.boot import prepare_and_migrate, running_platform
from zhibu_core.database.access import OWNER, Server, external_server
from zhibu_core.database.opening import database_for
from zhibu_core.doctor.deployed_database import examine_database, in_the_clear
from zhibu_core.errors import Unavailable
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def administrator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """A migrated server that nobody else uses: roles belong to a whole server."""
    async with database_for(Settings(data=tmp_path_factory.mktemp("doctor"))) as server:
        await prepare_and_migrate(server, PluginHost.discover())
        yield server


@pytest.fixture
def runtime(administrator: Server) -> Server:
    """What a web process is given: the address of app_rt, and nothing else."""
    return external_server(administrator.dsn_for())


async def codes(server: Server, folder: Path) -> list[str]:
    return [finding.code for finding in await examine_database(Settings(data=folder), server)]


async def execute(address: str, *statements: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_migrated_database_asked_as_app_rt_has_no_finding(runtime: Server, tmp_path: Path) -> None:
    assert await codes(runtime, tmp_path) == []


@pytest.mark.parametrize("role", ["postgres", "app_owner", "app_backup"])
async def test_any_other_user_is_named(administrator: Server, role: str, tmp_path: Path) -> None:
    address = administrator.admin if role == "postgres" else administrator.dsn_for(role)
    found = await examine_database(Settings(data=tmp_path), Server(address))
    assert [finding.code for finding in found] == ["database_user_strong"]
    assert role in found[0].what.en


async def test_a_server_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    assert await codes(external_server("postgresql://app_rt:x@127.0.0.1:9/zhibu"), tmp_path) == ["database_unreachable"]


WRONG = {
    "role_attributes": ("alter role app_owner createdb", "alter role app_owner nocreatedb"),
    "role_member": ("grant pg_read_all_settings to app_rt", "revoke pg_read_all_settings from app_rt"),
    "role_setting": ("alter role app_rt reset search_path", "alter role app_rt set search_path = public, pg_temp"),
    "role_missing": ("alter role app_backup rename to gone", "alter role gone rename to app_backup"),
    "database_writes_unsafe": (
        "alter database zhibu set synchronous_commit = off",
        "alter database zhibu reset synchronous_commit",
    ),
    "catalog": ("alter table person no force row level security", "alter table person force row level security"),
    "demo_database": (
        "insert into global_setting values ('demo', 'true')",
        "delete from global_setting where key = 'demo'",
    ),
    "migrations_behind": (
        "update jobs.alembic_core set version_num = '0001'",
        "update jobs.alembic_core set version_num = (select max(version_num) from kept)",
    ),
}


@pytest.mark.parametrize("code", WRONG)
async def test_each_wrong_is_named(code: str, administrator: Server, runtime: Server, tmp_path: Path) -> None:
    wrong, right = WRONG[code]
    keep = "create table public.kept as select version_num from jobs.alembic_core"
    if code == "migrations_behind":
        await execute(administrator.admin, keep)
    await execute(administrator.admin, wrong)
    try:
        assert await codes(runtime, tmp_path) == [code]
    finally:
        await execute(administrator.admin, right, "drop table if exists public.kept")
    assert await codes(runtime, tmp_path) == []


async def test_a_runtime_role_that_bypasses_isolation_is_named_thrice(
    administrator: Server, runtime: Server, tmp_path: Path
) -> None:
    await execute(administrator.admin, "alter role app_rt bypassrls")
    found = await codes(runtime, tmp_path)
    await execute(administrator.admin, "alter role app_rt nobypassrls")
    assert {"database_user_strong", "role_attributes", "catalog", "isolation"} == set(found)


@pytest.mark.parametrize(
    ("client", "encrypted", "found"),
    [
        (None, False, False),
        ("127.0.0.1", False, False),
        ("::1", False, False),
        ("192.0.2.7", True, False),
        ("192.0.2.7", False, True),
        ("2001:db8::7", False, True),
    ],
)
def test_a_connection_over_a_network_must_be_encrypted(client: str | None, encrypted: bool, found: bool) -> None:
    assert in_the_clear(ip_address(client) if client else None, encrypted=encrypted) is found


async def test_the_runtime_address_serves_and_migrates_nothing(
    administrator: Server, runtime: Server, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path, database_url=runtime.address)
    async with running_platform(settings) as platform:
        assert platform.owner_url is None
    with pytest.raises(Unavailable, match="app_rt"):
        runtime.dsn_for(OWNER)
    with pytest.raises(Unavailable, match="zhibu migrate"):
        await prepare_and_migrate(runtime, PluginHost.discover())
    await execute(
        administrator.admin,
        "create table kept as select version_num from jobs.alembic_core",
        WRONG["migrations_behind"][0],
    )
    try:
        with pytest.raises(Unavailable, match="zhibu migrate"):
            async with running_platform(settings):
                pass
    finally:
        await execute(administrator.admin, WRONG["migrations_behind"][1], "drop table kept")

"""The superuser's step on both releases of PostgreSQL: what each role may do, and how a tenant is bound."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from zhibu_core.database import roles
from zhibu_core.database.access import Server, external_server
from zhibu_core.database.opening import database_for
from zhibu_core.errors import InvalidInput, Unavailable
from zhibu_core.settings import Settings

TABLE = """
drop table if exists note;
create table note (tenant_id uuid not null, id uuid not null, words text, primary key (tenant_id, id));
alter table note enable row level security;
alter table note force row level security;
create policy tenant on note using (tenant_id = app.tenant()) with check (tenant_id = app.tenant());
grant select, insert on note to app_rt;
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=["18", "16"])
async def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    settings = Settings(data=tmp_path_factory.mktemp("roles"), postgres=request.param)
    async with database_for(settings) as found:
        admin = await asyncpg.connect(found.admin)
        again = await asyncpg.connect(found.admin)
        await asyncio.gather(roles.prepare(admin, {"app_rt": "it's one"}), roles.prepare(again))
        await admin.close()
        await again.close()
        owner = await asyncpg.connect(found.dsn_for("app_owner"))
        await owner.execute(TABLE)
        await owner.close()
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def runtime(server: Server) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(server.dsn_for())
    yield connection
    await connection.close()


async def write(connection: asyncpg.Connection, tenant: uuid.UUID, words: str) -> None:
    async with connection.transaction():
        await connection.execute("select app.bind($1)", tenant)
        await connection.execute("insert into note values ($1, $2, $3)", tenant, uuid.uuid4(), words)


async def test_roles_have_the_attributes_of_the_rules(server: Server) -> None:
    admin = await asyncpg.connect(server.admin)
    rows = await admin.fetch(
        "select rolname, rolcanlogin, rolbypassrls from pg_roles where rolname ~ '^app_' order by 1"
    )
    members = await admin.fetch(
        "select member::regrole::text, roleid::regrole::text, inherit_option, set_option from pg_auth_members "
        "where member::regrole::text ~ '^app_'"
    )
    await admin.close()
    assert [tuple(row) for row in rows] == [
        ("app_backup", True, True),
        ("app_definer", False, True),
        ("app_owner", True, False),
        ("app_rt", True, False),
    ]
    assert [tuple(row) for row in members] == [("app_owner", "app_definer", False, True)]


@pytest.mark.parametrize(
    "statement",
    [
        "truncate note",
        "delete from note",
        "create table public.mine ()",
        "create table app.mine ()",
        "create temporary table mine ()",
        "create schema mine",
        "set role app_owner",
        "set role app_definer",
        "alter table note disable row level security",
    ],
)
async def test_runtime_role_may_not(runtime: asyncpg.Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await runtime.execute(statement)


async def test_owner_makes_definer_functions_that_nobody_may_call_yet(
    server: Server, runtime: asyncpg.Connection
) -> None:
    owner = await asyncpg.connect(server.dsn_for("app_owner"))
    await owner.execute("set role app_definer; create or replace function app.one() returns int language sql return 1")
    await owner.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="one"):
        await runtime.fetchval("select app.one()")


async def test_rows_are_seen_by_their_tenant_and_the_backup_only(server: Server, runtime: asyncpg.Connection) -> None:
    mine, other = uuid.uuid4(), uuid.uuid4()
    await write(runtime, mine, "a")
    await write(runtime, other, "b")
    assert await runtime.fetchval("select count(*) from note") == 0
    async with runtime.transaction():
        await runtime.execute("select app.bind($1)", mine)
        assert await runtime.fetchval("select string_agg(words, ',') from note") == "a"
        plan = await runtime.fetch("explain select * from note where tenant_id = $1", mine)
    assert any("One-Time Filter" in row[0] for row in plan), "app.tenant() is no longer inlined"
    backup = await asyncpg.connect(server.dsn_for("app_backup"))
    assert await backup.fetchval("select count(*) from note where tenant_id = any($1)", [mine, other]) == 2
    await backup.close()


async def test_bind_takes_one_tenant_a_transaction(runtime: asyncpg.Connection) -> None:
    mine = uuid.uuid4()
    transaction = runtime.transaction()
    await transaction.start()
    await runtime.execute("select app.bind($1)", mine)
    await runtime.execute("select app.bind($1)", mine)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="another tenant"):
        await runtime.execute("select app.bind($1)", uuid.uuid4())
    await transaction.rollback()
    with pytest.raises(asyncpg.NullValueNotAllowedError):
        await runtime.execute("select app.bind(null)")


async def test_read_runs_a_prepared_plan_for_its_tenant(runtime: asyncpg.Connection) -> None:
    mine = uuid.uuid4()
    await write(runtime, mine, "it's \\ 党")
    await runtime.execute("prepare op1 (text, int) as select words from note where words = $1 and $2 is null")
    await runtime.execute("prepare op2 as select count(*)::text from note")
    read = "select app.read($1, $2, $3)"
    assert await runtime.fetchval(read, mine, "op1", ["it's \\ 党", None]) == "it's \\ 党"
    assert await runtime.fetchval(read, mine, "op2", []) == "1"
    assert await runtime.fetchval(read, uuid.uuid4(), "op2", []) == "0"
    transaction = runtime.transaction()
    await transaction.start()
    await runtime.execute("select app.bind($1)", mine)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await runtime.fetchval(read, uuid.uuid4(), "op2", [])
    await transaction.rollback()


async def test_user_who_may_not_make_roles_is_told_so(server: Server) -> None:
    owner = await asyncpg.connect(server.dsn_for("app_owner"))
    with pytest.raises(Unavailable, match="superuser"):
        await roles.prepare(owner)
    await owner.close()


def test_external_address_is_rewritten_for_each_role() -> None:
    server = external_server("postgresql+asyncpg://dba:p%40ss@db1:5432,db2:5432/zhibu?sslmode=require")
    word = server.password_for("app_rt")
    assert word is not None
    assert len(word) == 64
    assert server.dsn_for() == f"postgresql://app_rt:{word}@db1:5432,db2:5432/zhibu?sslmode=require"
    assert server.admin == "postgresql://dba:p%40ss@db1:5432,db2:5432/zhibu?sslmode=require"
    assert set(server.passwords) == {"app_rt", "app_owner", "app_backup"}
    assert len(set(server.passwords.values())) == 3
    assert "p%40ss" not in repr(server)
    assert server.dsn_for("app_owner", database="b").startswith("postgresql://app_owner:")


def test_external_address_without_password_gives_none() -> None:
    server = external_server("postgres:///zhibu?host=/run/postgresql&user=dba")
    assert server.admin == "postgresql://dba@/zhibu?host=/run/postgresql"
    assert server.dsn_for() == "postgresql://app_rt@/zhibu?host=/run/postgresql"
    assert server.passwords == {}


@pytest.mark.parametrize(
    "address", ["host=db dbname=zhibu", "mysql://a@b/c", "postgresql://a@b", "postgresql://b/zhibu"]
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="ZHIBU_DATABASE_URL"):
        external_server(address)

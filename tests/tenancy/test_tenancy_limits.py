"""The database works for a purpose: how long a statement may take and a transaction be idle, and what people are told."""

import asyncio
import textwrap
import uuid
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Request, get
from litestar.params import FromQuery
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.app import create_app
from zhibu_core.doctor.limits import limits_ignored
from zhibu_core.platform import Platform
from zhibu_core.schedule import DAY, Scheduled, Scheduler
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.limits import COMMAND, JOB, REPORT, WEB, Limits, working_under
from zhibu_core.tenancy.session import instant_of
from zhibu_migrations.runner import History, upgrade
from zhibu_testing.fixtures import Parties, TestDatabase, owner_dsn

HURRIED = Limits(statement=0.05, idle=0.05)


async def in_force(session: AsyncSession) -> tuple[str, str]:
    shown = [await session.scalar(text(f"show {name}")) for name in WEB.as_settings()]
    return str(shown[0]), str(shown[1])


async def test_limits_follow_the_purpose_and_end_with_the_transaction(platform: Platform, parties: Parties) -> None:
    home, database = parties.home.id, platform.database
    async with database.session(home) as session:
        assert await in_force(session) == ("5s", "10s")
    async with database.session(home, limits=REPORT) as session:
        assert await in_force(session) == ("1min", "10s")
    with working_under(COMMAND):
        async with database.session(home, snapshot=True) as session:
            assert await in_force(session) == ("10min", "10min")
        async with database.session(home, limits=WEB) as session:
            assert await in_force(session) == ("5s", "10s"), "what is said at the door wins"
        async with database.system_session() as system:
            assert await in_force(system) == ("10min", "10min")
    async with database.system_session() as system:
        assert await in_force(system) == ("5s", "10s")


async def test_jobs_by_the_clock_and_commands_have_their_own(platform: Platform, parties: Parties) -> None:
    seen: list[tuple[str, str]] = []

    async def work(running: Platform, _now: object) -> None:
        async with running.database.session(parties.home.id) as session:
            seen.append(await in_force(session))
            at = instant_of(session)
        assert at is not None

    job = Scheduled(f"limits-{new_id()}", DAY, work)
    async with platform.database.session(parties.home.id) as session:
        now = instant_of(session)
    assert await Scheduler(platform, [job]).run_due(job, now)
    assert seen == [("1min", "1min")]
    assert (JOB, await limits_ignored(platform.database)) == (Limits(60, 60), [])


@get("/slow", opt={"action": "public"})
async def slow(request: Request[Any, Any, Any], how: FromQuery[str]) -> None:
    """Is too slow in the database, or between two statements."""
    platform: Platform = request.app.state.platform
    async with platform.database.session(uuid.UUID(int=0), limits=HURRIED) as session:
        await session.execute(text("select pg_sleep(:s)"), {"s": 1 if how == "busy" else 0})
        await asyncio.sleep(0.15)
        await session.execute(text("select 1"))


@pytest.mark.parametrize(("how", "heading"), [("busy", "用时过长"), ("idle", "现在繁忙")])
async def test_a_page_that_was_stopped_says_so_and_when_to_try_again(
    platform: Platform, how: str, heading: str
) -> None:
    transport = httpx.ASGITransport(app=create_app(platform, jobs=False, more=[slow]))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://zhibu.test") as browser:
        shown = await browser.get("/slow", params={"how": how}, headers={"accept": "text/html"})
        assert (shown.status_code, shown.headers["retry-after"]) == (503, "2")
        assert heading in shown.text
        told = await browser.get("/slow", params={"how": how}, headers={"accept": "application/json"})
        assert (told.status_code, told.json()["code"]) == (503, {"busy": "too_slow", "idle": "busy"}[how])
    async with platform.database.system_session() as system:
        assert await in_force(system) == ("5s", "10s"), "the pool goes on"


async def test_a_migration_gives_way_and_comes_again(test_database: TestDatabase, tmp_path: Path) -> None:
    key = f"late_{uuid.uuid4().hex[:6]}"
    (tmp_path / "0001_late.py").write_text(
        textwrap.dedent(
            f"""
            revision, down_revision = "0001", None
            from alembic import op

            def upgrade():
                op.execute("create table jobs.{key} (id int)")
                op.execute("lock table jobs.outbox in access exclusive mode")
            """
        )
    )
    reader = await asyncpg.connect(test_database.dsn())
    try:
        async with asyncio.TaskGroup() as group, reader.transaction():
            await reader.execute("select count(*) from jobs.outbox")
            migrating = group.create_task(upgrade(owner_dsn(test_database), [History(key, tmp_path)]))
            await asyncio.sleep(0.3)
            assert not migrating.done()
            other = await asyncpg.connect(test_database.dsn())
            await asyncio.wait_for(other.execute("select count(*) from jobs.outbox"), 0.25)
            await other.close()
        assert migrating.result() == [key]
    finally:
        await reader.close()
        owner = await asyncpg.connect(owner_dsn(test_database))
        await owner.execute(f"drop table jobs.{key}, jobs.alembic_{key}")
        await owner.close()

"""Readiness asks for migrations at head, cheaply; a pool that is used up answers 503 and says when to come again."""

import asyncio
from contextlib import AsyncExitStack

import asyncpg
import httpx
import pytest

from zhibu_core.app import create_app
from zhibu_core.http import migrated
from zhibu_core.platform import Platform
from zhibu_core.tenancy.session import Database
from zhibu_migrations import runner
from zhibu_testing.fixtures import Parties, TestDatabase, owner_dsn


def client(platform: Platform) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(platform, jobs=False))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://zhibu.test")


@pytest.fixture
def fresh(platform: Platform, test_database: TestDatabase) -> Platform:
    """A platform that remembers nothing, with one connection and none to spare."""
    return Platform(platform.settings, platform.host, Database(test_database.dsn(), pool_size=1))


async def test_ready_asks_the_migrations_and_remembers_them(
    fresh: Platform, test_database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client(fresh) as browser:
        with monkeypatch.context() as later:
            later.setattr(runner.History, "head", lambda _history: "9999")
            answer = await browser.get("/health/ready")
            assert answer.status_code == 503
            assert answer.json()["faults"][0].startswith("migrations are behind: affairs, ")
        assert (await browser.get("/health/ready")).json() == {"status": "ready", "faults": []}
        owner = await asyncpg.connect(owner_dsn(test_database))
        await owner.execute("update jobs.alembic_core set version_num = '9999'")
        try:
            fresh.migrated_until = 0.0
            assert (await browser.get("/health/ready")).status_code == 200, "a newer release has migrated already"
        finally:
            await owner.execute("update jobs.alembic_core set version_num = $1", runner.CORE.head())
            await owner.close()
        assert fresh.migrated_until > 0
        monkeypatch.setattr(migrated, "plugin_histories", lambda _host: pytest.fail("asked again"))
        assert (await browser.get("/health/ready")).status_code == 200
    await fresh.close()


async def test_a_pool_that_is_used_up_answers_503_and_says_when(fresh: Platform, parties: Parties) -> None:
    async with client(fresh) as browser, AsyncExitStack() as held:
        path = f"/t/{parties.home.slug}/sign-in"
        assert (await browser.get(path)).status_code == 200
        await fresh.database.readers.close()  # what was read by is lent for a while longer
        for _ in range(5):  # one, and four that overflow
            session = await held.enter_async_context(fresh.database.session(parties.home.id))
            await session.connection()
        fresh.tenants.known.clear()
        fresh.doors.known.clear()
        start = asyncio.get_running_loop().time()
        asked = [browser.get(path, headers={"accept": accept}) for accept in ("text/html", "application/json")]
        answers = await asyncio.gather(*asked)
        waited = asyncio.get_running_loop().time() - start
        assert [(one.status_code, one.headers.get("retry-after")) for one in answers] == [(503, "2")] * 2
        assert 1.5 < waited < 4
        await held.aclose()
        assert (await browser.get(path)).status_code == 200
    await fresh.close()

"""A console without the owner's address: what staff ask for is put down, carried out by the process that may, and shown."""

import asyncio
import dataclasses
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from zhibu_core.audit import AuditEntry
from zhibu_core.errors import Unauthenticated, Unavailable
from zhibu_core.identity.staff import open_staff_session
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import find_tenant
from zhibu_tenants.operator.asked import ask_deed, asked_deeds
from zhibu_tenants.operator.carrying import carry_out, follow
from zhibu_tenants.provisioning import create_tenant
from zhibu_tenants.staff import add_staff, find_staff, remove_staff
from zhibu_testing.fixtures import Parties, TestDatabase, owner_dsn
from zhibu_testing.town import text_of

from .test_powers_of_staff import ISSUER, NAME, Console

__all__ = ["text_of"]


@pytest_asyncio.fixture(loop_scope="session")
async def worker(platform: Platform, test_database: TestDatabase, tmp_path: Path) -> Platform:
    """The process with the owner's address, and a data folder of this test's own."""
    settings = dataclasses.replace(platform.settings, data=tmp_path)
    return Platform(settings, platform.host, platform.database, owner_dsn(test_database))


@pytest_asyncio.fixture(loop_scope="session")
async def console(platform: Platform) -> AsyncIterator[Console]:
    """One of the staff, at a web process that has app_rt's address alone."""
    subject = uuid.uuid4().hex
    await add_staff(platform, ISSUER, subject, NAME)
    web = Platform(platform.settings, platform.host, platform.database, None)
    async with web.database.system_session() as system:
        opened = await open_staff_session(system, ISSUER, subject)
    yield Console(web, (await find_staff(platform, subject)).id, opened.secret)
    await remove_staff(platform, subject)


async def state_of(platform: Platform, slug: str) -> str:
    async with platform.database.system_session() as system:
        return (await find_tenant(system, slug)).state


async def test_suspended_resumed_and_erased_by_the_process_that_may(
    console: Console, worker: Platform, text_of: Any
) -> None:
    slug = f"deed-{uuid.uuid4().hex[:10]}"
    tenant = await create_tenant(worker, slug, "交办大学", "university")
    here = f"/operator/tenants/{slug}"
    asked = await console.post(f"{here}/state", state="suspended", reason="欠费停用一周")
    assert asked.headers["location"] == f"{here}?done=asked"
    assert await state_of(worker, slug) == "open"
    assert "暂停 等待执行" in text_of((await console.get(here)).text)
    twice = await console.post(f"{here}/erase", typed=slug)
    assert (twice.status_code, "还有一件事没有执行完" in twice.text) == (422, True)
    assert await carry_out(worker) == 0
    assert await state_of(worker, slug) == "suspended"
    assert "暂停 已完成" in text_of((await console.get(here)).text)
    assert (await console.post(f"{here}/state", state="open", reason="已经缴清恢复")).status_code == 303
    assert await carry_out(worker) == 0
    async with worker.database.session(tenant.id) as session:
        noted = await session.execute(
            select(AuditEntry.purpose, AuditEntry.client).where(AuditEntry.actor_id == console.staff)
        )
        assert set(map(tuple, noted)) == {("欠费停用一周", f"staff:{NAME}"), ("已经缴清恢复", f"staff:{NAME}")}
    assert (await console.post(f"{here}/erase", typed="no")).status_code == 422
    assert (await console.post(f"{here}/erase", typed=slug)).status_code == 303
    assert await carry_out(worker) == 0
    assert (await console.get(here)).status_code == 404
    (certificate,) = (worker.settings.data / "certificates").glob(f"{slug}-*.json")
    assert certificate.name in text_of((await console.get("/operator/")).text)


async def test_a_deed_whose_asker_was_struck_off_fails_and_says_so(
    console: Console, worker: Platform, parties: Parties, platform: Platform
) -> None:
    subject = uuid.uuid4().hex
    await add_staff(platform, ISSUER, subject, "运维丁")
    async with platform.database.system_session() as system:
        opened = await open_staff_session(system, ISSUER, subject)
        await ask_deed(system, opened.secret, parties.home, "erase", "")
    await remove_staff(platform, subject)
    assert await carry_out(worker) == 1
    assert await state_of(platform, parties.home.slug) == "open"
    async with platform.database.system_session() as system:
        (failed,) = await asked_deeds(system, console.secret, parties.home.id)
        assert (await asked_deeds(system, opened.secret), await asked_deeds(system, "guessed")) == ([], [])
        assert (failed.state, failed.told and failed.told.zh) == ("failed", "提出的人已不是平台运维人员。")
        with pytest.raises(Unauthenticated):
            await ask_deed(system, opened.secret, parties.home, "suspend", "已被除名的人再试")


@pytest.mark.parametrize(
    "forged",
    [
        "insert into jobs.tenant_deed (id, tenant, slug, deed, reason, staff, asked_at, state)"
        " select gen_random_uuid(), :t, 'x', 'erase', '', gen_random_uuid(), now(), 'waiting'",
        "update jobs.tenant_deed set deed = 'erase'",
        "delete from jobs.tenant_deed",
        "select * from jobs.tenant_deed",
    ],
)
async def test_the_runtime_role_forges_changes_and_reads_nothing(
    platform: Platform, parties: Parties, forged: str
) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        async with platform.database.system_session() as system:
            await system.execute(text(forged), {"t": parties.home.id} if ":t" in forged else {})


async def test_without_the_owners_address_nothing_is_carried_out(console: Console) -> None:
    with pytest.raises(Unavailable):
        await carry_out(console.platform)


async def test_one_of_two_that_look_carries_it_out_and_a_dead_ones_is_taken_up(
    console: Console, worker: Platform, parties: Parties, test_database: TestDatabase
) -> None:
    async with worker.database.system_session() as system:
        key = await ask_deed(system, console.secret, parties.neighbour, "suspend", "两个进程同时来取")
    owner = await asyncpg.connect(owner_dsn(test_database))
    try:
        await owner.execute("update jobs.tenant_deed set state = 'running', taken_at = now() where id = $1", key)
        await owner.fetchval(
            "select pg_advisory_lock(hashtextextended('zhibu tenant deed ' || $1::uuid::text, 0))", key
        )
        assert await carry_out(worker) == 0
        assert await state_of(worker, parties.neighbour.slug) == "open", "another process has it in hand"
    finally:
        await owner.close()  # that process dies
    stopped = asyncio.Event()
    looking = asyncio.create_task(follow(worker, stopped))
    await asyncio.sleep(0)  # it has begun to look, and finishes what it found
    stopped.set()
    await looking
    assert await state_of(worker, parties.neighbour.slug) == "suspended"
    async with worker.database.system_session() as system:
        assert [one.state for one in await asked_deeds(system, console.secret, parties.neighbour.id)] == ["done"]

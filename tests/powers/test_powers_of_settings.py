"""A tenant's settings: each administrator changes the own ones, by page, GraphQL and command alike; the audit has the old value."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, select

from zhibu_core.audit import AuditEntry
from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.exports.form import approval_from
from zhibu_core.identity.models import RoleGrant
from zhibu_core.platform import Platform
from zhibu_tenants.cli.sign_in import tenant
from zhibu_tenants.enablement import switch
from zhibu_tenants.powers.separation import is_separated
from zhibu_tenants.powers.settings import SEPARATED
from zhibu_testing.browsing import Browser, sign_in
from zhibu_testing.factories import person
from zhibu_testing.fixtures import TestDatabase, all_powers
from zhibu_testing.town import Town

LIST = "{ settings { key value mayChange } }"
CHANGE = """mutation($k: String!, $v: String!) {
  changeSetting(key: $k, value: $v) { setting { key value } errors { code field message } } }"""
KEPT = {"access.review_days": "90", "staff.approval": "on", "export.approval_from": "50"}


async def office(platform: Platform, town: Town, role: str) -> Browser:
    """Somebody who holds this one role."""
    async with platform.database.session(town.tenant.id) as session:
        someone = await person(session, f"示例{role}员", number=f"only-{role}")
    return await sign_in(town.app, platform, town.tenant, someone.id, {role: None})


async def told(browser: Browser) -> dict[str, tuple[str, bool]]:
    lines = (await browser.ask(LIST))["data"]["settings"]
    return {line["key"]: (line["value"], line["mayChange"]) for line in lines}


async def test_each_administrator_changes_the_own_and_reads_the_others(
    world: Any, platform: Platform, text_of: Any
) -> None:
    home = world.home
    security, system = await office(platform, home, "security"), await office(platform, home, "system")
    page = (await security.get("/settings")).text
    assert "由您设定 三员分立" in text_of(page)
    assert 'href="/t/' + home.tenant.slug + '/settings"' in (await system.get("/")).text
    assert (await security.post("/settings", **KEPT)).status_code == 303
    seen = await told(system)
    assert seen["export.approval_from"] == ("50", False)
    assert seen["approval.second_person"] == ("false", True)
    assert seen[SEPARATED] == ("false", False)
    async with platform.database.session(home.tenant.id) as session:
        assert await approval_from(session) == 50
        query = select(AuditEntry.fields, AuditEntry.purpose).where(AuditEntry.object_type == "setting")
        changed = {tuple(fields): purpose for fields, purpose in await session.execute(query)}
    assert changed == {
        ("access.review_days",): "180 → 90",
        ("staff.approval",): "false → true",
        ("export.approval_from",): "200 → 50",
    }
    assert (await told(await office(platform, world.neighbour, "security")))["export.approval_from"] == ("200", True)
    refused = await system.ask(CHANGE, k="export.approval_from", v="9000")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    for nobody in (home.member, home.organizer, home.secretary):
        assert (await nobody.get("/settings")).status_code == 403


async def test_what_is_wrong_is_said_beside_it_and_nothing_is_kept(
    world: Any, platform: Platform, text_of: Any
) -> None:
    security = await office(platform, world.home, "security")
    answer = await security.post("/settings", **KEPT | {"export.approval_from": "0"})
    assert answer.status_code == 422
    assert "请填写 1 到 10000 的整数。" in text_of(answer.text)
    assert 'value="90"' in answer.text
    assert (await told(security))["access.review_days"] == ("180", True)
    for value in ("0", "-1", "1e3", "二百", "99999999999"):
        (error,) = (await security.ask(CHANGE, k="export.approval_from", v=value))["data"]["changeSetting"]["errors"]
        assert (error["code"], error["field"]) == ("setting_value", "export.approval_from")
    assert (await security.ask(CHANGE, k="nothing.here", v="1"))["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_administrators_are_kept_apart_by_the_tenant_and_let_together_by_the_operator_only(
    world: Any, platform: Platform, text_of: Any
) -> None:
    home = world.home
    security = await office(platform, home, "security")
    answer = await security.post("/settings", **KEPT | {SEPARATED: "on"})
    assert answer.status_code == 422
    assert "示例admin同时拥有两种管理权限" in text_of(answer.text)
    async with platform.database.session(world.neighbour.tenant.id) as session:
        assert not await is_separated(session)
    async with platform.database.session(home.tenant.id) as session:
        await session.execute(delete(RoleGrant).where(RoleGrant.role == "admin"))
    assert (await security.ask(CHANGE, k=SEPARATED, v="true"))["data"]["changeSetting"]["setting"]["value"] == "true"
    assert (await told(security))[SEPARATED] == ("true", False)
    (error,) = (await security.ask(CHANGE, k=SEPARATED, v="false"))["data"]["changeSetting"]["errors"]
    assert error["code"] == "setting_one_way"


@pytest.fixture
def typed(test_database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Awaitable[Result]]:
    """Types a command on the test's database: in a thread, since a command has a loop of its own."""
    monkeypatch.setenv("ZHIBU_DATA", str(test_database.settings.data))
    monkeypatch.setenv("ZHIBU_DATABASE_URL", test_database.server.admin_for(test_database.name))

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, tenant, arguments)

    return run


async def test_the_command_says_the_same_and_ends_what_the_tenant_cannot(
    world: Any, platform: Platform, typed: Callable[..., Awaitable[Result]]
) -> None:
    slug = world.home.tenant.slug
    assert (await typed("set", slug, "export.approval_from", "20")).stdout == "export.approval_from\t20\n"
    assert isinstance((await typed("set", slug, "export.approval_from", "x")).exception, InvalidInput)
    assert isinstance((await typed("set", slug, "none.such", "1")).exception, NotFound)
    listed = (await typed("settings", slug)).stdout.splitlines()
    assert "export.approval_from\t20" in listed
    assert "meeting.lock_days\t7" in listed
    scope = await all_powers(platform, world.home.tenant)
    async with platform.database.session(world.home.tenant.id) as session:
        await switch(platform, session, scope, "orglife", on=False)
    assert "meeting.lock_days" not in (await typed("settings", slug)).stdout
    assert isinstance((await typed("set", slug, "meeting.lock_days", "9")).exception, NotFound)

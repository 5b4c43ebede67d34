"""Platform staff: in a tenant only by an entry that it sees and can end; the console without any member's data."""

import datetime as dt
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, update

from zhibu_core.audit import AuditEntry
from zhibu_core.errors import Forbidden, InvalidInput
from zhibu_core.identity.access import StaffEntry
from zhibu_core.identity.staff import COOKIE, open_staff_session, staff_of_session, vouched_at
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import find_tenant
from zhibu_tenants.operator.source import read_attempt, sign_attempt
from zhibu_tenants.powers.settings import APPROVAL, set_setting
from zhibu_tenants.powers.staff_entries import ask_to_enter, entries
from zhibu_tenants.staff import add_staff, find_staff, remove_staff
from zhibu_testing.browsing import ORIGIN, app_of

ISSUER, NAME = "https://staff.test", "运维甲"


@dataclass
class Console:
    """One of the staff at a browser; addresses are whole."""

    platform: Platform
    staff: uuid.UUID
    secret: str

    async def get(self, path: str) -> httpx.Response:
        return await self.send("GET", path)

    async def post(self, path: str, **fields: Any) -> httpx.Response:
        return await self.send("POST", path, fields)

    async def send(self, method: str, path: str, fields: Any = None, origin: str = ORIGIN) -> httpx.Response:
        transport: Any = httpx.ASGITransport(app=app_of(self.platform))  # type: ignore[arg-type]
        headers = {"Accept": "text/html", "Origin": origin, "Cookie": f"{COOKIE}={self.secret}"}
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
            return await client.request(method, path, data=fields)


@pytest_asyncio.fixture(loop_scope="session")
async def console(platform: Platform) -> AsyncIterator[Console]:
    subject = uuid.uuid4().hex
    await add_staff(platform, ISSUER, subject, NAME)
    async with platform.database.system_session() as system:
        opened = await open_staff_session(system, ISSUER, subject)
    staff = await find_staff(platform, subject)
    yield Console(platform, staff.id, opened.secret)
    await remove_staff(platform, subject)


async def test_no_entry_no_way_in_and_the_tenant_sees_every_step(console: Console, world: Any) -> None:
    home, slug = world.home, world.home.tenant.slug
    assert (await console.get(f"/t/{slug}/people/organizations")).status_code == 303
    asked = await console.post(f"/operator/tenants/{slug}/enter", reason="用户报告组织树显示不全", hours="2")
    assert asked.status_code == 303
    page = (await console.get(f"/t/{slug}/people/organizations")).text
    assert "平台运维人员" in page
    assert "数学第一党支部" in page
    for path in ("/people/members", "/audit", "/exchange/imports", "/me", "/people/roles"):
        assert (await console.get(f"/t/{slug}{path}")).status_code == 403, path
    assert (await console.post(f"/t/{slug}/plugins/learning", on="")).status_code in (403, 404, 405)
    assert (await console.get(f"/t/{world.neighbour.tenant.slug}/people/organizations")).status_code == 303
    seen = (await home.admin.get("/people/staff")).text
    assert "用户报告组织树显示不全" in seen
    assert f"/t/{slug}/people/organizations" in seen
    assert "用户报告" not in (await world.neighbour.admin.get("/people/staff")).text
    (entry_id,) = await _ids(console.platform, home)
    assert (await home.auditor.post(f"/people/staff/{entry_id}/end")).status_code == 403
    assert (await world.neighbour.admin.post(f"/people/staff/{entry_id}/end")).status_code == 404
    assert (await home.admin.post(f"/people/staff/{entry_id}/end")).status_code == 303
    assert (await console.get(f"/t/{slug}/people/organizations")).status_code == 303


async def test_an_entry_lasts_its_hours_and_covers_what_it_names(console: Console, world: Any) -> None:
    home, slug = world.home, world.home.tenant.slug
    for wrong in (
        {"reason": "短"},
        {"reason": "时间太长了不行", "hours": "73"},
        {"reason": "要得太多不行", "covers": "role.grant"},
    ):
        answer = await console.post(f"/operator/tenants/{slug}/enter", **wrong)
        assert answer.status_code == 422, wrong
    reason = {"reason": "核对导入后的党员名册", "covers": "member.read"}
    assert (await console.post(f"/operator/tenants/{slug}/enter", **reason)).status_code == 303
    assert "张一" in (await console.get(f"/t/{slug}/people/members")).text
    who = f"/t/{slug}/people/members/{home.people['张一'].id}"
    assert (await console.get(f"{who}/unmask")).status_code in (403, 404)
    async with console.platform.database.session(home.tenant.id) as session:
        noted = select(AuditEntry.client).where(AuditEntry.actor_id == console.staff)
        assert set(await session.scalars(noted)) == {f"staff:{NAME}"}
        past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
        await session.execute(
            update(StaffEntry).values(
                ends_at=past, starts_at=past - dt.timedelta(hours=8), asked_at=past - dt.timedelta(hours=8)
            )
        )
    assert (await console.get(f"/t/{slug}/people/members")).status_code == 303


async def test_where_the_tenant_approves_an_entry_waits(console: Console, world: Any) -> None:
    home, slug = world.home, world.home.tenant.slug
    assert (await home.admin.post("/people/staff", approval="on")).status_code == 303
    await console.post(f"/operator/tenants/{slug}/enter", reason="升级后抽查页面")
    assert (await console.get(f"/t/{slug}/people/organizations")).status_code == 303
    assert f"/t/{slug}/people/staff" in (await home.admin.get("/")).text
    (entry_id,) = await _ids(console.platform, home)
    answer = await home.admin.ask(f'mutation {{ approveStaffEntry(entry: "{entry_id}") {{ done }} }}')
    assert answer["data"]["approveStaffEntry"]["done"] == str(entry_id)
    assert (await console.get(f"/t/{slug}/people/organizations")).status_code == 200
    assert (await console.post(f"/operator/tenants/{slug}/leave")).status_code == 303
    assert (await console.get(f"/t/{slug}/people/organizations")).status_code == 303


async def test_a_request_from_elsewhere_changes_nothing(console: Console, world: Any) -> None:
    slug = world.home.tenant.slug
    answer = await console.send(
        "POST", f"/operator/tenants/{slug}/enter", {"reason": "别处来的请求"}, origin="https://evil.test"
    )
    assert answer.status_code == 403
    assert await _ids(console.platform, world.home) == []


async def test_the_console_names_no_member(console: Console, world: Any) -> None:
    home = world.home
    every = (await console.get("/operator/")).text
    one = (await console.get(f"/operator/tenants/{home.tenant.slug}")).text
    assert home.tenant.slug in one
    for name in (person.name for person in home.people.values()):
        assert name not in one
        assert name not in every


async def test_a_tenants_life_on_the_console(console: Console, platform: Platform) -> None:
    slug = f"op-{uuid.uuid4().hex[:10]}"
    assert (await console.post("/operator/", slug="Bad Slug", name="x", preset="university")).status_code == 422
    made = await console.post("/operator/", slug=slug, name="新开大学", preset="university", security="安全员")
    assert made.headers["location"] == f"/operator/tenants/{slug}?done=opened"
    here = f"/operator/tenants/{slug}"
    assert (await console.post(f"{here}/state", state="suspended", reason="")).status_code == 422
    assert (await console.post(f"{here}/state", state="suspended", reason="欠费停用一周")).status_code == 303
    async with platform.database.system_session() as system:
        tenant = await find_tenant(system, slug)
    assert tenant.state == "suspended"
    assert (await console.post(f"{here}/state", state="open", reason="已经缴清恢复")).status_code == 303
    async with platform.database.session(tenant.id) as session:
        noted = select(AuditEntry.purpose).where(AuditEntry.actor_id == console.staff)
        assert set(await session.scalars(noted)) == {"欠费停用一周", "已经缴清恢复"}
    written = await console.post(f"{here}/export")
    assert written.status_code == 200
    assert list((platform.settings.data / "exports").glob(f"{slug}-*.zip"))
    assert (await console.post(f"{here}/erase", typed="no")).status_code == 422
    assert (await console.post(f"{here}/erase", typed=slug)).status_code == 303
    assert (await console.get(here)).status_code == 404
    assert list((platform.settings.data / "certificates").glob(f"{slug}-*.json"))


async def test_whoever_is_struck_off_is_out_at_once(platform: Platform, world: Any) -> None:
    subject = uuid.uuid4().hex
    await add_staff(platform, ISSUER, subject, "运维乙")
    async with platform.database.system_session() as system:
        opened = await open_staff_session(system, ISSUER, subject)
        assert await staff_of_session(system, opened.secret) is not None
        assert await staff_of_session(system, "guessed") is None
    await remove_staff(platform, subject)
    async with platform.database.system_session() as system:
        assert await staff_of_session(system, opened.secret) is None
        with pytest.raises(Forbidden):
            await open_staff_session(system, ISSUER, subject)


async def test_vouching_is_said_to_the_moment(platform: Platform) -> None:
    """Rounded up, it would let a device in that was enrolled just after (0023)."""
    for _ in range(3):
        subject, before = uuid.uuid4().hex, dt.datetime.now(dt.UTC)
        await add_staff(platform, ISSUER, subject, "运维丁")
        async with platform.database.system_session() as system:
            vouched = await vouched_at(system, ISSUER, subject)
        assert vouched is not None
        assert before <= vouched <= dt.datetime.now(dt.UTC)
        await remove_staff(platform, subject)
        async with platform.database.system_session() as system:
            assert await vouched_at(system, ISSUER, subject) is None


async def test_without_the_second_factor_nothing_opens(platform: Platform, world: Any) -> None:
    subject = uuid.uuid4().hex
    await add_staff(platform, ISSUER, subject, "运维丙")
    async with platform.database.system_session() as system:
        weak = await open_staff_session(
            system, ISSUER, subject, strong_until=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
        )
    staff = await find_staff(platform, subject)
    async with platform.database.session(world.home.tenant.id) as session:
        await ask_to_enter(session, world.home.tenant, staff.id, staff.name, "有进入但没有双因素")
    someone = Console(platform, staff.id, weak.secret)
    assert (await someone.get("/operator/")).status_code == 303
    assert (await someone.get(f"/t/{world.home.tenant.slug}/people/organizations")).status_code == 303
    await remove_staff(platform, subject)


async def test_the_attempt_is_ours_or_nothing(platform: Platform) -> None:
    from zhibu_core.identity.code_flow import new_attempt

    kept = sign_attempt(platform, attempt := new_attempt("/operator/", 1.0, "2"))
    assert read_attempt(platform, kept) == attempt
    assert read_attempt(platform, "A" + kept[1:]) is None
    assert read_attempt(platform, "") is None


async def test_an_entry_not_approved_in_time_lapses(platform: Platform, world: Any) -> None:
    home = world.home
    async with platform.database.session(home.tenant.id) as session:
        await set_setting(session, APPROVAL, True)
        entry = await ask_to_enter(session, home.tenant, uuid.uuid4(), NAME, "一周没有批准")
        entry.asked_at -= dt.timedelta(days=8)
        await session.flush()
        assert [line.state for line in await entries(session)] == ["lapsed"]
        with pytest.raises(InvalidInput):
            await ask_to_enter(session, home.tenant, uuid.uuid4(), NAME, "x" * 501)


async def _ids(platform: Platform, town: Any) -> list[uuid.UUID]:
    async with platform.database.session(town.tenant.id) as session:
        return [line.entry.id for line in await entries(session)]

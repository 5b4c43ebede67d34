"""The platform's staff at a real Keycloak: a realm of their own, a second factor that was vouched for, a reasoned entry with an end."""

import dataclasses
import datetime as dt
import secrets
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
from lxml import html
from sqlalchemy import select

from zhibu_core.audit import AuditEntry
from zhibu_tenants.keycloak.admin import administering
from zhibu_tenants.keycloak.clients import client_of
from zhibu_tenants.keycloak.staff import check_staff, provision_staff, realm_of_staff
from zhibu_tenants.powers.staff_entries import end_entry, entries
from zhibu_tenants.staff import add_staff, find_staff, remove_staff
from zhibu_testing.one_time import one_time_code
from zhibu_testing.signing_in import Browser, text_of

PASSWORD = "correct horse battery"
REASON = "核对组织树显示不全的报告"


@dataclass
class Desk:
    """The staff's side: where the console is, and users of the staff's realm."""

    campus: Any
    issuer: str
    base: str

    @property
    def realm(self) -> str:
        return realm_of_staff(self.campus.server)

    async def user(self, device: str | None) -> tuple[str, str]:
        """A user with or without a device; name and subject."""
        name = f"op{uuid.uuid4().hex[:8]}"
        kept: list[dict[str, Any]] = [{"type": "password", "value": PASSWORD, "temporary": False}]
        if device:
            data = '{"subType":"totp","digits":6,"counter":0,"period":30,"algorithm":"HmacSHA1"}'
            kept.append({"type": "otp", "secretData": f'{{"value":"{device}"}}', "credentialData": data})
        async with administering(self.campus.server, self.realm) as admin:
            subject = await admin.a_create_user(
                {"username": name, "enabled": True, "credentials": kept}, exist_ok=False
            )
        return name, str(subject)

    async def sign_in(self, name: str, device: str | None) -> tuple[Browser, httpx.Response]:
        """From the console's button through Keycloak's pages and back; without a device, to the page that enrols one."""
        browser = Browser()
        page = await browser.get(f"{self.base}/operator/sign-in/go")
        page = await browser.fill(page, username=name, password=PASSWORD)
        return browser, page if device is None else await browser.fill(page, otp=one_time_code(device, time.time()))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(campus: Any, address: str) -> AsyncIterator[Desk]:
    """The staff's realm made, and the settings that `zhibu staff provision` prints."""
    platform, before = campus.platform, campus.platform.settings
    made = await provision_staff(platform)
    platform.settings = dataclasses.replace(
        before,
        staff_issuer=made.issuer,
        staff_client_id=made.client_id,
        staff_client_secret=made.client_secret,
        staff_level=made.level,
    )
    yield Desk(campus, made.issuer, address)
    platform.settings = before


async def test_provisioning_is_idempotent_and_drift_is_named(desk: Desk) -> None:
    platform, server = desk.campus.platform, desk.campus.server
    assert (await provision_staff(platform)).drift == ()
    assert await check_staff(platform) == []
    async with administering(server, desk.realm) as admin:
        found = await client_of(admin, "zhibu-operator")
        assert found is not None
        assert found["redirectUris"] == [f"{desk.base}/operator/sign-in/callback"]
        await admin.a_update_client(found["id"], found | {"redirectUris": ["*"], "directAccessGrantsEnabled": True})
    drift = await check_staff(platform)
    assert len(drift) == 2
    assert f"client zhibu-operator: redirectUris is *, should be {desk.base}/operator/sign-in/callback" in drift
    assert sorted((await provision_staff(platform)).drift) == sorted(drift)


async def test_only_who_was_entered_with_a_device_that_was_seen_gets_to_the_console(desk: Desk) -> None:
    platform, device = desk.campus.platform, secrets.token_hex(10)
    stranger, _ = await desk.user(device)
    _, page = await desk.sign_in(stranger, device)
    assert page.status_code == 401
    assert "不是平台运维人员" in text_of(page)
    name, subject = await desk.user(device)
    await add_staff(platform, desk.issuer, subject, "运维甲")
    browser, page = await desk.sign_in(name, device)
    assert (page.status_code, str(page.url)) == (200, f"{desk.base}/operator/")
    assert desk.campus.home.tenant.slug in page.text
    assert "李华" not in page.text
    await remove_staff(platform, subject)
    assert not await at_console(desk, browser)


async def test_a_device_enrolled_after_somebody_vouched_opens_nothing(desk: Desk) -> None:
    name, subject = await desk.user(None)
    await add_staff(desk.campus.platform, desk.issuer, subject, "运维丙")
    browser, page = await desk.sign_in(name, None)
    secret = str(html.document_fromstring(page.text).xpath("//input[@name='totpSecret']/@value")[0])
    await browser.fill(page, totp=one_time_code(secret, time.time()), userLabel="phone")
    assert not await at_console(desk, browser)
    await remove_staff(desk.campus.platform, subject)


async def test_an_entry_with_a_reason_is_seen_and_ended_by_the_tenant(desk: Desk) -> None:
    platform, home, device = desk.campus.platform, desk.campus.home, secrets.token_hex(10)
    name, subject = await desk.user(device)
    await add_staff(platform, desk.issuer, subject, "运维乙")
    staff = await find_staff(platform, subject)
    browser, _ = await desk.sign_in(name, device)
    tree, here = f"{home.base}/people/organizations", f"{desk.base}/operator/tenants/{home.tenant.slug}"

    async def status(address: str) -> int:
        return (await browser.get(address, follow=False)).status_code

    assert await status(tree) == 303
    assert (await browser.post(f"{here}/enter", {"reason": "短", "hours": "2"})).status_code == 422
    assert (await browser.post(f"{here}/enter", {"reason": REASON, "hours": "2"})).status_code == 200
    assert "数学第一党支部" in (await browser.get(tree)).text
    assert await status(f"{home.base}/people/members") == 403
    assert await status(f"{desk.campus.neighbour.base}/people/organizations") == 303
    async with platform.database.session(home.tenant.id) as session:
        (line,) = await entries(session)
        assert (line.entry.reason, line.entry.staff_name, line.state) == (REASON, "运维乙", "open")
        assert line.entry.ends_at - line.entry.asked_at == dt.timedelta(hours=2)
        noted = await session.scalars(select(AuditEntry.client).where(AuditEntry.actor_id == staff.id))
        assert set(noted) == {"staff:运维乙"}
        await end_entry(session, home.scope, line.entry.id)
    assert await status(tree) == 303
    await remove_staff(platform, subject)


async def at_console(desk: Desk, browser: Browser) -> bool:
    """Whether the browser's session opens the console."""
    return (await browser.get(f"{desk.base}/operator/", follow=False)).status_code == 200

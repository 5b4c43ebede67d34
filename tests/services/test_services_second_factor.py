"""Administrators need a second factor that somebody vouched for: one enrolled on the spot does not count, nor one given long ago."""

import json
import secrets
import time
import uuid
from typing import Any

import pytest
from lxml import html

from zhibu_core.identity.accounts import vouch
from zhibu_core.identity.models import RoleGrant
from zhibu_core.tenancy.ids import new_id
from zhibu_testing.one_time import one_time_code
from zhibu_testing.signing_in import Browser, text_of


def credential(secret: str) -> dict[str, Any]:
    """A one-time-code device as Keycloak stores it."""
    kept = {"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1"}
    return {"type": "otp", "secretData": json.dumps({"value": secret}), "credentialData": json.dumps(kept)}


@pytest.fixture
def administrator(campus: Any) -> Any:
    """Makes an administrator with or without a device; returns the user's name and subject."""

    async def make(*, device: str | None) -> tuple[str, str]:
        place, name = campus.home, f"n{uuid.uuid4().hex[:10]}"
        subject = await campus.user(place, name, credentials=[credential(device)] if device else [])
        await campus.account(place, subject, "王芳")
        return name, subject

    return make


@pytest.fixture(autouse=True)
async def granted(campus: Any) -> None:
    """王芳 is an administrator."""
    async with campus.platform.database.session(campus.home.tenant.id) as session:
        person = campus.home.people["王芳"]
        session.add(RoleGrant(id=new_id(), person_id=person, role="admin", since=campus.home.tenant.current_day()))


async def vouched(campus: Any) -> None:
    async with campus.platform.database.session(campus.home.tenant.id) as session:
        await vouch(session, campus.home.people["王芳"])


async def step_up(campus: Any, browser: Browser) -> Any:
    """To the page that asks for the second factor, and for nothing else, since the password was given just now."""
    return await browser.get(f"{campus.home.base}/sign-in/go?strong=1&back=/t/{campus.home.tenant.slug}/plugins")


async def test_the_password_alone_opens_no_administrators_page(campus: Any, administrator: Any) -> None:
    secret = secrets.token_hex(10)
    name, _ = await administrator(device=secret)
    await vouched(campus)
    browser, page = await campus.sign_in(campus.home, name)
    assert page.status_code == 200
    refused = await browser.get(f"{campus.home.base}/plugins")
    assert refused.status_code == 403
    assert "这项操作需要双因素验证" in text_of(refused)
    assert "/sign-in/go?strong=1" in refused.text
    page = await step_up(campus, browser)
    page = await browser.fill(page, otp=one_time_code(secret, time.time()))
    assert (page.status_code, str(page.url)) == (200, f"{campus.home.base}/plugins")


async def test_a_device_that_nobody_vouched_for_does_not_count(campus: Any, administrator: Any) -> None:
    await administrator(device=secrets.token_hex(10))
    await vouched(campus)
    secret = secrets.token_hex(10)
    name, _ = await administrator(device=secret)
    browser, _ = await campus.sign_in(campus.home, name)
    page = await step_up(campus, browser)
    page = await browser.fill(page, otp=one_time_code(secret, time.time()))
    assert page.status_code == 403


async def test_a_device_enrolled_on_the_spot_does_not_count(campus: Any, administrator: Any) -> None:
    name, _ = await administrator(device=None)
    await vouched(campus)
    browser, _ = await campus.sign_in(campus.home, name)
    page = await step_up(campus, browser)

    secret = html.document_fromstring(page.text).xpath("//input[@name='totpSecret']/@value")[0]
    page = await browser.fill(page, totp=one_time_code(str(secret), time.time()), userLabel="phone")
    assert page.status_code == 403
    assert str(page.url).endswith("/plugins")

"""Partnerships in a browser: two secretaries on phones, with the taps and the typing of budget 26 counted."""

from typing import Any

import pytest
import pytest_asyncio

from zhibu_core.platform import Platform
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.chromium import Desk, SitDown, chromium, origin, sit_down

__all__ = ["chromium", "origin", "sit_down"]

pytestmark = pytest.mark.browser
ENTRY = {"kind": "need", "category": "lecture", "title": "党史宣讲", "place": "贵阳市", "valid_until": "2026-12-31"}


@pytest_asyncio.fixture(loop_scope="session")
async def secretaries(pair: Any, platform: Platform) -> tuple[Browser, Browser]:
    made = [
        await sign_in(app_of(platform), platform, side.tenant, side.people[0], {"secretary": side.branch.id})
        for side in (pair.home, pair.other)
    ]
    return made[0], made[1]


async def open_partnership(hand: Desk) -> None:
    await hand.open("/")
    await hand.tap(hand.page.get_by_role("link", name="共建", exact=True).first)
    await hand.tap(hand.page.get_by_role("link", name="结对共建", exact=True).first)
    await hand.tap(hand.page.get_by_role("link", name="党史共学"))


@pytest.mark.modes
async def test_a_joint_activity_from_invitation_to_both_confirmations(
    pair: Any, secretaries: Any, sit_down: SitDown
) -> None:
    """Budget 26 for the invitation: 10 taps, 3 typed, 55 s."""
    async with sit_down(secretaries[0]) as hand:
        await open_partnership(hand)
        assert not await hand.findings()
        await hand.tap(hand.page.get_by_role("link", name="新建共同活动"))
        await hand.type(hand.page.get_by_label("标题"), "联合主题党日")
        await hand.type(hand.page.get_by_label("日期"), "2026-10-29")
        await hand.type(hand.page.get_by_label("地点"), "花溪校区")
        assert not await hand.findings()
        await hand.tap(hand.page.get_by_role("button", name="发出邀请"))
        assert "尚未答复" in await hand.page.locator("main").inner_text()
        assert (hand.taps <= 10, hand.typed <= 3) == (True, True), hand
        assert hand.seconds(desk=True) <= 55, hand
        assert not await hand.findings()
    await pair.carry()
    async with sit_down(secretaries[1], phone=True) as hand:
        await hand.open("/partnership")
        await hand.tap(hand.page.get_by_role("link", name="联合主题党日"))
        assert not await hand.findings()
        await hand.tap(hand.page.get_by_role("button", name="接受"))
        await hand.tap(hand.page.get_by_role("button", name="全部参加"))
        await hand.tap(hand.page.get_by_role("button", name="确认", exact=True))
        assert "我方已确认" in await hand.page.locator("main").inner_text()
        assert not await hand.findings()


@pytest.mark.parametrize("phone", [True, pytest.param(False, marks=pytest.mark.modes)], ids=["phone", "desk"])
async def test_a_partnership_is_revoked_within_the_budget(secretaries: Any, sit_down: SitDown, phone: bool) -> None:
    """Budget 27: 4 taps, nothing typed, 12 s; that it takes effect within five seconds is measured in tests/spaces."""
    async with sit_down(secretaries[0], phone=phone) as hand:
        await hand.open("/")
        await hand.tap(hand.page.get_by_role("link", name="共建", exact=True).first)
        await hand.tap(hand.page.get_by_role("link", name="党史共学"))
        await hand.tap(hand.page.locator("summary", has_text="撤回"), leads_on=False)
        assert not await hand.findings()
        await hand.tap(hand.page.get_by_role("button", name="撤回协议"))
        assert "协议已撤回" in await hand.page.locator("main").inner_text()
        assert (hand.taps <= 4, hand.typed, hand.seconds(desk=not phone) <= 12) == (True, 0, True), hand


@pytest.mark.modes
async def test_the_board_has_no_findings(secretaries: Any, sit_down: SitDown) -> None:
    sent = await secretaries[0].post("/partnership/entries/add?org=001", **ENTRY)
    entry = sent.headers["location"].removeprefix(f"/t/{secretaries[0].tenant.slug}")
    async with sit_down(secretaries[0], phone=True, locale="en") as hand:
        for path in (
            "/partnership/board",
            "/partnership/entries",
            "/partnership/entries/add",
            "/partnership/listing",
            entry,
        ):
            await hand.open(path)
            assert await hand.page.locator("h1").count() == 1
            assert not await hand.findings(), path

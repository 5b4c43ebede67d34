"""The record form in Chromium: what is shown follows the roll, the draft keeps itself, and the focus stays."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from zhibu_core.platform import Platform
from zhibu_orglife.models import Meeting

pytestmark = pytest.mark.browser
PAGE = "/life/record?org=111&kind=member_meeting"


async def test_the_page_follows_the_roll_and_keeps_the_draft(world: Any, platform: Platform, sit_down: Any) -> None:
    async with sit_down(world.home.secretary, phone=True) as desk:
        await desk.open(PAGE)
        page = desk.page
        counts, checks = page.locator("#counts"), page.locator("#checks")
        await page.get_by_role("button", name="全部到会").click()
        await counts.get_by_text("到会8人").wait_for()
        await checks.get_by_text("达到半数，可以表决").wait_for()
        assert re.search(r"已存草稿\d{1,2}:\d\d", await counts.inner_text())
        assert "meeting=" in page.url
        await page.get_by_label("张一，请假").check(force=True)
        await counts.get_by_text("请假1人").wait_for()
        assert "到会7人，请假1人" in await page.locator("#roll-called").inner_text()
        assert await page.evaluate("document.activeElement.type") == "radio"
        said = await page.locator("#status").inner_text()
        assert "到会7人" in said
        async with page.expect_response(lambda answer: answer.request.method == "POST"):
            await page.locator("#topic").fill("换届准备")
            await page.locator("#points").focus()
        assert await page.evaluate("document.activeElement.id") == "points"
        assert await desk.findings() == []
        await page.reload()
        assert await page.locator("#topic").input_value() == "换届准备"
        assert "到会7人，请假1人" in await counts.inner_text()
        await page.get_by_role("button", name="提交记录").click()
        await page.get_by_text("记录已提交，已经生效").wait_for()
        assert desk.complaints == []
    async with platform.database.session(world.home.tenant.id) as session:
        assert [one.state for one in await session.scalars(select(Meeting))] == ["approved"]


async def test_a_draft_that_cannot_be_kept_says_why_without_moving_anything(world: Any, sit_down: Any) -> None:
    async with sit_down(world.home.secretary, phone=True) as desk:
        await desk.open(PAGE)
        await desk.page.locator("#start").fill("十点")
        await desk.page.locator("#place").focus()
        await desk.page.locator("#counts").get_by_text("草稿还没有存").wait_for()
        assert await desk.page.evaluate("document.activeElement.id") == "place"
        assert "meeting=" not in desk.page.url
        assert desk.complaints == []


async def test_without_scripts_the_button_keeps_the_draft(world: Any, sit_down: Any) -> None:
    async with sit_down(world.home.secretary, phone=True, scripts=False) as desk:
        await desk.open(PAGE)
        await desk.tap("button[value=all_present]")
        assert "到会8人" in await desk.page.locator("#counts").inner_text()
        await desk.tap("button[value=draft]")
        assert "草稿已保存" in await desk.page.locator("main").inner_text()
        assert re.search(r"已存草稿\d{1,2}:\d\d", await desk.page.locator("#counts").inner_text())

"""The whole story in a browser at 360 px: the duty at home, the record, the member's word; taps and typing are counted."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator

from zhibu_core.platform import Platform
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.chromium import Desk, SitDown, chromium, origin, sit_down
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import Parties

__all__ = ["chromium", "origin", "sit_down"]

pytestmark = pytest.mark.browser
SURNAMES = "罗李于曾崔谭白蔡高龚贾葉邱孙王熊杨张陈何"
POINTS = "于涵庆讲解台账曾泽建议每周五由双人核对"
DECISION = "设党员责任区六处名单张贴"
TOPIC = "安全生产与党员责任区建设"


@dataclass(frozen=True)
class Place:
    """A branch of twenty, founded this month, that met once; its secretary and a member at Chromium."""

    secretary: Browser
    reader: Browser


@pytest_asyncio.fixture(loop_scope="session")
async def place(platform: Platform, parties: Parties) -> Place:
    app = app_of(platform)
    async with platform.database.session(parties.home.id) as session:
        branch = await organization(
            session, "001", name="数学学院教工第一党支部", has_committee=True, founded_on=dt.date(2026, 10, 1)
        )
        people = [(await member(session, f"{one}春{'一二三'[n % 3]}", branch)).id for n, one in enumerate(SURNAMES)]
    secretary = await sign_in(app, platform, parties.home, people[0], {"secretary": branch.id})
    reader = await sign_in(app, platform, parties.home, people[2], {})
    await _met_before(secretary, people)
    return Place(secretary, reader)


async def _met_before(secretary: Browser, people: list[uuid.UUID]) -> None:
    """A group study on 13 October, from which place, hours and people are taken."""
    marks = {f"mark-{person.hex}": "present" for person in people}
    sent = await secretary.post(
        "/life/record?org=001",
        kinds="study", day="2026-10-13", start="14:00", end="15:30", place="理学楼402室", chair="罗春一", recorder="李春二",
        **marks,
    )  # fmt: skip
    assert sent.status_code == 303, sent.text


async def call_the_roll(hand: Desk) -> None:
    """Everybody present, then two on leave with a reason each: nothing typed."""
    page = hand.page
    await hand.tap(page.get_by_role("button", name="全部到会"), leads_on=False)
    for name, reason in (("李春二", "因公"), ("白春一", "生病")):
        row = page.locator("table.roll tbody tr", has=page.get_by_role("rowheader", name=name))
        await hand.tap(row.locator("label.mark", has=page.locator("input[value=leave]")), leads_on=False)
        await hand.tap(page.get_by_role("button", name=re.compile(rf"^{reason}\s*：\s*{name}$")), leads_on=False)


def theme_day(hand: Desk) -> Locator:
    """The act of the theme day's duty at home."""
    return hand.page.locator("p.act a", has_text="主题党日")


async def text_of(hand: Desk) -> str:
    """What the page says."""
    return await hand.page.locator("main").inner_text()


async def test_from_the_duty_to_the_confirmed_record(place: Place, sit_down: SitDown) -> None:
    """Budget 11: 14 taps, 5 typed, 60 s."""
    async with sit_down(place.secretary, phone=True) as hand:
        await hand.open("/")
        await hand.tap(theme_day(hand))
        assert not await hand.findings()
        await call_the_roll(hand)
        await hand.type(hand.page.get_by_label("发言要点"), POINTS)
        await hand.type(hand.page.get_by_label("决定事项"), DECISION)
        await hand.tap(hand.page.get_by_role("button", name="提交记录"))
        words = await text_of(hand)
        assert "记录已提交，已经生效" in words
        assert "10月主题党日" in words
        assert "18人到会，2人请假" in words
        assert not await hand.findings()
        assert (hand.taps <= 14, hand.typed <= 5) == (True, True), hand
        assert hand.seconds(desk=False) <= 60, hand
        await hand.open("/")
        assert await theme_day(hand).count() == 0
    async with sit_down(place.reader, phone=True, size="large") as hand:
        await _the_member_confirms(hand)


async def _the_member_confirms(hand: Desk) -> None:
    """Budget 2, in large type: 3 taps, nothing typed, 10 s."""
    await hand.open("/")
    await hand.tap(hand.page.get_by_role("link", name="确认到会：主题党日"))
    assert not await hand.findings()
    await hand.tap(hand.page.get_by_role("button", name="确认"))
    assert "您已确认" in await text_of(hand)
    assert (hand.taps <= 3, hand.typed) == (True, 0), hand
    assert hand.seconds(desk=False) <= 10, hand


async def test_the_roll_alone(place: Place, sit_down: SitDown) -> None:
    """Budget 12: 7 taps, nothing typed, 15 s, kept as a draft."""
    async with sit_down(place.secretary, phone=True) as hand:
        await hand.open("/")
        await hand.tap(theme_day(hand))
        await call_the_roll(hand)
        await hand.tap(hand.page.get_by_role("button", name="存为草稿"))
        assert "草稿已保存" in await text_of(hand)
        assert "到会18人，请假2人" in await text_of(hand)
        assert (hand.taps <= 7, hand.typed) == (True, 0), hand
        assert hand.seconds(desk=False) <= 15, hand
        assert not await hand.findings()


async def test_planning_next_month(place: Place, sit_down: SitDown) -> None:
    """Budget 10: 10 taps, 1 typed, 35 s for four duties."""
    async with sit_down(place.secretary, phone=True) as hand:
        await hand.open("/")
        await hand.tap(hand.page.locator("nav.bar a", has_text="工作"))
        await hand.tap(hand.page.get_by_role("link", name="安排下月"))
        assert await hand.page.get_by_label("日期").count() == 4
        await hand.type(hand.page.get_by_label("主题").first, TOPIC)
        await hand.tap(hand.page.get_by_role("button", name="发布通知"))
        assert "2026年11月" in await text_of(hand)
        assert (await text_of(hand)).count("通知已发") == 4
        assert (hand.taps <= 10, hand.typed <= 1) == (True, True), hand
        assert hand.seconds(desk=False) <= 35, hand


@pytest.mark.parametrize(
    ("locale", "size", "theme", "phone"),
    [
        pytest.param("zh", "standard", "dark", False, marks=pytest.mark.modes),
        pytest.param("zh", "largest", "light", True, marks=pytest.mark.modes),
        pytest.param("en", "standard", "light", True, marks=pytest.mark.modes),
    ],
)
async def test_every_page_is_sound_in_every_mode(
    place: Place, sit_down: SitDown, locale: str, size: str, theme: str, phone: bool
) -> None:
    sent = await place.secretary.get("/life/workbench?month=2026-10")
    meeting = sent.text.split("/life/meetings/")[1].split('"')[0]
    keeper = (
        "/life/workbench", "/life/plan?org=001&kind=theme_day", "/life/plan?month=2026-11&org=001",
        "/life/record?org=001&kind=theme_day", f"/life/meetings/{meeting}", f"/life/meetings/{meeting}/withdraw",
        f"/life/record?correct={meeting}", "/life/approvals",
    )  # fmt: skip
    reader = ("/life/calendar", f"/life/meetings/{meeting}", f"/life/meetings/{meeting}/dispute")
    troubles: dict[str, list[str]] = {}
    for who, paths in ((place.secretary, keeper), (place.reader, reader)):
        async with sit_down(who, phone=phone, locale=locale, size=size, theme=theme) as hand:
            for path in paths:
                await hand.open(path)
                if found := await hand.findings():
                    troubles[path] = found
    assert not troubles


async def test_a_wrong_record_leads_to_its_field(place: Place, sit_down: SitDown) -> None:
    async with sit_down(place.secretary, phone=True) as hand:
        await hand.open("/life/record?org=001&kind=theme_day")
        await hand.tap(hand.page.get_by_role("button", name="提交记录"))
        assert (await hand.page.title()).startswith("有误：")
        assert await hand.page.evaluate("document.activeElement.className") == "summary"
        assert not await hand.findings()

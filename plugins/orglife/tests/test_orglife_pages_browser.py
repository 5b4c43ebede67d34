"""The whole story in a browser at 360 px: the duty at home, the record, the member's word; taps and typing are counted."""

import asyncio
import datetime as dt
import re
import socket
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser as Chromium
from playwright.async_api import Locator, Page, async_playwright

from zhibu_core.identity.sessions import cookie_name
from zhibu_core.platform import Platform
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import Parties
from zhibu_web import assets

CHROMIUM = Path("/usr/bin/chromium")
HAS_CHROMIUM = CHROMIUM.exists()
AXE = assets.MODULES / "axe-core" / "axe.min.js"
AXE_RUN = """() => axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"],
  rules: {"target-size": {enabled: true}},
}).then(found => found.violations.map(one => `${one.id}: ${one.nodes.map(node => node.html + node.failureSummary).join(" | ")}`))"""
SURNAMES = "罗李于曾崔谭白蔡高龚贾葉邱孙王熊杨张陈何"
POINTS = "于涵庆讲解台账曾泽建议每周五由双人核对"
DECISION = "设党员责任区六处名单张贴"
TOPIC = "安全生产与党员责任区建设"


@dataclass
class Hand:
    """A person at a page: counts taps, typed fields and letters as interface.md 3 says."""

    page: Page
    taps: int = 0
    typed: int = 0
    letters: int = 0
    pages: int = 0
    over: float = 0.0
    said: list[str] = field(default_factory=list)

    async def tap(self, target: Locator, *, leads: bool = False) -> None:
        """One tap; `leads`: another page comes."""
        self.taps += 1
        before = time.monotonic()
        await target.click()
        if leads:
            await self.page.wait_for_load_state("load")
            self.pages += 1
            self.over += max(0.0, time.monotonic() - before - 0.8)

    async def type(self, target: Locator, text: str) -> None:
        """A tap into the field, and the text."""
        await self.tap(target)
        await target.fill(text)
        self.typed += 1
        self.letters += len(text)

    @property
    def seconds(self) -> float:
        """The formula, on a phone, for Chinese text."""
        return 1.1 * self.taps + 0.6 * self.letters + 2.15 * self.pages + self.over


@dataclass(frozen=True)
class Place:
    """The running application, its people, and the browser."""

    address: str
    slug: str
    secretary: Browser
    reader: Browser
    chromium: Chromium

    async def open(self, who: Browser, path: str = "/", *, width: int = 360, **cookies: str) -> Hand:
        """A hand at a fresh window in which somebody is signed in."""
        context = await self.chromium.new_context(viewport={"width": width, "height": 740})
        values = {cookie_name(self.slug): who.secret or "", **{f"zhibu-{key}": value for key, value in cookies.items()}}
        await context.add_cookies(
            [
                {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "secure": True}
                for name, value in values.items()
            ]
        )
        page = await context.new_page()
        hand = Hand(page)
        page.on("console", lambda line: hand.said.append(line.text) if line.type in ("error", "warning") else None)
        await page.goto(f"{self.address}/t/{self.slug}{path}")
        return hand


@pytest_asyncio.fixture(loop_scope="session")
async def place(platform: Platform, parties: Parties) -> AsyncIterator[Place]:
    """A branch of twenty, founded this month, that met once; the application on a port of its own."""
    if not HAS_CHROMIUM:
        pytest.skip("Chromium is not installed here")
    assets.build_styles()
    app = app_of(platform)
    async with platform.database.session(parties.home.id) as session:
        branch = await organization(
            session, "001", name="数学学院教工第一党支部", has_committee=True, founded_on=dt.date(2026, 10, 1)
        )
        people = [(await member(session, f"{one}春{'一二三'[n % 3]}", branch)).id for n, one in enumerate(SURNAMES)]
    secretary = await sign_in(app, platform, parties.home, people[0], {"secretary": branch.id})
    reader = await sign_in(app, platform, parties.home, people[2], {})
    await _met_before(secretary, people)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    async with async_playwright() as play:
        chromium = await play.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield Place(address, parties.home.slug, secretary, reader, chromium)
        await chromium.close()
    server.should_exit = True
    await running


async def _met_before(secretary: Browser, people: list[uuid.UUID]) -> None:
    """A group study on 13 October, from which place, hours and people are taken."""
    marks = {f"mark-{person.hex}": "present" for person in people}
    sent = await secretary.post(
        "/life/record?org=001",
        kinds="study", day="2026-10-13", start="14:00", end="15:30", place="理学楼402室", chair="罗春一", recorder="李春二",
        **marks,
    )  # fmt: skip
    assert sent.status_code == 303, sent.text


async def findings(hand: Hand) -> list[str]:
    """What axe finds on the page, and what the browser said."""
    await hand.page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = await hand.page.evaluate(AXE_RUN)
    wide = await hand.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *hand.said, *([f"{wide} px too wide"] if wide > 0 else [])]


async def call_the_roll(hand: Hand) -> None:
    """Everybody present, then two on leave with a reason each: nothing typed."""
    page = hand.page
    await hand.tap(page.get_by_role("button", name="全部到会"))
    for name, reason in (("李春二", "因公"), ("白春一", "生病")):
        row = page.locator("table.roll tbody tr", has=page.get_by_role("rowheader", name=name))
        await hand.tap(row.locator("label.mark", has=page.locator("input[value=leave]")))
        await hand.tap(page.get_by_role("button", name=re.compile(rf"^{reason}\s*：\s*{name}$")))


def theme_day(hand: Hand) -> Locator:
    """The act of the theme day's duty at home."""
    return hand.page.locator("p.act a", has_text="主题党日")


@pytest.mark.browser
async def test_from_the_duty_to_the_confirmed_record(place: Place) -> None:
    hand = await place.open(place.secretary)
    await hand.tap(theme_day(hand), leads=True)
    assert not await findings(hand)
    await call_the_roll(hand)
    await hand.type(hand.page.get_by_label("发言要点"), POINTS)
    await hand.type(hand.page.get_by_label("决定事项"), DECISION)
    await hand.tap(hand.page.get_by_role("button", name="提交记录"), leads=True)
    words = await hand.page.locator("main").inner_text()
    assert "记录已提交，已经生效" in words
    assert "10月主题党日" in words
    assert "18人到会，2人请假" in words
    assert not await findings(hand)
    # Budget 11: 14 taps, 5 typed, 60 s.
    assert (hand.taps <= 14, hand.typed <= 5) == (True, True), hand
    assert hand.seconds <= 60, hand
    await hand.page.goto(f"{place.address}/t/{place.slug}/")
    assert await theme_day(hand).count() == 0
    await _the_member_confirms(place)


async def _the_member_confirms(place: Place) -> None:
    """Budget 2, in large type: 3 taps, nothing typed, 10 s."""
    hand = await place.open(place.reader, size="large")
    await hand.tap(hand.page.get_by_role("link", name="确认到会：主题党日"), leads=True)
    assert not await findings(hand)
    await hand.tap(hand.page.get_by_role("button", name="确认"), leads=True)
    assert "您已确认" in await hand.page.locator("main").inner_text()
    assert not await findings(hand)
    assert (hand.taps <= 3, hand.typed) == (True, 0), hand
    assert hand.seconds <= 10, hand


@pytest.mark.browser
async def test_the_roll_alone(place: Place) -> None:
    """Budget 12: 7 taps, nothing typed, 15 s, kept as a draft."""
    hand = await place.open(place.secretary)
    await hand.tap(theme_day(hand), leads=True)
    await call_the_roll(hand)
    await hand.tap(hand.page.get_by_role("button", name="存为草稿"), leads=True)
    assert "草稿已保存" in await hand.page.locator("main").inner_text()
    assert "到会18人，请假2人" in await hand.page.locator("main").inner_text()
    assert (hand.taps <= 7, hand.typed) == (True, 0), hand
    assert hand.seconds <= 15, hand
    assert not await findings(hand)


@pytest.mark.browser
async def test_planning_next_month(place: Place) -> None:
    """Budget 10: 10 taps, 1 typed, 35 s for four duties."""
    hand = await place.open(place.secretary)
    await hand.tap(hand.page.locator("nav.bar a", has_text="工作"), leads=True)
    assert not await findings(hand)
    await hand.tap(hand.page.get_by_role("link", name="安排下月"), leads=True)
    assert not await findings(hand)
    assert await hand.page.get_by_label("日期").count() == 4
    await hand.type(hand.page.get_by_label("主题").first, TOPIC)
    await hand.tap(hand.page.get_by_role("button", name="发布通知"), leads=True)
    assert "2026年11月" in await hand.page.locator("main").inner_text()
    assert (await hand.page.locator("main").inner_text()).count("通知已发") == 4
    assert (hand.taps <= 10, hand.typed <= 1) == (True, True), hand
    assert hand.seconds <= 35, hand


@pytest.mark.browser
@pytest.mark.parametrize(
    ("lang", "size", "theme", "width"),
    [
        pytest.param("zh", "standard", "dark", 1440, marks=pytest.mark.modes),
        ("zh", "largest", "light", 360),
        pytest.param("en", "standard", "light", 360, marks=pytest.mark.modes),
    ],
)
async def test_every_page_is_sound_in_every_mode(place: Place, lang: str, size: str, theme: str, width: int) -> None:
    sent = await place.secretary.get("/life/workbench?month=2026-10")
    meeting = sent.text.split("/life/meetings/")[1].split('"')[0]
    pages = [
        (place.secretary, path)
        for path in (
            "/life/workbench", "/life/plan?org=001&kind=theme_day", "/life/plan?month=2026-11&org=001",
            "/life/record?org=001&kind=theme_day", f"/life/meetings/{meeting}", f"/life/meetings/{meeting}/withdraw",
            f"/life/record?correct={meeting}", "/life/approvals",
        )
    ]  # fmt: skip
    pages += [
        (place.reader, path)
        for path in ("/life/calendar", f"/life/meetings/{meeting}", f"/life/meetings/{meeting}/dispute")
    ]
    troubles: dict[str, list[str]] = {}
    for who, path in pages:
        hand = await place.open(who, path, width=width, lang=lang, size=size, theme=theme)
        if found := await findings(hand):
            troubles[path] = found
        await hand.page.context.close()
    assert not troubles


@pytest.mark.browser
async def test_a_wrong_record_leads_to_its_field(place: Place) -> None:
    hand = await place.open(place.secretary, "/life/record?org=001&kind=theme_day")
    await hand.page.get_by_role("button", name="提交记录").click()
    await hand.page.wait_for_load_state("load")
    assert (await hand.page.title()).startswith("有误：")
    assert await hand.page.evaluate("document.activeElement.className") == "summary"
    hand.said = [line for line in hand.said if "422" not in line]
    assert not await findings(hand)

"""Task budget 22 of interface.md 3: from a number of the portrait to the record it comes from; and the dot strip."""

from collections.abc import Iterable
from typing import Any

import pytest
import pytest_asyncio

from zhibu_core.platform import Platform
from zhibu_testing.factories import member, organization

pytestmark = pytest.mark.browser
PORTRAIT = "/data/portrait?org=111&period=2026Q3"
TAPS, SECONDS = 3, 15
RECORD = "main tr:has-text('9月20日') a[href*='/life/meetings/']"


@pytest_asyncio.fixture(loop_scope="session")
async def recorded(world: Any) -> str:
    """A theme day of September, handed in by the secretary; the words that its record must show."""
    people = [world.home.people[name] for name in ("张一", "王二", "李三", "赵四", "陈五", "周六", "吴七")]
    marks = {f"mark-{one.id.hex}": "present" for one in people}
    sent = await world.home.secretary.post(
        "/life/record?org=111", kinds="theme_day", day="2026-09-20", start="14:00", end="15:30",
        place="理学楼402室", chair="张一", recorder="王二", **marks,
    )  # fmt: skip
    assert sent.status_code == 303, sent.text
    return "理学楼402室"


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.modes)], ids=["scripts", "no-scripts"])
@pytest.mark.parametrize(
    ("role", "start", "way"),
    [
        pytest.param("organizer", PORTRAIT, ("a[href*='/number/a?']", RECORD), marks=pytest.mark.modes),
        pytest.param("organizer", PORTRAIT, (".lede a.open", "a[href*='/number/a?']", RECORD), marks=pytest.mark.modes),
        ("secretary", "/", ("nav.doors a:has-text('数据')", "main a[href*='/number/a?']", RECORD)),
    ],
    ids=["from-a-part", "from-the-index", "from-home"],
)
async def test_22_from_a_portrait_number_to_a_source_record(
    world: Any, recorded: str, sit_down: Any, role: str, start: str, way: Iterable[str], scripts: bool
) -> None:
    async with sit_down(world.home.browsers[role], scripts=scripts) as desk:
        await desk.open(start)
        for step in way:
            await desk.tap(step)
        assert recorded in await desk.page.locator("main").inner_text()
        assert (desk.taps <= TAPS, desk.typed) == (True, 0)
        assert desk.seconds(desk=True) <= SECONDS
        assert desk.complaints == []


@pytest.mark.modes
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_the_spread_of_a_type_is_seen_with_and_without_scripts(
    world: Any, platform: Platform, sit_down: Any, scripts: bool
) -> None:
    async with platform.database.session(world.home.tenant.id) as session:
        for number in range(8):
            branch = await organization(
                session, f"12{number}", parent=world.home.organizations["11"], name=f"第{number}党支部"
            )
            for place in range(6):
                await member(session, f"党员{number}{place}", branch)
    for large in (False, True):
        async with sit_down(
            world.home.organizer, phone=True, scripts=scripts, size="largest" if large else "standard"
        ) as desk:
            await desk.open(PORTRAIT)
            strip = desk.page.locator("svg.dots")
            box = await strip.bounding_box()
            assert box is not None
            assert await strip.get_attribute("role") == "img"
            assert "本支部" in (await strip.get_attribute("aria-label") or "")
            dots, values = strip.locator(".dot circle"), desk.page.locator("#spread-all tbody tr")
            assert await dots.count() == await values.count() >= 8
            for words in await strip.locator("text:visible").all():
                place = await words.bounding_box()
                assert place is not None
                assert place["x"] >= 0
                assert place["x"] + place["width"] <= 360
            if scripts:
                assert await desk.findings() == []
            assert desk.complaints == []

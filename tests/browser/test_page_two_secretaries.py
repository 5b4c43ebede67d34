"""Two secretaries of two tenants, each at a phone, one of them without scripts: from the board to a revoked agreement.

The pictures of docs/tutorial/two-branches-meet.md are made here; ZHIBU_PICTURES=1 keeps them in docs/pictures.
"""

import datetime as dt
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text, update

from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_partnership.drafts import EntryDraft
from zhibu_partnership.entries import write_entry
from zhibu_partnership.publishing import decide_listing
from zhibu_testing.chromium import Desk
from zhibu_testing.delivering import deliver
from zhibu_testing.fixtures import all_powers
from zhibu_testing.town import NAMES

pytestmark = [pytest.mark.browser, pytest.mark.modes]
TITLE, HALL, ROOM = "参观展馆主题党日", "红色工业展馆", "展馆二号厅"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "pictures"
LARGEST = 60_000
EVENTS = DOCS.parent / "reference" / "events.md"
TOPICS = text(
    """select distinct topic from jobs.outbox where tenant_id = any(:tenants)
    and (topic like 'space.%' or topic like 'partnership.%')"""
)
FIGURE = "/data/portrait/number/a?org=111&period=2026Q4"


@dataclass(frozen=True)
class Pair:
    """`home` has no scripts; `carry` delivers what waits between them."""

    home: Desk
    other: Desk
    platform: Platform
    world: Any
    folder: Path

    async def picture(self, desk: Desk, name: str, at: str = "") -> None:
        """What a phone shows now, at these words."""
        target = self.folder / f"meet-{name}.png"
        if at:
            await desk.page.get_by_text(at).first.scroll_into_view_if_needed()
        await desk.page.screenshot(path=target)
        assert 5_000 < target.stat().st_size < LARGEST, name

    async def carry(self) -> None:
        await deliver(self.platform, self.world.home.tenant, self.world.neighbour.tenant)


@pytest_asyncio.fixture(loop_scope="session")
async def pair(world: Any, platform: Platform, sit_down: Any, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two phones; the other side, a workshop's branch, offers its hall on the board."""
    tenant, branch = world.neighbour.tenant, world.neighbour.organizations["111"]
    who = await all_powers(platform, tenant)
    async with platform.database.session(tenant.id) as session:
        named = {"name": "铸造一车间党支部", "short_name": "铸造车间支部"}
        await session.execute(update(Organization).where(Organization.id == branch.id).values(**named))
        until = who.today + dt.timedelta(days=90)
        await write_entry(session, who, EntryDraft(branch.id, "offer", "base", HALL, until, capacity=45))
        await decide_listing(session, who, listed=True)
    async with (
        sit_down(world.home.secretary, phone=True, scripts=False) as home,
        sit_down(world.neighbour.secretary, phone=True) as other,
    ):
        yield Pair(home, other, platform, world, DOCS if os.environ.get("ZHIBU_PICTURES") else tmp_path)


async def follow(desk: Desk, name: str, *, exact: bool = False) -> None:
    """Taps a link."""
    await desk.tap(desk.page.get_by_role("link", name=name, exact=exact).first)


async def press(desk: Desk, name: str) -> None:
    """Taps a button of just this name."""
    await desk.tap(desk.page.get_by_role("button", name=name, exact=True))


async def words(desk: Desk) -> str:
    """What the page says."""
    return " ".join((await desk.page.locator("main").inner_text()).split())


def named_topics() -> str:
    """The topics that the reference names, those that are written short in full."""
    said = EVENTS.read_text(encoding="utf-8")
    short = re.findall(r"^\| `([a-z_.]+)\.[a-z_]+`((?:, `\.[a-z_]+`)+)", said, re.MULTILINE)
    return said + "".join(f"`{stem}{end}`" for stem, ends in short for end in re.findall(r"`(\.[a-z_]+)`", ends))


async def agree(pair: Pair) -> None:
    """Found on the board, proposed and signed here, signed there."""
    home, other = pair.home, pair.other
    await home.open("/")
    for name in ("共建", "供需板"):
        await follow(home, name, exact=True)
    await follow(home, HALL)
    await pair.picture(home, "found", "本单位与它对得上的内容")
    await follow(home, "发起共建")
    await home.type(home.page.get_by_label("共建目的"), "一起过主题党日")
    await press(home, "发给对方")
    await press(home, "代表本单位签署")
    assert "对方签署同一文本后生效" in await words(home)
    await pair.carry()
    await other.open("/partnership")
    await follow(other, f"阅读并签署：{HALL}")
    await pair.picture(other, "sign", "代表本单位签署")
    assert not await other.findings()
    await press(other, "代表本单位签署")
    assert "各方都已签署，协议生效" in await words(other)
    await pair.carry()


async def invite(pair: Pair) -> None:
    """Invited there, accepted here."""
    home, other = pair.home, pair.other
    await follow(other, "共同活动和成效")
    await follow(other, "新建共同活动")
    for label, typed in (("标题", TITLE), ("日期", "2026-10-31"), ("地点", HALL)):
        await other.type(other.page.get_by_label(label), typed)
    await press(other, "发出邀请")
    assert "尚未答复" in await words(other)
    await pair.carry()
    await home.open("/partnership")
    await follow(home, f"答复邀请：{TITLE}")
    await pair.picture(home, "invitation", "不能参加")
    await press(home, "接受")
    assert "待我方确认" in await words(home)


async def quarrel(pair: Pair) -> None:
    """Confirmed here with another place, settled there."""
    home, other = pair.home, pair.other
    await press(home, "全部参加")
    assert home.page.url.endswith("#roll")
    await home.page.get_by_text("修改名称、时间、地点或类型").click()
    await home.type(home.page.get_by_label("地点"), ROOM)
    await press(home, "确认")
    assert "双方不一致：地点" in await words(home)
    await pair.carry()
    await other.page.reload()
    await press(other, "全部参加")
    await press(other, "确认")
    await pair.carry()
    await other.page.reload()
    assert "双方不一致：地点" in await words(other)
    await pair.picture(other, "differ")
    assert not await other.findings()
    await other.tap(other.page.get_by_label(ROOM), leads_on=False)
    await press(other, "按所选内容确认")
    await pair.carry()


async def counted(desk: Desk) -> tuple[str, str]:
    """The figure of participation, and what the page of the activity that it counts says."""
    await desk.open(FIGURE)
    figure = await desk.page.locator("h1").inner_text()
    await follow(desk, "10月31日主题党日")
    return figure, await words(desk)


async def test_find_agree_hold_differ_settle_and_revoke(pair: Pair, platform: Platform) -> None:
    home, other = pair.home, pair.other
    await agree(pair)
    await invite(pair)
    await quarrel(pair)
    for desk in (home, other):
        figure, record = await counted(desk)
        assert figure == "活动参与率 100"
        assert "双方已确认" in record
        assert f"地点 {ROOM}" in record
        assert f"我方参加{len(NAMES)}人" in record
        if desk is home:
            await pair.picture(desk, "settled", "计入本单位台账")
        assert "计入本单位台账：支部共建、主题党日" in record
    await other.open("/partnership")
    await follow(other, HALL)
    await follow(other, "协议和共享情况")
    await other.tap(other.page.get_by_text("撤回", exact=True), leads_on=False)
    await press(other, "撤回协议")
    assert "协议已撤回" in await words(other)
    await pair.carry()
    await home.open("/together/spaces")
    await follow(home, HALL)
    said = await words(home)
    assert re.search(rf"终止情况.*{pair.world.neighbour.tenant.name}.*约定的事项已经完成", said)
    assert "本单位副本删除时间" in said
    await pair.picture(home, "revoked")
    _, record = await counted(home)
    assert "双方已确认" in record, "our own record stays"
    assert other.complaints == home.complaints == []
    async with platform.database.system_session() as system:
        tenants = [pair.world.home.tenant.id, pair.world.neighbour.tenant.id]
        topics = set(await system.scalars(TOPICS, {"tenants": tenants}))
    assert len(topics) > 10
    assert not {one for one in topics if f"`{one}`" not in named_topics()}, "docs/reference/events.md names every topic"

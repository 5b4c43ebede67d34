"""Second attachments in a browser: offered, taken in, marked and read by the member, on phones, with nothing for axe to find."""

from typing import Any

import pytest
import pytest_asyncio

from zhibu_core.platform import Platform
from zhibu_testing.browsing import app_of, sign_in
from zhibu_testing.chromium import SitDown, chromium, origin, sit_down
from zhibu_testing.lending import ARRIVED, Lending, lending

__all__ = ["chromium", "origin", "sit_down"]

pytestmark = [pytest.mark.browser, pytest.mark.modes]
HERE = "/partnership/attachments"


@pytest_asyncio.fixture(loop_scope="session")
async def lent(platform: Platform) -> Lending:
    return await lending(platform)


async def desk(lent: Lending, name: str) -> Any:
    side = getattr(lent.world, name)
    person = side.who.actor.person_id
    return await sign_in(app_of(lent.platform), lent.platform, side.tenant, person, {"secretary": side.branch.id})


async def test_a_member_is_lent_on_phones(lent: Lending, sit_down: SitDown) -> None:
    person = await lent.member("王远")
    async with sit_down(await desk(lent, "home"), phone=True) as hand:
        await hand.open(HERE)
        await hand.tap(hand.page.get_by_role("link", name="派出党员挂靠"))
        assert not await hand.findings()
        await hand.page.get_by_label("党员").select_option("王远")
        await hand.type(hand.page.get_by_label("从"), str(ARRIVED))
        await hand.type(hand.page.get_by_label("到", exact=True), "2026-12-20")
        await hand.type(hand.page.get_by_label("外出事由"), "到企业实习")
        await hand.tap(hand.page.get_by_role("button", name="提出"))
        assert "待接收方答复" in await hand.page.locator("main").inner_text()
        assert not await hand.findings()
    await lent.carry()
    meeting = await lent.held(ARRIVED, "theme_day", "party_class")
    async with sit_down(await desk(lent, "host"), phone=True) as hand:
        await hand.open(HERE)
        await hand.tap(hand.page.get_by_role("link", name="王远"))
        await hand.type(hand.page.get_by_label("本支部联系人"), "李书记")
        assert not await hand.findings()
        await hand.tap(hand.page.get_by_role("button", name="接受", exact=True))
        await hand.page.get_by_label("自", exact=True).fill(str(ARRIVED))
        await hand.tap(hand.page.get_by_role("button", name="确认报到"))
        await hand.page.locator(f"[name=mark-{meeting.hex}]").select_option("present")
        await hand.tap(hand.page.get_by_role("button", name="保存到会情况"))
        assert not await hand.findings()
    await lent.world.carry(at_once=True)
    home = lent.world.home
    own = await sign_in(app_of(lent.platform), lent.platform, home.tenant, person, {"member": home.branch.id})
    async with sit_down(own, phone=True, locale="en") as hand:
        await hand.open("/me")
        await hand.tap(hand.page.get_by_role("link", name="Both sides, and what crossed"))
        said = await hand.page.locator("main").inner_text()
        assert all(word in said for word in ("李书记", "with the host branch", "present", "Read by:"))
        assert not await hand.findings()

"""An agreement revoked by hand on a phone within the budget of the interface guide (task 27), and pages that axe finds nothing in."""

from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from zhibu_core.platform import Platform
from zhibu_core.spaces.models import Space
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.enablement import switch
from zhibu_testing.chromium import SitDown, chromium, origin, sit_down
from zhibu_testing.delivering import deliver
from zhibu_testing.town import World, furnish

__all__ = ["chromium", "origin", "sit_down"]
HERE = "/together/spaces"
TAPS, SECONDS = 4, 12
FORM = {
    "title": "读书互荐", "purpose": "一起读书，互荐书目", "organizations": "111", "other_organization": "数学第一党支部",
    "starts_on": "2026-10-01", "ends_on": "2027-09-30", "review_on": "2027-06-30", "fields-example.note": ["book", "read_on"],
    "reason-example.note": "互相推荐书目", "by-example.note": "all", "contact": "张一", "contact_post": "支部书记",
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def towns(platform: Platform, make_tenants: Any) -> World:
    """Two towns with the reading circle on, and an agreement that the other side changed."""
    parties = await make_tenants(platform)
    both = (parties.home, parties.neighbour)
    for tenant in both:
        async with platform.database.session(tenant.id) as session:
            await switch(platform, session, Scope(tenant, frozenset()), "example", on=True)
    made = World(await furnish(platform, parties.home), await furnish(platform, parties.neighbour))
    home, host = made.home.secretary, made.neighbour.secretary
    sent = await home.send("POST", f"{HERE}/new", {**FORM, "other": both[1].slug})
    address = sent.headers["location"].partition("?")[0].partition(both[0].slug)[2]
    await deliver(platform, *both)
    changed = {**FORM, "ends_on": "2027-06-30", "note": "学期末结束", "other_organization": ""}
    assert (await host.send("POST", f"{address}/change", changed)).status_code == 303
    await deliver(platform, *both)
    async with platform.database.session(both[0].id) as session:
        newest = (await session.scalars(select(Space.newest_id))).one()
    for browser in (home, host):
        assert (await browser.send("POST", f"{address}/sign", {"version": str(newest)})).status_code == 303
        await deliver(platform, *both)
    made.home.people["address"] = address  # type: ignore[assignment]
    return made


@pytest.mark.modes
async def test_the_pages_of_an_agreement_hold_nothing_that_axe_minds(towns: World, sit_down: SitDown) -> None:
    address: Any = towns.home.people["address"]
    async with sit_down(towns.home.secretary, phone=True) as desk:
        for path in (HERE, address, f"{address}/change", f"{address}/ledger?what=all", f"{address}/records"):
            await desk.open(path)
            assert await desk.findings() == [], path


@pytest.mark.modes
async def test_revoked_within_the_budget(towns: World, sit_down: SitDown) -> None:
    async with sit_down(towns.home.secretary, phone=True) as desk:
        await desk.open("")
        await desk.tap(desk.page.get_by_role("link", name="共建", exact=True))
        await desk.tap(desk.page.get_by_role("link", name="读书互荐"))
        await desk.tap(desk.page.locator("summary", has_text="撤回"), leads_on=False)
        assert await desk.findings() == []
        await desk.tap(desk.page.get_by_role("button", name="撤回协议"))
        assert "协议已撤回" in await desk.page.inner_text("main")
        assert (desk.taps <= TAPS, desk.typed, desk.seconds(desk=False) <= SECONDS) == (True, 0, True), desk.seconds(
            desk=False
        )

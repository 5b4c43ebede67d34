"""How many statements each page sends, at most: known, and not growing with what the page lists."""

from typing import Any

import pytest

from zhibu_core.platform import Platform
from zhibu_testing.factories import member

LIMITS = {
    ("organizer", "/people/members"): 9,
    ("organizer", "/people/members?organization=111"): 10,
    ("organizer", "/people/members/{person}"): 22,
    ("organizer", "/people/organizations"): 9,
    ("organizer", "/people/organizations/11"): 26,
    ("organizer", "/exchange/imports"): 8,
    ("member", "/me"): 20,
    ("member", "/me/identity"): 8,
    ("member", "/rules"): 9,
    ("member", "/rules/orglife.theme_day"): 9,
    ("member", "/help/home"): 9,
    ("member", "/more"): 7,
    ("admin", "/plugins"): 8,
    ("admin", "/plugins/learning"): 8,
    ("admin", "/people/roles"): 9,
}


@pytest.mark.parametrize(("role", "path"), sorted(LIMITS))
async def test_few_and_no_more_for_more_rows(
    world: Any, platform: Platform, statements_of: Any, role: str, path: str
) -> None:
    browser, limit = world.home.browsers[role], LIMITS[role, path]
    address = path.format(person=world.home.people["张一"].id)
    await browser.get(address)
    with statements_of(platform) as seen:
        assert (await browser.get(address)).status_code == 200
    few = len(seen)
    async with platform.database.session(world.home.tenant.id) as session:
        for number in range(5):
            await member(session, f"郭{number}", world.home.organizations["111"], number=f"G{number}")
    with statements_of(platform) as seen:
        await browser.get(address)
    assert few == len(seen)
    assert few <= limit

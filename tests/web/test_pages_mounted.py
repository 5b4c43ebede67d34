"""Which page meets a duty and which shows a record: said by the plugins' own routes, closed with the plugin."""

from dataclasses import replace
from typing import Any

import pytest

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Grant, Scope
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import app_of
from zhibu_web.mounted import is_open, page_that_meets, pages_of

RECORD = "/life/meetings/{meeting_id:uuid}"
ALL = frozenset({"orglife", "learning", "example"})


@pytest.mark.parametrize(
    ("plugin", "shape", "action", "path"),
    [
        ("orglife", "frequency", "orglife.meeting.record", "/life/record"),
        ("learning", "hours", "learning.training.read_own", "/learning/records"),
        ("learning", "course", "learning.training.read_own", "/learning/records"),
        ("affairs", "timer", "affairs.case.record", None),
        ("core", "term", "organization.read", None),
    ],
)
def test_a_plugin_says_where_its_duties_are_met(
    platform: Platform, scope: Scope, plugin: str, shape: str, action: str, path: str | None
) -> None:
    app = app_of(platform)
    on = replace(scope, plugins=ALL, grants=(Grant("member", None, "", frozenset({action})),))
    assert page_that_meets(app, on, plugin, shape) == path
    assert page_that_meets(app, replace(on, plugins=frozenset()), plugin, shape) is None
    assert page_that_meets(app, replace(on, grants=()), plugin, shape) is None


def test_pages_know_whose_they_are(platform: Platform) -> None:
    found = pages_of(app_of(platform))
    assert (found["/life/record"].plugin, found["/life/record"].meets) == ("orglife", ("frequency",))
    assert found["/people/members"].plugin == "web"


async def test_a_record_of_a_plugin_that_is_off_is_named_without_a_link(
    world: Any, platform: Platform, scope: Scope, text_of: Any
) -> None:
    person = world.home.people["王二"].id
    page = f"/people/members/{person}"
    assert "/life/meetings/" in (await world.home.organizer.get(page)).text
    async with platform.database.session(world.home.tenant.id) as session:
        await switch(platform, session, scope, "orglife", on=False)
    off = await world.home.organizer.get(page)
    assert off.status_code == 200
    assert "/life/meetings/" not in off.text
    assert "2026-09-10" in text_of(off.text)
    assert not is_open(app_of(platform), replace(scope, plugins=frozenset()), RECORD)

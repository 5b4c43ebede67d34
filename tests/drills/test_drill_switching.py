"""A switch that switches: off, nothing of the plugin is left anywhere; on again, everything is back and nothing is lost."""

import pytest
from sqlalchemy import text

from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.plugins.host import PluginHost
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.engine import Operation  # noqa: F401 the schema is part of the inventory
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import EVERY_ROLE, app_of, sign_in
from zhibu_testing.delivering import deliver
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import Parties
from zhibu_testing.inventory import Place, belonging, inventory, rows_of

pytestmark = pytest.mark.drills
BUILT_IN = sorted(PluginHost.discover().switchable)
NONE: frozenset[str] = frozenset()
DECLARED = ("fields", "actions", "entries", "panels", "jobs", "listeners", "files", "rules", "sheets")
"""Kinds of which every declared thing is there while the plugin is on; of pages only those that need no object."""


async def furnish(platform: Platform, parties: Parties) -> Place:
    """Every plugin on, a branch with one member who holds every role."""
    tenant = parties.home
    async with platform.database.session(tenant.id) as session:
        for key in BUILT_IN:
            await switch(platform, session, Scope(tenant, frozenset()), key, on=True)
        branch = await organization(session, "001", has_committee=True)
        someone = await member(session, "王一", branch, number="1001")
    browser = await sign_in(app_of(platform), platform, tenant, someone.id, EVERY_ROLE)
    return Place(platform, tenant, browser, someone.id, branch.code)


async def turn(place: Place, plugin: str, *, on: bool) -> None:
    async with place.platform.database.session(place.tenant.id) as session:
        await switch(place.platform, session, Scope(place.tenant, frozenset()), plugin, on=on)


@pytest.mark.parametrize("plugin", BUILT_IN)
async def test_off_nothing_is_left_and_on_all_is_back(platform: Platform, parties: Parties, plugin: str) -> None:
    place = await furnish(platform, parties)
    await deliver(platform, place.tenant)
    own = belonging(platform, plugin)
    before, rows = await inventory(place), await rows_of(place)
    assert {kind: own[kind] - things for kind, things in before.items() if kind in DECLARED} == dict.fromkeys(
        DECLARED, NONE
    )
    assert bool(own["pages"] & before["pages"]) == bool(own["pages"])
    assert own["entries"] <= before["links"] | before["entries"]
    await turn(place, plugin, on=False)
    off = await inventory(place)
    assert {kind: things & own[kind] for kind, things in off.items()} == dict.fromkeys(off, NONE)
    assert {kind: things - before[kind] for kind, things in off.items()} == dict.fromkeys(off, NONE)
    assert {
        kind: before[kind] - things - own[kind] for kind, things in off.items() if kind in DECLARED
    } == dict.fromkeys(DECLARED, NONE), "something of others went with it"
    await turn(place, plugin, on=True)
    assert await inventory(place) == before
    assert await rows_of(place) == rows


@pytest.mark.parametrize("plugin", BUILT_IN)
async def test_off_it_hears_nothing(platform: Platform, parties: Parties, plugin: str) -> None:
    place = await furnish(platform, parties)
    await deliver(platform, place.tenant)
    listens = plugin in platform.host.implementing("on_event", frozenset({plugin}))
    assert await told(place, plugin) == listens
    await turn(place, plugin, on=False)
    await deliver(platform, place.tenant)
    assert not await told(place, plugin)


async def told(place: Place, plugin: str) -> bool:
    """Whether the plugin is told of an event that is published now."""
    handled = text("select count(*) from jobs.handled where handler = :plugin")
    async with place.platform.database.system_session() as system:
        before = await system.scalar(handled, {"plugin": plugin})
    async with place.platform.database.session(place.tenant.id) as session:
        await publish(session, "nobody.knows", "nothing", None)
    await deliver(place.platform, place.tenant)
    async with place.platform.database.system_session() as system:
        return bool(await system.scalar(handled, {"plugin": plugin}) != before)

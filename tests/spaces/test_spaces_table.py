"""Each field × before signing, in force, expired, revoked × each side, a third tenant, a side with the plugin off: over SQL as the
runtime role, core's functions, GraphQL and pages, all of which must say the same.
"""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from zhibu_core.platform import Platform
from zhibu_core.spaces.ending import revoke
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.context import Context
from zhibu_graphql.engine import Engine, Operation, engine_for
from zhibu_graphql.ids import global_id
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.fixtures import all_powers

STATES = ("before signing", "in force", "expired", "revoked")
SIDES = ("home", "host", "third", "host, plugin off")
AGREED, KEPT_BACK = {"book": "共产党宣言", "read_on": "2026-10-30"}, "很有收获"
ROWS = text("select id, record from space_copy where space_id = :space and tenant_id = :t")
OVER = text("update space set ends_on = starts_on - 1, starts_on = starts_on - 9 where tenant_id = :t and id = :space")
SPACE = """query($id: ID!, $copy: ID!) { node(id: $id) { ... on Space { copies(first: 5) { totalCount edges { node { fields } } } } }
  copy: node(id: $copy) { ... on Copy { fields } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def table(platform: Platform, make_world: Callable[..., Any]) -> Any:
    """One world with an agreement in each state, and a note sent under each that could be."""
    world = await make_world(platform)
    note = await world.note(world.home)
    spaces = {"before signing": await world.proposed()}
    for state in STATES[1:]:
        spaces[state] = await world.agreed()
        await world.published(world.home, spaces[state], note)
    await world.carry()
    ids = {state: await _rows(world, world.host, spaces[state]) for state in STATES}
    async with platform.database.session(world.host.tenant.id) as session:
        await session.execute(OVER, {"t": world.host.tenant.id, "space": spaces["expired"]})
        await revoke(session, world.host.who, spaces["revoked"], "完成")
    await world.carry()
    browsers = {}
    for name in ("home", "host", "third"):
        side = getattr(world, name)
        person = side.who.actor.person_id
        browsers[name] = await sign_in(app_of(platform), platform, side.tenant, person, {"organizer": None})
    return world, spaces, ids, browsers


async def _rows(world: Any, side: Any, space_id: uuid.UUID) -> list[Any]:
    """What stands in this side's own table, may it be read or not."""
    async with world.platform.database.session(side.tenant.id) as session:
        return list(await session.execute(ROWS, {"space": space_id, "t": side.tenant.id}))


async def _by_graphql(world: Any, who: Scope, space_id: uuid.UUID, copy_id: uuid.UUID) -> Any:
    asked = {"id": global_id("SP", space_id.bytes), "copy": global_id("SC", copy_id.bytes)}
    async with world.platform.database.session(who.tenant.id) as session:
        engine = Engine(engine_for(world.platform.host).schemas)
        answer = await engine.run(Context(world.platform, session, who), Operation(SPACE, asked))
    assert "errors" not in answer, answer
    return answer["data"]


async def _page(browser: Browser, space_id: uuid.UUID) -> str:
    answer = await browser.get(f"/together/spaces/{space_id}/records")
    return answer.text if answer.status_code == 200 else ""


@pytest.mark.parametrize("side_name", SIDES)
@pytest.mark.parametrize("state", STATES)
async def test_who_reads_what(table: Any, platform: Platform, state: str, side_name: str) -> None:
    world, spaces, ids, browsers = table
    name = side_name.partition(",")[0]
    side, space_id, is_off = getattr(world, name), spaces[state], "off" in side_name
    copy_id = ids[state][0].id if ids[state] else uuid.uuid4()
    who = side.who
    if is_off:
        await _switch(platform, side, on=False)
        who = await all_powers(platform, side.tenant, side.who.actor.person_id)
    try:
        is_readable = state == "in force" and side_name == "host"
        assert await world.records(side, space_id, who) == ([AGREED] if is_readable else [])
        found = await _by_graphql(world, who, space_id, copy_id)
        copies = found["node"]["copies"] if found["node"] else {"totalCount": 0, "edges": []}
        assert copies["totalCount"] == len(copies["edges"]) == (1 if is_readable else 0)
        assert (found["copy"] is not None) == is_readable
        shown = await _page(browsers[name], space_id)
        assert (AGREED["book"] in shown) == is_readable
        assert KEPT_BACK not in shown + str(found)
    finally:
        if is_off:
            await _switch(platform, side, on=True)
    kept = {"in force", "expired"} if name == "host" else set()
    assert [row.record for row in await _rows(world, side, space_id)] == ([AGREED] if state in kept else [])


async def test_no_session_reads_a_side_s_rows_but_its_own(table: Any, platform: Platform) -> None:
    world, spaces, _, _ = table
    tables = (
        "space",
        "space_version",
        "space_party",
        "space_signature",
        "space_envelope",
        "space_arrival",
        "space_copy",
    )
    async with platform.database.session(world.third.tenant.id) as session:
        for name in tables:
            for side in world.sides:
                query = text(f"select count(*) from {name} where tenant_id = :t")
                assert await session.scalar(query, {"t": side.tenant.id}) == 0
    assert spaces


async def _switch(platform: Platform, side: Any, *, on: bool) -> None:
    async with platform.database.session(side.tenant.id) as session:
        await switch(platform, session, Scope(side.tenant, frozenset()), "example", on=on)

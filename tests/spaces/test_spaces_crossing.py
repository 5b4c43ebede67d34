"""A record crosses under an agreement, is read, and goes with it: both sides say the same."""

import uuid
from typing import Any

from zhibu_core.spaces.copies import copies_of, read_copies
from zhibu_core.spaces.crossings import ledger, open_cases
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.publishing import publish_records
from zhibu_core.spaces.reading import whole_of


async def copies(world: Any, side: Any, space_id: uuid.UUID) -> list[dict[str, Any]]:
    """What this side can read under the agreement."""
    async with world.platform.database.session(side.tenant.id) as session:
        return [one.record for one in await copies_of(session, side.who, space_id=space_id)]


async def test_what_crosses_is_what_was_agreed_and_goes_with_the_agreement(world: Any) -> None:
    space_id = await world.agreed()
    note = await world.note(world.home)
    async with world.platform.database.session(world.home.tenant.id) as session:
        await publish_records(world.platform, session, world.home.who, space_id, "example.note", [note])
    await world.carry()
    assert await copies(world, world.host, space_id) == [{"book": "共产党宣言", "read_on": "2026-10-30"}]
    assert await copies(world, world.home, space_id) == []
    assert await copies(world, world.third, space_id) == []

    async with world.platform.database.session(world.host.tenant.id) as session:
        await read_copies(session, world.host.who, await copies_of(session, world.host.who, space_id=space_id))
    await world.carry(at_once=True)
    async with world.platform.database.session(world.home.tenant.id) as session:
        line = (await ledger(session, world.home.who, space_id, records_only=True))[0]
    assert line.state == "delivered"
    assert [one.reader for one in line.reads] == [world.host.who.actor.name]

    async with world.platform.database.session(world.host.tenant.id) as session:
        await revoke(session, world.host.who, space_id, "换届")
    assert await copies(world, world.host, space_id) == []
    await world.carry()
    for side in (world.home, world.host):
        async with world.platform.database.session(side.tenant.id) as session:
            whole = await whole_of(session, side.who, space_id)
            line = (await ledger(session, side.who, space_id, records_only=True))[0]
            assert whole.space.state == "revoked"
            assert whole.space.closed_by == world.host.who.actor.name
            assert whole.space.erased_at
            assert all(one.confirmed_at for one in whole.parties if not one.is_own)
            assert line.erased_at is not None
            assert not await open_cases(session, side.who)

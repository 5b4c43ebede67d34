"""What cannot be delivered now: held and listed after five failures, waiting where the other side is away; a revocation in time."""

import asyncio
import itertools
import uuid
from typing import Any

import pytest

from zhibu_core.spaces import courier
from zhibu_core.spaces.crossings import open_cases
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.lane import SpaceLane
from zhibu_core.spaces.publishing import send_again

World = Any


async def test_what_fails_five_times_is_held_listed_on_both_sides_and_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    space_id = await world.agreed()
    await world.published(world.home, space_id, await world.note(world.home), await world.note(world.home, "论持久战"))

    async def fail(*_: Any) -> Any:
        raise RuntimeError("the other side's half fails")

    with monkeypatch.context() as patched:
        patched.setattr(courier, "receive", fail)
        await world.carry(at_once=True)  # which tries as long as there is something to try
    held = []
    for side, state in ((world.home, "held"), (world.host, "open")):
        async with world.platform.database.session(side.tenant.id) as session:
            cases = await open_cases(session, side.who)
        assert {(one.state, one.problem) for one in cases} == {(state, "held")}
        assert len(cases) == 2
        held += [one.id for one in cases if side is world.home]
    async with world.platform.database.session(world.home.tenant.id) as session:
        for key in held:
            await send_again(session, world.home.who, key)
    await world.carry(at_once=True)
    assert {one["book"] for one in await world.records(world.host, space_id)} == {"共产党宣言", "论持久战"}


@pytest.mark.parametrize("state", ["suspended", "plugin off"])
async def test_what_cannot_arrive_now_waits_without_counting_as_a_try(world: World, state: str) -> None:
    space_id = await world.agreed()
    await world.away(world.host, state)
    await world.published(world.home, space_id, await world.note(world.home))
    await world.carry(at_once=True)
    problem = "tenant_closed" if state == "suspended" else "plugin_off"
    assert [(one.state, one.problem) for one in await world.lines(world.home, space_id, records_only=True)] == [
        ("waiting", problem)
    ]
    assert [one.problem for one in await world.lines(world.host, space_id, records_only=True)] == [problem]
    await world.back(world.host, state)
    await world.carry(at_once=True)
    assert len(await world.records(world.host, space_id)) == 1


async def _until_nothing_is_read(world: World, space_id: uuid.UUID) -> None:
    for pause in itertools.repeat(0.05):
        if not await world.records(world.host, space_id):
            return
        await asyncio.sleep(pause)


async def test_a_revocation_takes_effect_at_the_other_side_within_five_seconds(world: World) -> None:
    """As the worker runs it: nobody calls the courier."""
    space_id = await world.agreed()
    await world.published(world.home, space_id, await world.note(world.home))
    await world.carry()
    lane = SpaceLane(world.platform)
    await lane.start()
    try:
        async with world.platform.database.session(world.home.tenant.id) as session:
            await revoke(session, world.home.who, space_id, "完成")
        async with asyncio.timeout(5):
            await _until_nothing_is_read(world, space_id)
    finally:
        await lane.stop()

"""The courier broken off between any two of its steps: each side names what is open, and nothing is doubled once it goes on."""

import asyncio
import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from zhibu_core.spaces import courier
from zhibu_core.spaces.crossings import open_cases
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.lane import SpaceLane
from zhibu_core.spaces.publishing import send_again
from zhibu_core.spaces.reading import whole_of

World = Any
GAPS = [("_handed_over", False), ("_handed_over", True), ("_settle", True)]
"""After the sender's half, after the receiver's, and after the sender's other one, before the outbox hears of it."""

DEEDS = ("proposal", "signature", "record", "revocation")
WAITING = text(
    "select count(*) from jobs.outbox where tenant_id = :t and dispatched_at is null and held_reason is null"
)


class Killed(BaseException):
    """The process dies here: no handler of the courier's own runs."""


def broken(step: str, *, after: bool) -> Callable[..., Any]:
    """The courier's step, dying before or right after it did its work (and committed)."""
    work = getattr(courier, step)

    async def die(*arguments: Any, **named: Any) -> Any:
        if after:
            await work(*arguments, **named)
        raise Killed(step)

    return die


async def done(world: World, deed: str) -> uuid.UUID:
    """The deed on one side, everything before it delivered and itself not yet."""
    if deed == "proposal":
        async with world.platform.database.session(world.home.tenant.id) as session:
            space = await world.propose(session)
        return space.id
    if deed == "signature":
        space_id = await world.proposed()
        await world.signed_by(world.host, space_id)
        await world.sign(world.home, space_id)
        return space_id
    space_id = await world.agreed()
    await world.published(world.home, space_id, await world.note(world.home))
    if deed == "revocation":
        await world.carry()
        async with world.platform.database.session(world.home.tenant.id) as session:
            await revoke(session, world.home.who, space_id, "完成")
    return space_id


@pytest.mark.drills
@pytest.mark.parametrize(("step", "after"), GAPS)
@pytest.mark.parametrize("deed", DEEDS)
async def test_what_was_broken_off_goes_on_once(
    world: World, monkeypatch: pytest.MonkeyPatch, deed: str, step: str, after: bool
) -> None:
    space_id = await done(world, deed)
    with monkeypatch.context() as patched:
        patched.setattr(courier, step, broken(step, after=after))
        with pytest.raises(Killed):
            await world.carry()
    settled = step == "_settle" and after
    async with world.platform.database.session(world.home.tenant.id) as session:
        cases = await open_cases(session, world.home.who)
        assert [one.state for one in cases if one.kind != "core.erased"] == ([] if settled else ["waiting"])
    await world.carry(at_once=True)
    for side in (world.home, world.host):
        async with world.platform.database.session(side.tenant.id) as session:
            assert not await open_cases(session, side.who)
            whole = await whole_of(session, side.who, space_id)
            assert await session.scalar(WAITING, {"t": side.tenant.id}) == 0
        assert (len(whole.versions), whole.space.state) == (
            1,
            {"proposal": "proposed", "revocation": "revoked"}.get(deed, "in_force"),
        )
        assert len(whole.signatures) == (0 if deed == "proposal" else 2)
        records = await world.lines(side, space_id, records_only=True)
        assert len(records) == (1 if deed in ("record", "revocation") else 0)
    assert len(await world.records(world.host, space_id)) == (1 if deed == "record" else 0)


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

"""kill −9 between the two halves of every message: a real process dies, another goes on; each side names what is open, and in the
end both stand as if nobody had died.
"""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from zhibu_core.platform import Platform
from zhibu_core.spaces.agreements import change
from zhibu_core.spaces.copies import copies_of, read_copies
from zhibu_core.spaces.crossings import open_cases
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.proposal import AskedField, AskedShare
from zhibu_core.spaces.publishing import publish_records, withdraw_records
from zhibu_core.spaces.reading import whole_of
from zhibu_core.spaces.upkeep import keep_up
from zhibu_partnership.joint.inviting import accept, invite
from zhibu_partnership.joint.recording import confirm
from zhibu_partnership.joint.sharing import asked_share
from zhibu_partnership.joint.words import Agreed
from zhibu_testing.agreeing import NOTE, Side, World, opened
from zhibu_testing.crossing.examples import EXAMPLES
from zhibu_testing.crossing.killing import Couriers, couriers
from zhibu_testing.crossing.made import DAY
from zhibu_testing.crossing.matters import MATTERS, PORTRAIT_OF_MATTERS, named_as_open
from zhibu_testing.crossing.message import HALVES, RECEIVING, Message
from zhibu_testing.fixtures import TODAY, TestDatabase

pytestmark = pytest.mark.drills
_BOTH = ("home", "host")
MEETING = "orglife.meeting"
PORTRAIT = """
  select 'space' as what, state || ' ' || coalesce(close_reason, '') as which, count(*) from space
    where tenant_id = :t and id = :space group by 2
  union all select 'version', number::text, count(*) from space_version where tenant_id = :t and space_id = :space group by 2
  union all select 'signature', (party = :t)::text, count(*) from space_signature
    where tenant_id = :t and space_id = :space group by 2
  union all select 'envelope', concat_ws(' ', kind, state, problem, (erased_at is not null)::text), count(*) from space_envelope
    where tenant_id = :t and space_id = :space group by 2
  union all select 'arrival', concat_ws(' ', kind, state, problem, (erased_at is not null)::text), count(*) from space_arrival
    where tenant_id = :t and space_id = :space group by 2
  union all select 'copy', c.kind || ' ' || (select count(*) from file f where f.tenant_id = c.tenant_id and f.object_id = c.id),
    count(*) from space_copy c where c.tenant_id = :t and c.space_id = :space group by 2
  union all select 'read', concat_ws(' ', is_own::text, (sent_at is not null)::text), count(*) from space_read
    where tenant_id = :t and space_id = :space group by 2
  union all select 'audit', concat_ws(' ', action, array_to_string(fields, ',')), count(*) from audit_entry
    where tenant_id = :t and object_id = :space group by 2
  union all select 'fact', f.kind, count(*) from fact f join partnership_activity a
    on a.tenant_id = f.tenant_id and a.id = f.record_id where a.tenant_id = :t and a.space_id = :space group by 2
  union all select 'activity', state, count(*) from partnership_activity where tenant_id = :t and space_id = :space group by 2
  order by 1, 2"""
WAITING = text("select count(*) from jobs.outbox where tenant_id = any(:all) and dispatched_at is null")
OVER = text("update space set ends_on = :day, starts_on = :day where tenant_id = :t and id = :space")


async def proposal(world: World) -> uuid.UUID:
    async with world.platform.database.session(world.home.tenant.id) as session:
        return (await world.propose(session)).id


async def changed(world: World) -> uuid.UUID:
    space = await world.agreed()
    async with world.platform.database.session(world.home.tenant.id) as session:
        words = world.proposal(world.home, world.host, purpose="一起读书，每月一本")
        await change(world.platform, session, world.home.who, space, words, note="改目的")
    return space


async def signature(world: World) -> uuid.UUID:
    space = await world.proposed()
    await world.signed_by(world.host, space)
    await world.sign(world.home, space)
    return space


async def record(world: World) -> uuid.UUID:
    space = await world.agreed()
    await world.published(world.home, space, await world.note(world.home))
    return space


async def record_again(world: World) -> uuid.UUID:
    space = await record(world)
    await world.carry()
    await world.published(world.home, space, await world.note(world.home))
    return space


async def files(world: World) -> uuid.UUID:
    fields = (AskedField("topic", "共同安排"), AskedField("files", "留存", "本人同意", 30))
    space = await world.agreed(shares=(AskedShare(MEETING, fields),))
    made = await EXAMPLES[MEETING](world.platform, world.home, world.host, space, lambda _: uuid.uuid4().hex)
    async with world.platform.database.session(world.home.tenant.id) as session:
        await publish_records(world.platform, session, world.home.who, space, MEETING, made)
    return space


async def withdrawal(world: World) -> uuid.UUID:
    space = await record(world)
    await world.carry()
    async with world.platform.database.session(world.home.tenant.id) as session:
        await withdraw_records(session, world.home.who, space, NOTE, [await world.note(world.home)])
    return space


async def reading(world: World) -> uuid.UUID:
    space = await record(world)
    await world.carry()
    async with world.platform.database.session(world.host.tenant.id) as session:
        await read_copies(session, world.host.who, await copies_of(session, world.host.who, space_id=space))
    return space


async def revocation(world: World) -> uuid.UUID:
    space = await record(world)
    await world.carry()
    async with world.platform.database.session(world.home.tenant.id) as session:
        await revoke(session, world.home.who, space, "完成")
    return space


async def expiry(world: World) -> uuid.UUID:
    """The last day is over: each side ends it by itself."""
    space = await record(world)
    await world.carry()
    for side in (world.home, world.host):
        async with world.platform.database.session(side.tenant.id) as session:
            await session.execute(OVER, {"t": side.tenant.id, "space": space, "day": DAY})
        await keep_up(world.platform, replace(side.tenant, today=TODAY))
    return space


async def expired_copy(world: World) -> uuid.UUID:
    """A copy is kept for some days only, and these are over."""
    space = await record(world)
    await world.carry()
    gone = text("update space_copy set expires_on = :day where tenant_id = :t and space_id = :space")
    async with world.platform.database.session(world.host.tenant.id) as session:
        await session.execute(gone, {"t": world.host.tenant.id, "space": space, "day": DAY})
    await keep_up(world.platform, world.host.tenant)
    return space


async def joint_activity(world: World) -> uuid.UUID:
    """Home has confirmed, and the host's confirmation is on its way: when it is heard, facts are written."""
    space = await world.agreed(shares=(asked_share(),), starts_on=DAY)
    ours = await _do(world, world.home, invite, space, Agreed("联合学习", ("study",), DAY))
    await world.carry()
    theirs = await _do(world, world.host, accept, space, ours.series)
    await world.carry()
    await _do(world, world.home, confirm, ours.id, [])
    await world.carry()
    await _do(world, world.host, confirm, theirs.id, [])
    return space


async def _do(world: World, side: Side, work: Any, *given: Any) -> Any:
    async with world.platform.database.session(side.tenant.id) as session:
        return await work(world.platform, session, side.who, *given)


MESSAGES = {
    "proposal": Message(proposal, "core.version"),
    "change": Message(changed, "core.version", stops=RECEIVING),
    "signature": Message(signature, "core.signature"),
    "record": Message(record, NOTE),
    "record again": Message(record_again, NOTE, stops=RECEIVING),
    "record with a file": Message(files, MEETING, stops=("taken", "files brought", *HALVES[1:])),
    "withdrawal": Message(withdrawal, "core.withdrawn"),
    "its answer": Message(withdrawal, "core.erased", "host"),
    "reading": Message(reading, "core.reads", "host", ("telling", "told", *HALVES)),
    "revocation": Message(revocation, "core.closed"),
    "deletion": Message(revocation, "core.erased", "both", ("erasing", "erased", *HALVES)),
    "expiry": Message(expiry, "core.erased", "both", RECEIVING),
    "expiry of a copy": Message(expired_copy, "core.erased", "host", RECEIVING),
    "confirmation of a joint activity": Message(joint_activity, "partnership.activity", "host", (*HALVES, "heard")),
    **MATTERS,
}
CASES = [(name, stop) for name, message in MESSAGES.items() for stop in message.stops]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(platform: Platform) -> World:
    """Three tenants."""
    return await opened(platform)


@pytest.fixture(scope="module")
def carriers(world: World, test_database: TestDatabase) -> Iterator[Couriers]:
    """Processes that carry between them."""
    with couriers(test_database, *(side.tenant for side in world.sides)) as found:
        yield found


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    """How both sides stand after each message when nobody is killed."""
    return {}


async def portraits(world: World, space: uuid.UUID) -> list[list[Any]]:
    """How both sides stand with an agreement, and what each names as open."""
    found: list[list[Any]] = []
    for side in (world.home, world.host):
        async with world.platform.database.session(side.tenant.id) as session:
            found.append(await named_as_open(world.platform, session, side.who, space))
            for portrait in (PORTRAIT, PORTRAIT_OF_MATTERS):
                rows = await session.execute(text(portrait), {"t": side.tenant.id, "space": space})
                found[-1] += [tuple(row) for row in rows]
    return found


@pytest.mark.parametrize(("name", "stop"), CASES)
async def test_whoever_dies_another_goes_on_and_nothing_is_doubled(
    world: World, carriers: Couriers, undisturbed: dict[str, Any], name: str, stop: str
) -> None:
    message = MESSAGES[name]
    if name not in undisturbed:
        space = await message.deed(world)
        await world.carry(at_once=True)
        undisturbed[name] = await portraits(world, space)
    space = await message.deed(world)
    hearer = (world.home if message.sender == "host" else world.host).tenant.slug
    await asyncio.to_thread(carriers.kill, stop, f"{hearer} {message.heard}" if stop == "heard" else message.kind)
    await _names_what_is_open(world, message, stop)
    await asyncio.to_thread(carriers.carry)
    assert await portraits(world, space) == undisturbed[name]
    for side in (world.home, world.host):
        async with world.platform.database.session(side.tenant.id) as session:
            assert not await open_cases(session, side.who)
            assert await whole_of(session, side.who, space)
    async with world.platform.database.system_session() as system:
        assert await system.scalar(WAITING, {"all": [side.tenant.id for side in world.sides]}) == 0


async def _names_what_is_open(world: World, message: Message, stop: str) -> None:
    """The sender lists it as on its way, until its other half is done; then the outbox still has it."""
    waits = set()
    for side in _BOTH if message.sender == "both" else (message.sender,):
        tenant, who = getattr(world, side).tenant, getattr(world, side).who
        async with world.platform.database.session(tenant.id) as session:
            cases = await open_cases(session, who)
        waits |= {one.kind for one in cases if one.direction == "out" and one.state == "waiting"}
    is_open = stop in (*HALVES[:3], "files brought", "erased", "told")
    if not (message.sender == "both" and stop == "settled"):  # where the other one's may still be on its way
        assert (message.kind in waits) == is_open, (stop, waits)
    async with world.platform.database.system_session() as system:
        assert await system.scalar(WAITING, {"all": [one.tenant.id for one in world.sides]}) > 0

"""The courier: the only module that handles two tenants, one after the other and never in one transaction (tenancy-security.md 4.3).

It binds the sender and reads, binds the receiver and lets it take or refuse, binds the sender and notes what became of it.
Killed anywhere between, it begins anew: the receiver answers a letter that it has already as it did then.
"""

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

import msgspec
import structlog
from sqlalchemy import select, update

from zhibu_core.platform import Platform
from zhibu_core.spaces.arriving import Brought, note_arrivals, receive
from zhibu_core.spaces.messages import Letter, Payload
from zhibu_core.spaces.models import SpaceEnvelope
from zhibu_core.spaces.outcomes import Outcome, Sender
from zhibu_core.storage.objects import Content, Made, Reader, discard, open_object, put_object
from zhibu_core.storage.sealing import Damaged, damaged
from zhibu_core.tenancy.scope import Scope, Tenant

log = structlog.get_logger()
GONE, AWAY = frozenset({"erasing"}), frozenset({"suspended", "importing"})


@dataclass
class Carried:
    """What became of parcels that were not settled: those to look at later, and those that failed, with the reason."""

    later: set[uuid.UUID] = field(default_factory=set)
    failed: dict[uuid.UUID, Exception] = field(default_factory=dict)


@dataclass(frozen=True)
class Bag:
    """The letters of one sender to one receiver, and what reads the files that cross with them, by SHA-256."""

    sender: Tenant
    receiver: uuid.UUID
    letters: list[Letter]
    readers: Mapping[str, Reader]


async def carry(
    platform: Platform,
    sender: Tenant,
    parcels: Sequence[uuid.UUID],
    tenants: Mapping[uuid.UUID, Tenant],
    *,
    last: frozenset[uuid.UUID] = frozenset(),
) -> Carried:
    """Carries the waiting letters of these parcels, receiver by receiver; those of `last` are held if they fail once more."""
    carried = Carried()
    for bag in await _collected(platform, sender, parcels):
        await _carry_bag(platform, bag, tenants.get(bag.receiver), carried, last)
    return carried


async def _carry_bag(
    platform: Platform, bag: Bag, receiver: Tenant | None, carried: Carried, last: frozenset[uuid.UUID]
) -> None:
    try:
        outcomes = await _handed_over(platform, bag, receiver)
    except Exception as error:  # whatever fails over there: one letter must not keep the others from arriving
        if len(bag.letters) > 1:
            for letter in bag.letters:
                await _carry_bag(
                    platform, Bag(bag.sender, bag.receiver, [letter], bag.readers), receiver, carried, last
                )
            return
        if isinstance(error, Damaged):
            await _settle(platform, bag, {bag.letters[0].id: Outcome("refused", "file_gone")})
            return
        log.warning("letter_failed", id=str(bag.letters[0].id), error=f"{type(error).__name__}: {error}")
        carried.failed[bag.letters[0].parcel_id] = error
        await _note_failure(platform, bag, receiver, is_last=bag.letters[0].parcel_id in last)
        return
    await _settle(platform, bag, outcomes)
    carried.later |= {one.parcel_id for one in bag.letters if outcomes[one.id].state == "later"}


async def _collected(platform: Platform, sender: Tenant, parcels: Sequence[uuid.UUID]) -> list[Bag]:
    """The sender's half: its waiting letters by receiver, words on the agreement before records, oldest first."""
    query = select(SpaceEnvelope).where(SpaceEnvelope.parcel_id.in_(list(parcels)), SpaceEnvelope.state == "waiting")
    found: dict[uuid.UUID, list[Letter]] = {}
    readers: dict[str, Reader] = {}
    async with platform.database.session(sender.id) as session:
        for row in await session.scalars(query.order_by(SpaceEnvelope.id)):
            try:
                letter = msgspec.convert(row, Letter, from_attributes=True)
                for content in _contents(letter):
                    readers[content.sha256] = await open_object(platform, session, content.sha256)
                    if readers[content.sha256].size != content.size:
                        raise damaged()
            except (Damaged, msgspec.ValidationError) as error:
                row.state, row.settled_at = "refused", dt.datetime.now(dt.UTC)
                row.problem = "file_gone" if isinstance(error, Damaged) else "damaged"
                continue
            found.setdefault(row.receiver, []).append(letter)
    return [
        Bag(sender, receiver, sorted(letters, key=lambda one: (not one.is_core, one.id)), readers)
        for receiver, letters in found.items()
    ]


async def _handed_over(platform: Platform, bag: Bag, receiver: Tenant | None) -> dict[uuid.UUID, Outcome]:
    """The receiver's half: what became of each letter."""
    if receiver is None or receiver.state in GONE:
        return {one.id: Outcome("refused", "party_gone") for one in bag.letters}
    sender = Sender(bag.sender.id, bag.sender.name)
    if receiver.state in AWAY:
        outcomes = {one.id: Outcome("later", "tenant_closed") for one in bag.letters}
        async with platform.database.session(receiver.id) as session:
            await note_arrivals(session, sender, bag.letters, outcomes)
        return outcomes
    brought = Brought(await _bring_files(platform, bag, receiver))
    try:
        async with platform.database.session(receiver.id) as session:
            plugins = await platform.scopes.plugins_of(session, receiver)
            return await receive(platform, session, Scope(receiver, plugins), sender, bag.letters, brought)
    finally:
        for digest, made in brought.made.items():
            if made is not None and digest not in brought.used:
                await discard(platform, made.name)


async def _bring_files(platform: Platform, bag: Bag, receiver: Tenant) -> dict[str, Made | None]:
    """Opens each content with the sender's key and seals it anew with the receiver's."""
    made: dict[str, Made | None] = {}
    for letter in bag.letters:
        for content in _contents(letter):
            if content.sha256 not in made:
                blocks = partial(_verified, content, bag.readers[content.sha256])
                made[content.sha256] = await put_object(platform, receiver.id, content, blocks)
    return made


async def _verified(content: Content, reader: Reader) -> AsyncIterator[bytes]:
    """The content as it is read; raises `Damaged` where it is not what its row calls it. The receiver keeps each content once, under
    its hash: another's under the same hash would stand for its own.
    """
    found, size = sha256(), 0
    async for block in reader.read():
        found.update(block)
        size += len(block)
        yield block
    if Content(found.hexdigest(), size) != content:
        raise damaged()


def _contents(letter: Letter) -> list[Content]:
    files = [] if letter.is_core else msgspec.convert(letter.payload, Payload).files
    return [Content(one.sha256, one.size) for one in files]


async def _settle(platform: Platform, bag: Bag, outcomes: Mapping[uuid.UUID, Outcome]) -> None:
    """The sender's other half: notes what became of its letters, a statement for each answer."""
    answers: dict[Outcome, list[uuid.UUID]] = {}
    for key, outcome in outcomes.items():
        answers.setdefault(outcome, []).append(key)
    async with platform.database.session(bag.sender.id) as session:
        for outcome, keys in answers.items():
            mine = update(SpaceEnvelope).where(SpaceEnvelope.id.in_(keys), SpaceEnvelope.state == "waiting")
            if outcome.state == "later":
                await session.execute(mine.values(problem=outcome.problem))
                continue
            state = "delivered" if outcome.state == "accepted" else "refused"
            now = dt.datetime.now(dt.UTC)
            await session.execute(mine.values(state=state, problem=outcome.problem, settled_at=now))


async def _note_failure(platform: Platform, bag: Bag, receiver: Tenant | None, *, is_last: bool) -> None:
    """Lists the open case on both sides; what it was stands in the log, as it may quote what crossed."""
    problem = "held" if is_last else "failed"
    async with platform.database.session(bag.sender.id) as session:
        mine = update(SpaceEnvelope).where(SpaceEnvelope.id == bag.letters[0].id, SpaceEnvelope.state == "waiting")
        state = "held" if is_last else "waiting"
        await session.execute(mine.values(state=state, problem=problem, attempts=SpaceEnvelope.attempts + 1))
    if receiver is None:
        return
    outcomes = {one.id: Outcome("later", problem) for one in bag.letters}
    async with platform.database.session(receiver.id) as session:
        await note_arrivals(session, Sender(bag.sender.id, bag.sender.name), bag.letters, outcomes)

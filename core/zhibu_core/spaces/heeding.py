"""What a tenant does with another's word on an agreement: a version, a signature, its end, what was erased or read there."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note as audit
from zhibu_core.errors import InvalidInput
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.ending import OPEN, Closed, close
from zhibu_core.spaces.messages import (
    ClosedMessage,
    ErasedMessage,
    Message,
    ReadsMessage,
    SignatureMessage,
    VersionMessage,
    WithdrawnMessage,
)
from zhibu_core.spaces.models import (
    Space,
    SpaceCopy,
    SpaceEnvelope,
    SpaceParty,
    SpaceRead,
    SpaceSignature,
    SpaceVersion,
)
from zhibu_core.spaces.removing import remove_copies
from zhibu_core.spaces.sending import send
from zhibu_core.spaces.terms import check_terms, digest_of, terms_of
from zhibu_core.spaces.versions import come_into_force, keep_version, own_places
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of


@dataclass(frozen=True)
class Sender:
    """The tenant that the courier took the letters from: who sends is never what a letter says."""

    tenant: uuid.UUID
    name: str


class Refused(Exception):
    """The letter is not taken; `reason` is a key that both sides' ledgers show (`crossings.REASONS`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotYet(Exception):
    """A letter that overtook the one it stands on; the courier brings it again."""


async def heed(session: AsyncSession, who: Scope, sender: Sender, space_id: uuid.UUID, message: Message) -> None:
    """Does what the word asks for; raises `Refused`, or `NotYet`."""
    await _HEEDING[type(message)](session, who, sender, space_id, message)


async def _space(session: AsyncSession, sender: Sender, space_id: uuid.UUID) -> Space:
    """The space, of which the sender must be a side."""
    space = await session.scalar(select(Space).where(Space.id == space_id))
    if space is None:
        raise NotYet(str(space_id))
    side = select(SpaceParty.id).where(SpaceParty.space_id == space_id, SpaceParty.party == sender.tenant)
    if await session.scalar(side.limit(1)) is None:
        raise Refused("not_a_party")
    return space


async def _version(
    session: AsyncSession, who: Scope, sender: Sender, space_id: uuid.UUID, said: VersionMessage
) -> None:
    known = select(SpaceVersion.id).where(SpaceVersion.id == said.version_id)
    if await session.scalar(known) is not None:
        return
    space = await session.scalar(select(Space).where(Space.id == space_id))
    await _check_version(session, who, sender, space, said)
    kept = await keep_version(session, who.tenant, space_id, said, made_by_party=sender.tenant)
    await audit(session, who, "space.propose", "space", kept.id, fields=["version"], purpose=said.digest)
    await publish(session, "space.changed" if space else "space.proposed", "space", kept.id)


async def _check_version(
    session: AsyncSession, who: Scope, sender: Sender, space: Space | None, said: VersionMessage
) -> None:
    terms = said.terms
    if digest_of(terms) != said.digest:
        raise Refused("damaged")
    if sender.tenant not in terms.tenants or who.tenant.id not in terms.tenants:
        raise Refused("not_a_party")
    try:
        check_terms(terms)
    except InvalidInput as error:
        raise Refused(error.code) from None
    if space is not None:
        if space.state not in OPEN:
            raise Refused("space_over")
        newest = (await session.scalars(select(SpaceVersion).where(SpaceVersion.id == space.newest_id))).one()
        if terms_of(newest.terms).tenants.keys() != terms.tenants.keys():
            raise Refused("not_a_party")
    places = await own_places(session, [one for one in terms.parties if one.tenant == who.tenant.id])
    for place in places.values():
        if place is None:
            raise Refused("party_unknown")
        if place.abolished_on is not None:
            raise Refused("party_abolished")


async def _signature(
    session: AsyncSession, who: Scope, sender: Sender, space_id: uuid.UUID, said: SignatureMessage
) -> None:
    space = await _space(session, sender, space_id)
    if space.state not in OPEN:
        raise Refused("space_over")
    version = await session.scalar(select(SpaceVersion).where(SpaceVersion.id == said.version_id))
    if version is None:
        raise NotYet(str(said.version_id))
    if said.digest != version.digest:
        raise Refused("damaged")
    known = (SpaceSignature.version_id == version.id, SpaceSignature.party == sender.tenant)
    if await session.scalar(select(SpaceSignature.id).where(*known)) is not None:
        return
    session.add(
        SpaceSignature(
            id=new_id(), space_id=space.id, version_id=version.id, party=sender.tenant, digest=said.digest, signer=said.signer,
            post=said.post, person_id=None, second_factor=said.second_factor, signed_at=said.signed_at,
        )
    )  # fmt: skip
    await session.flush()
    await audit(
        session, who, "space.sign", "space", space.id, fields=["signature of the other side"], purpose=said.digest
    )
    await publish(session, "space.signed", "space", space.id)
    await come_into_force(session, who.tenant, space, version)


async def _closed(session: AsyncSession, who: Scope, sender: Sender, space_id: uuid.UUID, said: ClosedMessage) -> None:
    space = await session.scalar(select(Space).where(Space.id == space_id))
    if space is None:
        return  # it never came, so there is nothing to end
    space = await _space(session, sender, space_id)
    if space.state in OPEN:
        state: Closed = "revoked" if said.state == "revoked" else "ended"
        await close(session, who, space, state, said.reason, by=said.by, party=sender.tenant)


async def _erased(session: AsyncSession, who: Scope, sender: Sender, space_id: uuid.UUID, said: ErasedMessage) -> None:
    space = await _space(session, sender, space_id)
    mine = (
        SpaceEnvelope.space_id == space.id,
        SpaceEnvelope.receiver == sender.tenant,
        SpaceEnvelope.erased_at.is_(None),
    )
    which = (SpaceEnvelope.subject.is_not(None), SpaceEnvelope.state == "delivered")
    if said.envelopes is not None:
        which = (SpaceEnvelope.id.in_(said.envelopes), SpaceEnvelope.state == "delivered")
    await session.execute(update(SpaceEnvelope).where(*mine, *which).values(erased_at=said.at))
    if said.envelopes is None:
        side = (SpaceParty.space_id == space.id, SpaceParty.party == sender.tenant)
        await session.execute(update(SpaceParty).where(*side).values(confirmed_at=said.at, confirmed_count=said.count))
    await audit(
        session, who, "space.erase", "space", space.id, fields=["copies of the other side"], purpose=str(said.count)
    )


async def _withdrawn(
    session: AsyncSession, who: Scope, sender: Sender, space_id: uuid.UUID, said: WithdrawnMessage
) -> None:
    space = await _space(session, sender, space_id)
    theirs = (
        SpaceCopy.space_id == space.id,
        SpaceCopy.owner_tenant == sender.tenant,
        SpaceCopy.subject.in_(said.subjects),
    )
    gone = await remove_copies(session, *theirs)
    count, at = len(gone.copies), instant_of(session)
    await audit(session, who, "space.erase", "space", space.id, fields=["copies"], purpose=str(count))
    await publish(session, "space.withdrawn", "space", space.id)
    await send(session, who, space.id, [sender.tenant], ErasedMessage(count, at, gone.copies))


async def _reads(session: AsyncSession, _: Scope, sender: Sender, space_id: uuid.UUID, said: ReadsMessage) -> None:
    space = await _space(session, sender, space_id)
    sent = select(SpaceEnvelope.id).where(SpaceEnvelope.space_id == space.id, SpaceEnvelope.receiver == sender.tenant)
    mine = set(await session.scalars(sent.where(SpaceEnvelope.id.in_([one.envelope_id for one in said.reads]))))
    rows = [
        {"id": new_id(), "space_id": space.id, "envelope_id": one.envelope_id, "reader": one.reader, "reader_key": one.reader_key,
         "person_id": None, "place": one.place, "read_on": one.read_on, "read_at": one.read_at, "is_own": False, "sent_at": None}
        for one in said.reads if one.envelope_id in mine
    ]  # fmt: skip
    again = "on conflict (tenant_id, envelope_id, reader_key, read_on) do nothing"
    await insert_rows(session, cast("Table", SpaceRead.__table__), rows, on_conflict=again)


Heeding = Callable[[AsyncSession, Scope, Sender, uuid.UUID, Any], Awaitable[None]]
_HEEDING: dict[type[Any], Heeding] = {
    VersionMessage: _version,
    SignatureMessage: _signature,
    ClosedMessage: _closed,
    ErasedMessage: _erased,
    WithdrawnMessage: _withdrawn,
    ReadsMessage: _reads,
}

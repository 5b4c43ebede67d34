"""What a tenant does with another's word on an agreement: a version, a signature, its end, what was erased or read there."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import msgspec
from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note as audit
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.declared import Shareable
from zhibu_core.spaces.ending import OPEN, Closed, close
from zhibu_core.spaces.judging_words import check_version
from zhibu_core.spaces.messages import (
    ClosedMessage,
    ErasedMessage,
    Message,
    ReadsMessage,
    SignatureMessage,
    VersionMessage,
    WithdrawnMessage,
    not_after,
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
from zhibu_core.spaces.outcomes import NotYet, Refused, Sender
from zhibu_core.spaces.removing import remove_copies
from zhibu_core.spaces.sending import send
from zhibu_core.spaces.terms import LONGEST_REASON
from zhibu_core.spaces.versions import come_into_force, keep_version
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of


async def heed(
    session: AsyncSession,
    who: Scope,
    sender: Sender,
    space_id: uuid.UUID,
    message: Message,
    kinds: Mapping[str, Shareable],
) -> None:
    """Does what the word asks for; raises `Refused`, or `NotYet`. `kinds` are all that this installation knows, switched on or off."""
    if isinstance(message, VersionMessage):
        await _version(session, who, sender, space_id, message, kinds)
    else:
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
    session: AsyncSession,
    who: Scope,
    sender: Sender,
    space_id: uuid.UUID,
    said: VersionMessage,
    kinds: Mapping[str, Shareable],
) -> None:
    known = select(SpaceVersion.id).where(SpaceVersion.id == said.version_id)
    if await session.scalar(known) is not None:
        return
    space = await session.scalar(select(Space).where(Space.id == space_id))
    await check_version(session, who, sender, space_id, space, said, kinds)
    said = msgspec.structs.replace(said, made_at=not_after(instant_of(session), said.made_at))
    kept = await keep_version(session, who.tenant, space_id, said, made_by_party=sender.tenant)
    await audit(session, who, "space.propose", "space", kept.id, fields=["version"], purpose=said.digest)
    await publish(session, "space.changed" if space else "space.proposed", "space", kept.id)


async def _signature(
    session: AsyncSession, who: Scope, sender: Sender, space_id: uuid.UUID, said: SignatureMessage
) -> None:
    space = await _space(session, sender, space_id)
    if space.state not in OPEN:
        raise Refused("space_over")
    named = select(SpaceVersion).where(SpaceVersion.id == said.version_id, SpaceVersion.space_id == space.id)
    version = await session.scalar(named)
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
            post=said.post, person_id=None, second_factor=said.second_factor,
            signed_at=not_after(instant_of(session), said.signed_at),
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
        reason, by = said.reason[:LONGEST_REASON], said.by[:LONGEST_REASON]
        await close(session, who, space, state, reason, by=by, party=sender.tenant)


async def _erased(session: AsyncSession, who: Scope, sender: Sender, space_id: uuid.UUID, said: ErasedMessage) -> None:
    space = await _space(session, sender, space_id)
    at = not_after(instant_of(session), said.at)
    mine = (
        SpaceEnvelope.space_id == space.id,
        SpaceEnvelope.receiver == sender.tenant,
        SpaceEnvelope.erased_at.is_(None),
    )
    which = (SpaceEnvelope.subject.is_not(None), SpaceEnvelope.state == "delivered")
    if said.envelopes is not None:
        which = (SpaceEnvelope.id.in_(said.envelopes), SpaceEnvelope.state == "delivered")
    await session.execute(update(SpaceEnvelope).where(*mine, *which).values(erased_at=at))
    if said.envelopes is None:
        side = (SpaceParty.space_id == space.id, SpaceParty.party == sender.tenant)
        await session.execute(update(SpaceParty).where(*side).values(confirmed_at=at, confirmed_count=said.count))
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
    now = instant_of(session)
    rows = [
        {"id": new_id(), "space_id": space.id, "envelope_id": one.envelope_id, "reader": one.reader, "reader_key": one.reader_key,
         "person_id": None, "place": one.place, "read_on": one.read_on, "read_at": not_after(now, one.read_at), "is_own": False,
         "sent_at": None}
        for one in said.reads if one.envelope_id in mine
    ]  # fmt: skip
    again = "on conflict (tenant_id, envelope_id, reader_key, read_on) do nothing"
    await insert_rows(session, cast("Table", SpaceRead.__table__), rows, on_conflict=again)


Heeding = Callable[[AsyncSession, Scope, Sender, uuid.UUID, Any], Awaitable[None]]
_HEEDING: dict[type[Any], Heeding] = {
    SignatureMessage: _signature,
    ClosedMessage: _closed,
    ErasedMessage: _erased,
    WithdrawnMessage: _withdrawn,
    ReadsMessage: _reads,
}

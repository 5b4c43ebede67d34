"""What a tenant does with letters that came to it, in a transaction of its own: checks them against its own copy of the agreement."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

import msgspec
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.jobs import tell_within
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.cases.heeding import heed_case
from zhibu_core.spaces.cases.protocol import Protocol
from zhibu_core.spaces.declared import plugin_of, shareables_for
from zhibu_core.spaces.force import holding
from zhibu_core.spaces.heeding import heed
from zhibu_core.spaces.judging_records import crossing, judged, kind_of, lasts
from zhibu_core.spaces.messages import KINDS, Letter, Payload, digest_of_payload, not_after
from zhibu_core.spaces.models import Space, SpaceArrival, SpaceCopy
from zhibu_core.spaces.outcomes import NotYet, Outcome, Refused, Sender
from zhibu_core.spaces.removing import COPY_FILE, remove_copies
from zhibu_core.spaces.terms import Share, terms_of
from zhibu_core.storage.kinds import clean_name
from zhibu_core.storage.models import File
from zhibu_core.storage.objects import Content, Made, claim_object
from zhibu_core.storage.port import store_unavailable
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of

SETTLED = ("accepted", "refused")


@dataclass(frozen=True)
class Brought:
    """The contents that the courier has put for this tenant already: SHA-256 → what was made (None: it was here)."""

    made: Mapping[str, Made | None] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


async def receive(
    platform: Platform, session: AsyncSession, who: Scope, sender: Sender, letters: Sequence[Letter], brought: Brought
) -> dict[uuid.UUID, Outcome]:
    """What became of each letter, written in the session's transaction; one that came before is answered as it was then.

    Raises `NotYet`, and whatever a letter that cannot be handled raises: then nothing is written.
    """
    await _hold_spaces(session, letters)
    outcomes = await _known(session, sender, letters)
    fresh = [letter for letter in letters if letter.id not in outcomes]
    for letter in [one for one in fresh if one.is_core]:
        outcomes[letter.id] = await _heeded(platform, session, who, sender, letter)
    published: dict[tuple[uuid.UUID, str], list[Letter]] = {}
    for letter in [one for one in fresh if not one.is_core]:
        published.setdefault((letter.space_id, letter.kind), []).append(letter)
    for (space_id, kind), group in published.items():
        outcomes |= await _take(platform, session, who, sender, space_id, kind, group, brought)
    await note_arrivals(session, sender, fresh, outcomes)
    return outcomes


async def note_arrivals(
    session: AsyncSession, sender: Sender, letters: Sequence[Letter], outcomes: Mapping[uuid.UUID, Outcome]
) -> None:
    """Writes what came, and what became of it: the receiver's half of the ledger."""
    rows, now = [], instant_of(session)
    for one in letters:
        outcome = outcomes[one.id]
        rows.append(
            {"id": one.id, "space_id": one.space_id, "parcel_id": one.parcel_id, "kind": one.kind, "sender": sender.tenant,
             "fields": one.fields, "purpose": one.purpose, "digest": one.digest, "made_by_name": one.made_by_name,
             "made_at": not_after(now, one.made_at), "arrived_at": now, "attempts": 1, "problem": outcome.problem,
             "state": "open" if outcome.state == "later" else outcome.state, "subject": one.subject}
        )  # fmt: skip
    await session.flush()
    again = """on conflict (tenant_id, id) do update set state = excluded.state, problem = excluded.problem,
        arrived_at = excluded.arrived_at, attempts = space_arrival.attempts + 1 where space_arrival.state = 'open'"""
    await insert_rows(session, cast("Table", SpaceArrival.__table__), rows, on_conflict=again)


async def _hold_spaces(session: AsyncSession, letters: Sequence[Letter]) -> None:
    """Two couriers with the same letters go one after the other, and a revocation before or after them. Who holds a record and sends
    it (a share of the agreement's key) is not kept waiting: we may come to wait for that record.
    """
    keys = sorted({letter.space_id for letter in letters})
    await session.execute(select(Space.id).where(Space.id.in_(keys)).order_by(Space.id).with_for_update(key_share=True))


async def _known(session: AsyncSession, sender: Sender, letters: Sequence[Letter]) -> dict[uuid.UUID, Outcome]:
    """What became of those that this sender brought before; one of another's id is damaged."""
    query = select(SpaceArrival.id, SpaceArrival.sender, SpaceArrival.state, SpaceArrival.problem)
    found: dict[uuid.UUID, Outcome] = {}
    for key, by, state, problem in await session.execute(query.where(SpaceArrival.id.in_([one.id for one in letters]))):
        if by != sender.tenant:
            found[key] = Outcome("refused", "damaged")
        elif state in SETTLED:
            found[key] = Outcome(cast("Literal['accepted', 'refused']", state), problem)
    return found


async def _heeded(platform: Platform, session: AsyncSession, who: Scope, sender: Sender, letter: Letter) -> Outcome:
    try:
        if digest_of_payload(letter.payload) != letter.digest or letter.kind not in KINDS:
            raise Refused("damaged")
        message = msgspec.convert(letter.payload, KINDS[letter.kind])
        await heed(session, who, sender, letter.space_id, message, shareables_for(platform, None))
    except msgspec.ValidationError:
        return Outcome("refused", "damaged")
    except Refused as refused:
        return Outcome("refused", refused.reason)
    return Outcome("accepted")


async def _take(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    sender: Sender,
    space_id: uuid.UUID,
    kind: str,
    letters: Sequence[Letter],
    brought: Brought,
) -> dict[uuid.UUID, Outcome]:
    """Records of one kind: each becomes a row of this tenant's own, or is refused by name."""
    space = await session.scalar(select(Space).where(Space.id == space_id))
    if space is None or space.state == "proposed":
        raise NotYet(f"{space_id} is not in force here yet")
    version = await holding(session, who, space.id)
    if version is None or sender.tenant not in (terms := terms_of(version.terms)).tenants:
        return {one.id: Outcome("refused", "space_over") for one in letters}
    if any(isinstance(under := one.payload.get("under"), int) and under > version.number for one in letters):
        raise NotYet(f"{space.id} holds here in version {version.number} only")
    declared = shareables_for(platform, who.plugins).get(kind)
    if declared is None:
        return {one.id: Outcome("later", "plugin_off") for one in letters}
    share = terms.share(kind, terms.tenants[sender.tenant])
    outcomes = {one.id: judged(share, declared, one) for one in letters}
    if declared.case is not None:
        await _heed_cases(session, who, sender, declared.case, letters, outcomes)
    accepted = [one for one in letters if outcomes[one.id].state == "accepted"]
    if share is not None:
        await _keep(session, who, sender, share, accepted, terms.ends_on)
    for one in accepted:
        await _keep_files(platform, session, one, brought)
    for parcel in {one.parcel_id for one in accepted}:
        event = await publish(session, "space.received", "space_parcel", parcel)
        # Whose records they are hears of it here and now: a moment later the agreement may be over, and nothing of them be read.
        await tell_within(session, platform, who, plugin_of(kind), event)
    return outcomes


async def _heed_cases(
    session: AsyncSession,
    who: Scope,
    sender: Sender,
    protocol: Protocol,
    letters: Sequence[Letter],
    outcomes: dict[uuid.UUID, Outcome],
) -> None:
    """Records that are cases move ours on in the same transaction; one that does not fit it is refused by name."""
    for letter in letters:
        if outcomes[letter.id].state == "accepted":
            try:
                await heed_case(session, who, sender, protocol, letter)
            except Refused as refused:
                outcomes[letter.id] = Outcome("refused", refused.reason)


async def _keep(
    session: AsyncSession, who: Scope, sender: Sender, share: Share, letters: Sequence[Letter], last: dt.date
) -> None:
    """Writes the copies; of a record that came before, the newer one stays. On what basis and until when is what this side's
    own copy of the agreement says.
    """
    newest: dict[uuid.UUID, Letter] = {}
    for one in sorted(letters, key=lambda letter: letter.id):
        if one.subject is not None:
            newest[one.subject] = one
    if not newest:
        return
    mine = (SpaceCopy.space_id == letters[0].space_id, SpaceCopy.owner_tenant == sender.tenant)
    there = select(SpaceCopy.subject, SpaceCopy.id).where(
        *mine, SpaceCopy.subject.in_([one.subject for one in newest.values()])
    )
    before: dict[uuid.UUID, uuid.UUID] = dict((await session.execute(there)).all())
    newest = {key: one for key, one in newest.items() if one.subject not in before or before[one.subject] < one.id}
    replaced = [before[one.subject] for one in newest.values() if one.subject in before]
    if replaced:
        await remove_copies(session, SpaceCopy.id.in_(replaced))
    made = [
        {"id": one.id, "space_id": one.space_id, "parcel_id": one.parcel_id, "owner_tenant": sender.tenant,
         "plugin": plugin_of(one.kind), "kind": one.kind, "subject": one.subject, "record": one.payload["record"],
         "purpose": one.purpose, "basis": {field.key: field.basis for field in crossing(share, one) if field.personal},
         "made_at": not_after(instant_of(session), one.made_at), "received_at": instant_of(session),
         "expires_on": lasts(who.today, last, share, one)}
        for one in newest.values()
    ]  # fmt: skip
    await insert_rows(session, cast("Table", SpaceCopy.__table__), made)


async def _keep_files(platform: Platform, session: AsyncSession, letter: Letter, brought: Brought) -> None:
    for sent in msgspec.convert(letter.payload, Payload).files:
        kind, content = kind_of(sent), Content(sent.sha256, sent.size)
        found, used = await claim_object(platform, session, content, brought.made[sent.sha256])
        if not found:
            raise store_unavailable("claim")
        if used:
            brought.used.add(sent.sha256)
        row = File(
            id=new_id(), name=clean_name(sent.name, kind), size=sent.size, sha256=sent.sha256, content_type=kind.content_type,
            object_type=COPY_FILE, object_id=letter.id, uploaded_by=None, uploaded_at=instant_of(session),
        )  # fmt: skip
        row.state = (
            "waiting" if platform.settings.storage.clamd else "clean"
        )  # that the sender found no virus is its word
        session.add(row)
    await session.flush()

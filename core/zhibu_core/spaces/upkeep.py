"""What a tenant does by itself with its agreements: removes copies that are over, ends what the calendar ends, tells what was read."""

import datetime as dt
import uuid

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note as audit
from zhibu_core.platform import Platform
from zhibu_core.schedule import Scheduled
from zhibu_core.spaces.cases.closing import lapse_cases
from zhibu_core.spaces.ending import OPEN, close, withdraw_waiting
from zhibu_core.spaces.messages import CORE, ErasedMessage, Reading, ReadsMessage
from zhibu_core.spaces.models import Space, SpaceArrival, SpaceCopy, SpaceEnvelope, SpaceParty, SpaceRead
from zhibu_core.spaces.removing import remove_copies
from zhibu_core.spaces.sending import other_tenants, send
from zhibu_core.storage.objects import discard
from zhibu_core.tenancy.directory import GlobalTenant, all_tenants
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.tenancy.session import instant_of

AT_WORK = ("open", "suspended")
AT_ONCE = 1_000
"""Readings in one envelope, and copies in one transaction."""


async def erase_space(platform: Platform, tenant: Tenant, space_id: uuid.UUID) -> int:
    """Removes this side's copies of an agreement that is over, and what it sent; confirms that to each owner. How many."""
    async with platform.database.session(tenant.id) as session:
        space = await session.scalar(select(Space).where(Space.id == space_id).with_for_update())
        if space is None or space.state in OPEN or space.erased_at is not None:
            return 0
        counts = await _count(session, space_id)
        gone = await remove_copies(session, SpaceCopy.space_id == space_id)
        sent = (SpaceEnvelope.space_id == space_id, SpaceEnvelope.kind.not_like(f"{CORE}%"))
        await withdraw_waiting(session, space_id)  # what somebody was publishing while it was closed
        await session.execute(update(SpaceEnvelope).where(*sent).values(payload=None))
        space.erased_at, space.erased_count = instant_of(session), len(gone.copies)
        await session.flush()
        who = Scope(tenant, frozenset())
        await audit(session, who, "space.erase", "space", space_id, fields=["copies"], purpose=str(len(gone.copies)))
        for other in await other_tenants(session, space_id):
            await send(session, who, space_id, [other], ErasedMessage(counts.get(other, 0), space.erased_at))
    for name in gone.objects:
        await discard(platform, name)
    return len(gone.copies)


async def tell_reads(platform: Platform, tenant: Tenant, space_id: uuid.UUID) -> int:
    """Sends what was read since the last time to the copies' owners; how many readings."""
    async with platform.database.session(tenant.id) as session:
        untold = (SpaceRead.space_id == space_id, SpaceRead.is_own, SpaceRead.sent_at.is_(None))
        reads = list(await session.scalars(select(SpaceRead).where(*untold).limit(AT_ONCE).with_for_update()))
        owners = await _owners(session, [one.envelope_id for one in reads])
        by_owner: dict[uuid.UUID, list[Reading]] = {}
        for one in reads:
            said = Reading(one.envelope_id, one.reader, one.reader_key, one.place, one.read_on, one.read_at)
            by_owner.setdefault(owners[one.envelope_id], []).append(said)
            one.sent_at = instant_of(session)
        for owner, said_of in by_owner.items():
            await send(session, Scope(tenant, frozenset()), space_id, [owner], ReadsMessage(said_of))
    return len(reads)


async def keep_up_everywhere(platform: Platform, now: dt.datetime) -> None:
    """Every tenant that is neither coming nor going."""
    del now  # each tenant has its own day
    async with platform.database.system_session() as system:
        tenants = await all_tenants(system)
    for tenant in tenants:
        if tenant.state in AT_WORK:
            await keep_up(platform, tenant)


async def keep_up(platform: Platform, tenant: Tenant) -> int:
    """Ends agreements whose last day is over or whose other side is no more, lapses cases that were not answered, and removes copies
    that have expired. How many agreements.
    """
    who, today = Scope(tenant, frozenset()), tenant.current_day()
    async with platform.database.session(tenant.id) as session:
        left_alone = select(SpaceParty.space_id).where(~exists().where(GlobalTenant.id == SpaceParty.party))
        over = or_(Space.ends_on < today, Space.id.in_(left_alone))
        spaces = list(await session.scalars(select(Space).where(Space.state.in_(OPEN), over).with_for_update()))
        for space in spaces:
            reason = "expired" if space.ends_on < today else "party_gone"
            await close(session, who, space, "ended", reason, by=None, party=None)
        await lapse_cases(session, who)
        objects = await _remove_expired(session, who)
        left = list(await session.scalars(select(Space.id).where(Space.state.not_in(OPEN), Space.erased_at.is_(None))))
    for name in objects:
        await discard(platform, name)
    for space_id in left:
        await erase_space(platform, tenant, space_id)
    return len(spaces)


async def _remove_expired(session: AsyncSession, who: Scope) -> list[str]:
    going_on = select(Space.id).where(Space.state.in_(OPEN))
    query = select(SpaceCopy.id, SpaceCopy.space_id, SpaceCopy.owner_tenant)
    query = query.where(SpaceCopy.expires_on < who.today, SpaceCopy.space_id.in_(going_on))
    by_owner: dict[tuple[uuid.UUID, uuid.UUID], list[uuid.UUID]] = {}
    for key, space_id, owner in await session.execute(query.order_by(SpaceCopy.id).limit(AT_ONCE)):
        by_owner.setdefault((space_id, owner), []).append(key)
    objects: list[str] = []
    for (space_id, owner), keys in by_owner.items():
        gone = await remove_copies(session, SpaceCopy.id.in_(keys))
        objects += gone.objects
        await audit(session, who, "space.erase", "space", space_id, fields=["expired copies"], purpose=str(len(keys)))
        await send(session, who, space_id, [owner], ErasedMessage(len(keys), instant_of(session), keys))
    return objects


async def _count(session: AsyncSession, space_id: uuid.UUID) -> dict[uuid.UUID, int]:
    query = select(SpaceCopy.owner_tenant, func.count()).where(SpaceCopy.space_id == space_id)
    return dict((await session.execute(query.group_by(SpaceCopy.owner_tenant))).all())


async def _owners(session: AsyncSession, envelopes: list[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Who sent these: the arrival stays when the copy is gone."""
    query = select(SpaceArrival.id, SpaceArrival.sender).where(SpaceArrival.id.in_(envelopes))
    return dict((await session.execute(query)).all())


SCHEDULED = (Scheduled("spaces.keep_up", dt.timedelta(hours=1), keep_up_everywhere),)

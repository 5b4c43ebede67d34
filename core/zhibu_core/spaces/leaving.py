"""Ends a tenant's agreements at their other sides while its letters can still be read: before it is erased."""

from sqlalchemy import func, select

from zhibu_core.platform import Platform
from zhibu_core.spaces.ending import close_all
from zhibu_core.spaces.lane import SpaceLane
from zhibu_core.spaces.models import SpaceEnvelope
from zhibu_core.tenancy.scope import Scope, Tenant

PASSES = 20
LEFT = "party_gone"


async def end_at_others(platform: Platform, tenant: Tenant) -> int:
    """Closes what is open and lets the courier say so; how many agreements.

    Where it cannot be said now (the other side is suspended), the other side ends it by itself within the hour that this
    tenant is gone.
    """
    async with platform.database.session(tenant.id) as session:
        count = await close_all(session, Scope(tenant, frozenset()), LEFT)
    lane = SpaceLane(platform)
    for _ in range(PASSES):
        async with platform.database.session(tenant.id) as session:
            query = select(func.count()).select_from(SpaceEnvelope).where(SpaceEnvelope.state == "waiting")
            waiting = await session.scalar(query.where(SpaceEnvelope.kind == "core.closed"))
        if not waiting:
            break
        await lane.run_once()
    return count

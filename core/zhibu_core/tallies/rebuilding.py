"""Counts a tenant's tallies anew: after rows came in otherwise than by their writers, and to see that they were true."""

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tallies.facts import rebuild_fact_tallies
from zhibu_core.tallies.members import count_members


async def rebuild_tallies(session: AsyncSession) -> int:
    """Makes the tallies of the session's tenant what its facts and memberships say; returns how many had been wrong."""
    return await rebuild_fact_tallies(session) + await count_members(session)

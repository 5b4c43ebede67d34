"""Forgets what the directory said of one person, when that person's data are erased."""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_tenants.scim.models import DirectoryMember, DirectoryUser


async def forget(session: AsyncSession, person_id: uuid.UUID) -> None:
    """Deletes every user, deleted ones too, that stood for the person, and who they were in groups with."""
    mine = select(DirectoryUser.id).where(DirectoryUser.person_id == person_id)
    users = list(await session.scalars(mine))
    await session.execute(delete(DirectoryMember).where(DirectoryMember.user_id.in_(users)))
    await session.execute(delete(DirectoryUser).where(DirectoryUser.id.in_(users)))

"""Removes copies with the rows of their files; what crossed and who read it stays in the ledger."""

import uuid
from dataclasses import dataclass

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from zhibu_core.spaces.models import SpaceArrival, SpaceCopy
from zhibu_core.storage.models import File, FileObject
from zhibu_core.tenancy.session import instant_of

COPY_FILE = "core.space_copy"
"""What a file that came with a copy belongs to; its `object_id` is the copy's."""


@dataclass(frozen=True)
class Removed:
    """The copies that went, and the names of the objects that no file has any more: `discard` them after the commit."""

    copies: list[uuid.UUID]
    objects: list[str]


async def remove_copies(session: AsyncSession, *conditions: ColumnElement[bool]) -> Removed:
    """Removes the copies that meet the conditions, in the session's transaction (at most five statements)."""
    gone = list(await session.scalars(delete(SpaceCopy).where(*conditions).returning(SpaceCopy.id)))
    if not gone:
        return Removed([], [])
    at = instant_of(session)
    await session.execute(update(SpaceArrival).where(SpaceArrival.id.in_(gone)).values(erased_at=at))
    return Removed(gone, await remove_files(session, gone))


async def remove_files(session: AsyncSession, copies: list[uuid.UUID]) -> list[str]:
    """Removes the files of these copies; the names of the objects that nothing else has."""
    mine = (File.object_type == COPY_FILE, File.object_id.in_(copies))
    contents = set(await session.scalars(select(File.sha256).where(*mine)))
    if not contents:
        return []
    await session.execute(delete(File).where(*mine))
    unused = ~exists().where(File.tenant_id == FileObject.tenant_id, File.sha256 == FileObject.sha256)
    dropped = delete(FileObject).where(FileObject.sha256.in_(contents), unused)
    return list(await session.scalars(dropped.returning(FileObject.name)))

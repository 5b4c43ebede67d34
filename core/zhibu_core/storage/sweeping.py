"""Removes what nobody needs any more: unfinished uploads, withdrawn files, and objects that no row names."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.storage.models import File, FileObject, FileUpload
from zhibu_core.storage.objects import discard
from zhibu_core.storage.port import objects_of, parts_of, prefix_of
from zhibu_core.storage.uploads import discard_parts, stale_uploads

REST = dt.timedelta(days=1)
"""How long anything is left alone: no upload and no put takes as long."""


@dataclass(frozen=True)
class Swept:
    """How many there were of each; strays are objects in the store without a row."""

    uploads: int = 0
    files: int = 0
    objects: int = 0
    strays: int = 0


async def sweep_tenant(platform: Platform, tenant: uuid.UUID, now: dt.datetime) -> Swept:
    """Sweeps one tenant; broken off anywhere, the next sweep does the rest."""
    before = now - REST
    async with platform.database.session(tenant) as session:
        uploads = await stale_uploads(session, before)
        gone = delete(File).where(File.withdrawn_at < before).returning(File.id)
        files = len((await session.scalars(gone)).all())
    for upload in uploads:
        await discard_parts(platform, upload)
    objects = await _unused_objects(platform, tenant, before)
    return Swept(len(uploads), files, objects, await _strays(platform, tenant, before))


async def _unused_objects(platform: Platform, tenant: uuid.UUID, before: dt.datetime) -> int:
    """Rows go first, each in a transaction of its own: a row may wait for the upload that takes its content up again."""
    unused = ~exists().where(File.tenant_id == FileObject.tenant_id, File.sha256 == FileObject.sha256)
    async with platform.database.session(tenant) as session:
        candidates = list(await session.scalars(select(FileObject.id).where(FileObject.put_at < before, unused)))
    count = 0
    for candidate in candidates:
        async with platform.database.session(tenant) as session:
            await session.scalar(select(FileObject.id).where(FileObject.id == candidate).with_for_update())
            # A statement of its own: it sees the files that were added while the lock was waited for.
            name = await session.scalar(
                delete(FileObject).where(FileObject.id == candidate, unused).returning(FileObject.name)
            )
        if name is not None:
            await discard(platform, name)
            count += 1
    return count


async def _strays(platform: Platform, tenant: uuid.UUID, before: dt.datetime) -> int:
    old = [one.name async for one in platform.store.below(prefix_of(tenant)) if one.put_at < before]
    if not old:
        return 0
    async with platform.database.session(tenant) as session:
        known = await known_names(session)
    strays = [name for name in old if name not in known]
    for name in strays:
        await platform.store.delete(name)
    return len(strays)


async def known_names(session: AsyncSession) -> set[str]:
    """The names of all objects and parts that rows of the tenant name."""
    names = set(await session.scalars(select(FileObject.name)))
    for parts in await session.scalars(select(FileUpload.parts)):
        names |= {part["name"] for part in parts}
    return names


async def erase_objects(platform: Platform, tenant: uuid.UUID) -> int:
    """Deletes every object of the tenant; how many whole files were among them."""
    count = 0
    for prefix, counts in ((objects_of(tenant), True), (parts_of(tenant), False)):
        for name in [one.name async for one in platform.store.below(prefix)]:
            count += await platform.store.delete(name) and counts
    return count

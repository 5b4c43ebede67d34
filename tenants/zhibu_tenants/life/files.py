"""The contents of files in a tenant's archive: written as they were uploaded, taken in under the new tenant's own key."""

import zipfile
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from typing import IO

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Unavailable
from zhibu_core.platform import Platform
from zhibu_core.storage.models import File, FileObject
from zhibu_core.storage.objects import Content, Made, claim_object, put_object, reader_of
from zhibu_core.storage.sealing import Damaged
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.words import Words
from zhibu_tenants.life.archive import FileEntry, bad_archive

BLOCK = 1 << 20
Contents = Sequence[tuple[Content, Made | None]]


async def write_files(platform: Platform, session: AsyncSession, archive: zipfile.ZipFile) -> list[FileEntry]:
    """Writes every content that the snapshot's files have; raises `Unavailable` naming a file that is damaged.

    An archive that lacks something would prove whole and not be: nothing is left out in silence.
    """
    objects = list(await session.scalars(select(FileObject).order_by(FileObject.sha256)))
    return [await _write(platform, session, archive, one) for one in objects]


async def _write(platform: Platform, session: AsyncSession, archive: zipfile.ZipFile, one: FileObject) -> FileEntry:
    entry, digest = FileEntry(f"files/{one.sha256}", one.size, one.sha256), sha256()
    try:
        with archive.open(entry.file, "w", force_zip64=True) as file:
            async for block in reader_of(platform, one).read():
                digest.update(block)
                file.write(block)
    except Damaged:
        raise await _damaged(session, one) from None
    if digest.hexdigest() != one.sha256:
        raise await _damaged(session, one)
    return entry


async def _damaged(session: AsyncSession, one: FileObject) -> Unavailable:
    names = await session.scalars(select(File.name).where(File.sha256 == one.sha256).limit(3))
    shown = ", ".join(names) or one.sha256
    return Unavailable(
        "file_damaged",
        Words(
            f"附件“{shown}”在存储中已损坏或丢失，没有导出。请先用 zhibu files check 查看并从备份恢复。",
            f"The file “{shown}” is damaged or gone in the storage; nothing was exported. See zhibu files check, and restore it.",
        ),
    )


async def put_files(
    platform: Platform, tenant: Tenant, archive: zipfile.ZipFile, entries: Sequence[FileEntry]
) -> Contents:
    """Puts the archive's contents, sealed anew; `claim_files` makes their rows once the tables are filled."""
    found: list[tuple[Content, Made | None]] = []
    for entry in entries:
        content = Content(entry.sha256, entry.size)
        with archive.open(entry.file) as file:
            found.append((content, await put_object(platform, tenant.id, content, lambda file=file: _blocks(file))))  # type: ignore[misc]
    return found


async def claim_files(platform: Platform, session: AsyncSession, contents: Contents) -> None:
    """Writes the rows of the contents; raises `InvalidInput` where a file of the archive has none."""
    for content, made in contents:
        await claim_object(platform, session, content, made)
    has_one = select(FileObject.id).where(FileObject.tenant_id == File.tenant_id, FileObject.sha256 == File.sha256)
    lost = select(func.count()).select_from(File).where(File.state != "refused", ~has_one.exists())
    if number := await session.scalar(lost):
        raise bad_archive(f"缺少 {number} 个附件的内容", f"the contents of {number} files are missing")


async def _blocks(file: IO[bytes]) -> AsyncIterator[bytes]:
    while block := file.read(BLOCK):
        yield block

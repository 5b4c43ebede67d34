"""Uploads that survive a broken connection: begun, sent in parts, and finished with the SHA-256 of the whole."""

import asyncio
import datetime as dt
import tempfile
import uuid
from collections.abc import AsyncIterator
from typing import BinaryIO, cast

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput, NotFound
from zhibu_core.platform import Platform
from zhibu_core.storage.keeping import Belongs, keep_file, too_large
from zhibu_core.storage.models import File, FileUpload
from zhibu_core.storage.port import parts_of
from zhibu_core.storage.sealing import Seal, new_key, opened, sealed
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words

KEY = "file_upload.key"
MOST_OPEN = 20
"""Uploads that one person may have under way."""

LARGEST_PART = 8 * 1024 * 1024
"""Bytes that one request may send: as much is lost where the connection breaks."""

IN_MEMORY = 1 << 20


async def begin_upload(
    platform: Platform, session: AsyncSession, who: Scope, name: str, size: int, belongs: Belongs
) -> FileUpload:
    """Begins an upload of `size` bytes; whoever calls has checked that `who` may write there. Raises `InvalidInput`."""
    largest = platform.settings.storage.largest
    if not 0 < size <= largest:
        raise too_large(name[:120], largest)
    mine = select(func.count()).select_from(FileUpload).where(FileUpload.started_by == who.person())
    if (await session.scalar(mine) or 0) >= MOST_OPEN:
        raise InvalidInput(
            "uploads_open",
            Words(
                f"您有 {MOST_OPEN} 个没有完成的上传。请先完成或取消，一天后它们也会自动清除。",
                f"You have {MOST_OPEN} unfinished uploads. Finish or cancel some; after a day they are swept.",
            ),
        )
    keys, upload_id = platform.keyring, new_id()
    cipher = keys.cipher(who.tenant.id, KEY)
    suite = keys.keys_of(who.tenant.id).data[-1].suite
    upload = FileUpload(
        id=upload_id,
        name=name[:500],
        size=size,
        received=0,
        parts=[],
        suite=suite,
        key=cipher.seal(new_key(suite), upload_id),
        object_type=belongs.object_type,
        object_id=belongs.object_id,
        started_by=who.person(),
        touched_at=instant_of(session),
    )
    session.add(upload)
    await session.flush()
    return upload


async def upload_of(session: AsyncSession, who: Scope, upload_id: uuid.UUID, *, locked: bool = False) -> FileUpload:
    """The asker's own upload; raises `NotFound` for any other."""
    query = select(FileUpload).where(FileUpload.id == upload_id, FileUpload.started_by == who.person())
    found = await session.scalar(query.with_for_update() if locked else query)
    if found is None:
        raise NotFound(
            "not_found",
            Words("没有这个上传，或已经结束。", "There is no such upload, or it is over."),
            field="upload",
        )
    return found


async def receive_part(
    platform: Platform, who: Scope, upload_id: uuid.UUID, offset: int, content: AsyncIterator[bytes]
) -> int:
    """Keeps a part that begins at `offset`, whole or not at all, and returns how much there is now.

    Raises `Conflict` where the upload does not go on at `offset`, `InvalidInput` for too much.
    """
    async with platform.database.session(who.tenant.id) as session:
        upload = await upload_of(session, who, upload_id)
    _check_offset(upload, offset)
    name = f"{parts_of(who.tenant.id)}{upload.id}/{new_id()}"
    counted = _Counted(content, min(LARGEST_PART, upload.size - offset), upload.name)
    kept = False
    try:
        await platform.store.put(name, sealed(_seal(platform, upload), counted.blocks()))
        async with platform.database.session(who.tenant.id) as session:
            fresh = await upload_of(session, who, upload_id, locked=True)
            _check_offset(fresh, offset)
            fresh.parts = [*fresh.parts, {"name": name, "size": counted.size}]
            fresh.received = received = offset + counted.size
            fresh.touched_at = instant_of(session)
        kept = True
    finally:
        if not kept:
            await platform.store.delete(name)
    return received


async def finish_upload(platform: Platform, who: Scope, upload_id: uuid.UUID, sha256: str, belongs_action: str) -> File:
    """Puts the parts together and keeps the file; asked again, it answers the same. Raises as `keep_file` does."""
    async with platform.database.session(who.tenant.id) as session:
        done = await session.scalar(select(File).where(File.id == upload_id, File.uploaded_by == who.person()))
        if done is not None:
            return done
        upload = await upload_of(session, who, upload_id)
    if upload.received != upload.size:
        raise _out_of_step(upload)

    async def remove(session: AsyncSession) -> None:
        if not (
            await session.scalars(delete(FileUpload).where(FileUpload.id == upload_id).returning(FileUpload.id))
        ).all():
            raise _out_of_step(upload)

    belongs = Belongs(upload.object_type, upload.object_id, belongs_action)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as whole:
        source = cast("BinaryIO", whole)
        async for block in _joined(platform, upload):
            await asyncio.to_thread(source.write, block)
        file = await keep_file(
            platform, who, source, upload.name, belongs, file_id=upload_id, expected=sha256.lower(), alongside=remove
        )
    await discard_parts(platform, upload)
    return file


async def cancel_upload(platform: Platform, who: Scope, upload_id: uuid.UUID) -> None:
    """Forgets the upload and what came of it."""
    async with platform.database.session(who.tenant.id) as session:
        upload = await upload_of(session, who, upload_id, locked=True)
        await session.delete(upload)
    await discard_parts(platform, upload)


async def discard_parts(platform: Platform, upload: FileUpload) -> None:
    """Deletes the parts of an upload that is over."""
    for part in upload.parts:
        await platform.store.delete(part["name"])


async def stale_uploads(session: AsyncSession, before: dt.datetime) -> list[FileUpload]:
    """Removes the rows of uploads that nobody went on with since `before`, and returns them."""
    rows = list(await session.scalars(select(FileUpload).where(FileUpload.touched_at < before).with_for_update()))
    for row in rows:
        await session.delete(row)
    return rows


class _Counted:
    """A part's content, counted; raises once there is more than may come."""

    def __init__(self, content: AsyncIterator[bytes], most: int, name: str) -> None:
        self.size = 0
        self._content, self._most, self._name = content, most, name

    async def blocks(self) -> AsyncIterator[bytes]:
        async for block in self._content:
            self.size += len(block)
            if self.size > self._most:
                raise too_large(self._name[:120], self._most)
            yield block


async def _joined(platform: Platform, upload: FileUpload) -> AsyncIterator[bytes]:
    seal = _seal(platform, upload)
    for part in upload.parts:
        async for block in opened(platform.store, part["name"], seal, part["size"], 0, part["size"]):
            yield block


def _seal(platform: Platform, upload: FileUpload) -> Seal:
    key = platform.keyring.cipher(upload.tenant_id, KEY).open(upload.key, upload.id)
    return Seal(upload.suite, key, upload.id)


def _check_offset(upload: FileUpload, offset: int) -> None:
    if offset != upload.received:
        raise _out_of_step(upload)


def _out_of_step(upload: FileUpload) -> Conflict:
    return Conflict(
        "upload_offset",
        Words(
            f"上传已收到 {upload.received} / {upload.size} 字节，请从这里继续。",
            f"{upload.received} of {upload.size} bytes have arrived; go on from there.",
        ),
        field="Upload-Offset",
    )

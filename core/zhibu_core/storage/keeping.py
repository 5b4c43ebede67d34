"""Keeps a file: looks at the content, seals it into an object unless the tenant has it already, then writes its row."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.storage.kinds import BLOCK, clean_name, kind_of, not_kept
from zhibu_core.storage.models import File
from zhibu_core.storage.objects import Content, claim_object, discard, put_object
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words


@dataclass(frozen=True)
class Belongs:
    """What a file belongs to, and the action under which it is written, such as "orglife.meeting.record"."""

    object_type: str
    object_id: uuid.UUID
    action: str


Alongside = Callable[[AsyncSession], Awaitable[None]]


async def keep_file(
    platform: Platform,
    who: Scope,
    source: BinaryIO,
    given_name: str,
    belongs: Belongs,
    *,
    file_id: uuid.UUID | None = None,
    expected: str | None = None,
    alongside: Alongside | None = None,
) -> File:
    """Keeps what `source` (seekable) holds, and returns the row, written in a transaction of its own with `alongside`.

    The content is in the store before the row is: whoever is killed between leaves an object that the sweep finds. Raises
    `InvalidInput` for what is empty, too large, of another kind, or not `expected` (SHA-256 in hexadecimal).
    """
    content = await asyncio.to_thread(measure, source, platform.settings.storage.largest, given_name)
    if expected is not None and expected != content.sha256:
        raise _broken(given_name)
    kind = await asyncio.to_thread(kind_of, source)
    if kind is None:
        raise not_kept(given_name)
    row = File(
        id=file_id or new_id(),
        name=clean_name(given_name, kind),
        size=content.size,
        sha256=content.sha256,
        content_type=kind.content_type,
        state="waiting" if platform.settings.storage.clamd else "clean",
        object_type=belongs.object_type,
        object_id=belongs.object_id,
        uploaded_by=who.person(),
    )
    while not await _written(platform, who, row, content, source, belongs, alongside):
        pass  # the object that was found before has been swept meanwhile
    return row


async def _written(
    platform: Platform,
    who: Scope,
    row: File,
    content: Content,
    source: BinaryIO,
    belongs: Belongs,
    alongside: Alongside | None,
) -> bool:
    made = await put_object(platform, who.tenant.id, content, lambda: blocks_of(source))
    used = False
    try:
        async with platform.database.session(who.tenant.id) as session:
            found, used = await claim_object(platform, session, content, made)
            if not found:
                return False
            if alongside is not None:
                await alongside(session)
            row.uploaded_at = instant_of(session)
            session.add(row)
            await note(session, who, belongs.action, "file", row.id, fields=["content"])
    finally:
        if made is not None and not used:
            await discard(platform, made.name)
    return True


def measure(source: BinaryIO, largest: int, name: str) -> Content:
    """Size and SHA-256, read in blocks; raises `InvalidInput` for an empty or too large one."""
    digest, size = sha256(), 0
    source.seek(0)
    while block := source.read(BLOCK):
        digest.update(block)
        size += len(block)
        if size > largest:
            raise too_large(name, largest)
    if not size:
        raise InvalidInput("file_empty", Words(f"“{name}”是空文件。", f"“{name}” is empty."), field="files")
    return Content(digest.hexdigest(), size)


async def blocks_of(source: BinaryIO) -> AsyncIterator[bytes]:
    """The whole of a local file in blocks, read in a thread."""
    await asyncio.to_thread(source.seek, 0)
    while block := await asyncio.to_thread(source.read, BLOCK):
        yield block


async def withdraw_file(session: AsyncSession, who: Scope, file: File, action: str) -> None:
    """Takes the file off what it belongs to; its content is swept a day later where no other file has it."""
    file.withdrawn_at = instant_of(session)
    await note(session, who, action, "file", file.id, fields=["withdrawn_at"])


async def files_of(session: AsyncSession, object_type: str, keys: list[uuid.UUID]) -> dict[uuid.UUID, list[File]]:
    """The files of each of these objects, oldest first, in one statement; withdrawn ones are left out."""
    query = select(File).where(File.object_type == object_type, File.object_id.in_(keys), File.withdrawn_at.is_(None))
    found: dict[uuid.UUID, list[File]] = {key: [] for key in keys}
    for file in await session.scalars(query.order_by(File.uploaded_at, File.id)):
        found[file.object_id].append(file)
    return found


async def count_files(session: AsyncSession, belongs: Belongs) -> int:
    """How many files it has."""
    query = select(func.count()).select_from(File)
    mine = (File.object_type == belongs.object_type, File.object_id == belongs.object_id, File.withdrawn_at.is_(None))
    return await session.scalar(query.where(*mine)) or 0


def too_large(name: str, largest: int) -> InvalidInput:
    """The refusal of a file that is too large."""
    most = largest >> 20
    return InvalidInput(
        "file_too_large",
        Words(f"“{name}”超过 {most} MB，没有保存。", f"“{name}” is larger than {most} MB and was not kept."),
        field="files",
    )


def _broken(name: str) -> InvalidInput:
    return InvalidInput(
        "file_broken",
        Words(
            f"“{name}”在传输中出了差错，没有保存。请重新上传。",
            f"“{name}” arrived otherwise than it was sent and was not kept. Upload it again.",
        ),
        field="sha256",
    )

"""Files over HTTP: opened by a signed link, in ranges if asked, always as a download of the type that we found."""

import datetime as dt
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Gone
from zhibu_core.http.gate import PUBLIC
from zhibu_core.http.ranges import Span, Unsatisfiable, span_of
from zhibu_core.platform import Platform
from zhibu_core.spaces.copies import holds
from zhibu_core.spaces.removing import COPY_FILE
from zhibu_core.storage.links import Signed, no_such_file, person_of_link, sign
from zhibu_core.storage.models import File
from zhibu_core.storage.objects import Reader, open_object
from zhibu_core.tenancy.scope import Actor, Scope
from zhibu_core.words import Words

AnyRequest = Request[Any, Any, Any]
ACTION = "file.read"
"""What the audit says of an opened file; who may open it is for what it belongs to, which made the link."""


@get("/files/{file_id:uuid}/{token:str}", opt={"action": PUBLIC, "uncompressed": True})
async def open_file(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    file_id: FromPath[uuid.UUID],
    token: FromPath[str],
) -> Response[Any]:
    """The content, whole or a range of it; the link says for whom, and the audit keeps it."""
    person = person_of_link(platform, who.tenant.id, file_id, token, dt.datetime.now(dt.UTC))
    file = await _file_for(session, who, file_id, person)
    if file.object_type == COPY_FILE and not await holds(session, who, file.object_id):
        raise no_such_file()
    reader = await open_object(platform, session, file.sha256)
    await note(session, replace(who, actor=Actor(person, "", "link")), ACTION, "file", file.id, fields=["content"])
    return await _answer(request, file, reader)


def link_of(platform: Platform, who: Scope, prefix: str, file: File) -> tuple[str, Signed]:
    """The address, below the tenant's `prefix`, under which this asker may open the file for some minutes."""
    signed = sign(platform, who.tenant.id, file.id, who.person(), dt.datetime.now(dt.UTC))
    return f"{prefix}/files/{file.id}/{signed.token}", signed


def may_open(file: File, person: uuid.UUID) -> bool:
    """Whether the state of the file lets the person open it: before the scan nobody but the uploader."""
    return file.state == "clean" or (file.state == "waiting" and file.uploaded_by == person)


async def _file_for(session: AsyncSession, who: Scope, file_id: uuid.UUID, person: uuid.UUID) -> File:
    file = await session.scalar(select(File).where(File.id == file_id, File.withdrawn_at.is_(None)))
    if file is None or file.object_type.partition(".")[0] not in {"core", *who.plugins}:
        raise no_such_file()
    if file.state == "refused":
        raise Gone(
            "file_refused",
            Words(
                "这个文件含有病毒，内容已经删除。请检查原文件。",
                "This file held a virus and its content was deleted. Look at the original.",
            ),
        )
    if not may_open(file, person):
        raise no_such_file()
    return file


async def _answer(request: AnyRequest, file: File, reader: Reader) -> Response[Any]:
    tag = f'"{file.sha256}"'
    asked = request.headers.get("range")
    if request.headers.get("if-range") not in (None, tag):
        asked = None
    try:
        span = span_of(asked, file.size)
    except Unsatisfiable:
        return Response(b"", status_code=416, headers={"Content-Range": f"bytes */{file.size}"})
    whole = span or Span(0, file.size, file.size)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Length": str(whole.end - whole.start),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "ETag": tag,
        "X-Content-Type-Options": "nosniff",
    }
    if span is not None:
        headers["Content-Range"] = span.content_range
    pieces = await _begun(reader.read(whole.start, whole.end))
    status = 200 if span is None else 206
    return Stream(pieces, status_code=status, media_type=file.content_type, headers=headers)


async def _begun(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same pieces, the first of them read already: damage there is answered as an error and not in mid-file."""
    first = await anext(pieces, b"")

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_of_them()

"""Resumable uploads over HTTP: parts at an offset, how far it is, and the end with the SHA-256 of the whole.

What the file is to belong to begins the upload, at an address of its own, and there says who may (docs/explanation/files.md).
"""

import uuid
from typing import Any

import msgspec
from litestar import Request, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.storage.models import File, FileUpload
from zhibu_core.storage.scanning import scan_file
from zhibu_core.storage.uploads import LARGEST_PART, cancel_upload, finish_upload, receive_part, upload_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

AnyRequest = Request[Any, Any, Any]
ACTION = "file.upload"
HERE = "/uploads/{upload_id:uuid}"
OFFSET = "Upload-Offset"
OPT = {"action": ACTION}


class Finished(msgspec.Struct):
    """What the sender says of the whole: its SHA-256 in hexadecimal."""

    sha256: str


@get(HERE, opt=OPT)
async def how_far(
    who: NamedDependency[Scope], session: NamedDependency[AsyncSession], upload_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    """How much has arrived: an upload goes on from there."""
    return _said(await upload_of(session, who, upload_id), "")


@patch(HERE, opt=OPT, request_max_body_size=LARGEST_PART)
async def part(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    upload_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """The body is the part that begins at Upload-Offset; 409 says where to go on instead."""
    offset = request.headers.get(OFFSET, "")
    if not offset.isdigit():
        raise InvalidInput(
            "upload_offset", Words("缺少 Upload-Offset 头。", "The header Upload-Offset is missing."), field=OFFSET
        )
    try:
        received = await receive_part(platform, who, upload_id, int(offset), request.stream())
    except Conflict:
        async with platform.database.session(who.tenant.id) as session:
            found = await upload_of(session, who, upload_id)
        return _said(found, "", status=409)
    return Response(None, status_code=204, headers={OFFSET: str(received)})


@post(f"{HERE}/finish", opt=OPT, status_code=201)
async def finish(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    upload_id: FromPath[uuid.UUID],
) -> Response[bytes]:
    """Makes the file of it; asked again, the same answer."""
    try:
        said = msgspec.json.decode(await request.body(), type=Finished)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidInput(
            "sha256", Words('请求体应为 {"sha256": "…"}。', 'The body must be {"sha256": "…"}.'), field="sha256"
        ) from None
    file = await finish_upload(platform, who, upload_id, said.sha256, ACTION)
    file.state = await scan_file(platform, who.tenant, file.id)
    return _json(described(file), 201)


@delete(HERE, opt=OPT)
async def cancel(
    who: NamedDependency[Scope], platform: NamedDependency[Platform], upload_id: FromPath[uuid.UUID]
) -> None:
    """Forgets the upload."""
    await cancel_upload(platform, who, upload_id)


def begun(upload: FileUpload, prefix: str) -> Response[bytes]:
    """The answer to whoever began an upload: where its parts go, and how large one may be."""
    return _said(upload, f"{prefix}/uploads/{upload.id}", status=201)


def described(file: File) -> dict[str, Any]:
    """A file in words for a program."""
    return {
        "id": str(file.id),
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
        "content_type": file.content_type,
        "state": file.state,
    }


def _said(upload: FileUpload, address: str, *, status: int = 200) -> Response[bytes]:
    body = {"id": str(upload.id), "received": upload.received, "size": upload.size, "largest_part": LARGEST_PART}
    answer = _json(body | ({"address": address} if address else {}), status)
    answer.headers[OFFSET] = str(upload.received)
    if address:
        answer.headers["Location"] = address
    return answer


def _json(body: Any, status: int) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")


HANDLERS = (how_far, part, finish, cancel)

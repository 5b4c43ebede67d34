"""GET of a stored operation: an answer that the caller's own cache may keep and must ask about before using it again."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Request, Response

from zhibu_graphql.negotiation import passed_on

Requested = Request[Any, Any, Any]
CACHED = {"Cache-Control": "private, no-cache", "Vary": "Accept, Accept-Language, Authorization, Cookie"}


class _Answer(msgspec.Struct):
    """What of an answer is the same for the same state of things; its cost is not."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: msgspec.Raw = msgspec.Raw(b"null")


def answered(request: Requested, body: bytes, headers: Mapping[str, str]) -> Response[bytes]:
    """The answer with its tag, which is of data and errors alone; 304 without a body where the caller has it already."""
    read = msgspec.json.decode(body, type=_Answer)
    tag = f'W/"{sha256(bytes(read.data) + bytes(read.errors)).hexdigest()[:32]}"'
    kept = CACHED | {"ETag": tag} | dict(headers)
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=kept)
    return passed_on(request, body, kept)

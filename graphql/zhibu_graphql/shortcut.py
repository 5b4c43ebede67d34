"""The shortest way of a request: bytes in, one look at who asks, one statement, bytes out; past all that other routes need.

Whatever is not an operation that was compiled before, for somebody who may ask it, goes on to the usual route unchanged:
every refusal, error and note for the audit is made there.
"""

import gzip
from typing import Any

from litestar import Request
from litestar.types import HTTPScope, Receive, Send
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from zhibu_core.http import gate
from zhibu_core.http.headers import HEADERS, PRIVATE
from zhibu_core.identity.permissions import STAFF_ROLE
from zhibu_core.platform import Platform
from zhibu_graphql.asking import asked_by_body
from zhibu_graphql.endpoint import FAILED, check_form, check_session
from zhibu_graphql.engine import engine_for
from zhibu_graphql.negotiation import JSON, negotiate
from zhibu_graphql.routes import LARGEST_BODY, OPT
from zhibu_graphql.ways import compiled_way

Requested = Request[Any, Any, Any]
SMALLEST_ZIPPED, ZIPPED = 800, 4
COMMON = [*HEADERS, PRIVATE, (b"vary", b"Accept, Accept-Encoding")]


async def answered_at_once(
    platform: Platform, slug: str, scope: HTTPScope, receive: Receive, send: Send
) -> Receive | None:
    """None where the request was answered; else what the usual route receives."""
    taken = await _taken(receive)
    body = taken[-1].get("body", b"") if len(taken) == 1 else b"".join(message.get("body", b"") for message in taken)
    try:
        request: Requested = Request(scope, receive, send)
        answer = await _answer(platform, slug, request, body) if len(body) <= LARGEST_BODY else None
    except (DBAPIError, PoolTimeout) as failed:
        scope["state"][FAILED] = failed  # the usual route says what it says of it, and does not try again
        answer = None
    except Exception:  # the usual route meets it again
        answer = None
    if answer is None:
        return _again(taken, receive)
    content, headers = answer
    headers += [*COMMON, (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": False})
    return None


async def _answer(
    platform: Platform, slug: str, request: Requested, body: bytes
) -> tuple[bytes, list[tuple[bytes, bytes]]] | None:
    check_form(request)
    check_session(request)
    tenant = await gate.open_tenant(platform, slug)
    asked = await asked_by_body(platform, tenant, body)
    engine = engine_for(platform.host)
    if engine.reads.goes_by_resolvers(asked.query):
        return None
    scope = await gate.scope_of(platform, tenant, request)
    read = engine.read(scope, asked)
    if read is None or not scope.may(OPT["action"]) or scope.actor is None or STAFF_ROLE in scope.roles:
        return None
    content = await engine.run_read(platform, scope, read)
    media_type = negotiate(request.headers.get("accept", "")).media_type or JSON
    headers = [(b"content-type", f"{media_type}; charset=utf-8".encode())]
    headers += [(name.encode(), value.encode()) for name, value in compiled_way(scope).items()]
    if len(content) >= SMALLEST_ZIPPED and "gzip" in request.headers.get("accept-encoding", ""):
        return gzip.compress(content, ZIPPED, mtime=0), [*headers, (b"content-encoding", b"gzip")]
    return content, headers


async def _taken(receive: Receive) -> list[Any]:
    """The messages of the body, as far as it is of a size that is read."""
    taken: list[Any] = []
    size = 0
    while size <= LARGEST_BODY:
        message: Any = await receive()
        taken.append(message)
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    return taken


def _again(taken: list[Any], receive: Receive) -> Receive:
    """Receives what was taken, then what comes."""
    waiting = iter(taken)

    async def receive_again() -> Any:
        for message in waiting:
            return message
        return await receive()

    return receive_again

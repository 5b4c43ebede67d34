"""The shortest way of a request: bytes in, one statement, bytes out; past all that other routes need.

What the asker may do is remembered from his last request, and looked at anew in the round trip of the statement itself.
Whatever is not an operation that can be compiled, for somebody who may ask anything, goes on to the usual route unchanged:
every other refusal, error and note for the audit is made there.
"""

import gzip
from dataclasses import replace
from typing import Any

from litestar import Request
from litestar.types import HTTPScope, Receive, Send
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from zhibu_core.errors import ZhibuError
from zhibu_core.http import gate
from zhibu_core.http.bearer import remembered_scope
from zhibu_core.http.headers import HEADERS, PRIVATE
from zhibu_core.http.language import locale_of_connection
from zhibu_core.http.refused import refusal_at
from zhibu_core.identity.permissions import STAFF_ROLE
from zhibu_core.platform import Platform
from zhibu_core.tenancy.reading import Changed
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_graphql.answered import Answered
from zhibu_graphql.asking import asked_by_body
from zhibu_graphql.compiled.reads import Read
from zhibu_graphql.endpoint import FAILED, check_form, check_session
from zhibu_graphql.engine import Engine, Operation, engine_for
from zhibu_graphql.errors import RequestRefused
from zhibu_graphql.negotiation import GRAPHQL, JSON, negotiate
from zhibu_graphql.routes import LARGEST_BODY, OPT
from zhibu_graphql.ways import compiled_way

Headers = list[tuple[bytes, bytes]]
ADDRESS = "POST /graphql"
SMALLEST_ZIPPED, ZIPPED = 800, 4
COMMON = [*HEADERS, PRIVATE, (b"vary", b"Accept, Accept-Encoding")]
TYPES = {name: (b"content-type", f"{name}; charset=utf-8".encode()) for name in (JSON, GRAPHQL)}


async def answered_at_once(
    platform: Platform, slug: str, scope: HTTPScope, receive: Receive, send: Send
) -> Receive | None:
    """None where the request was answered; else what the usual route receives."""
    taken = await _taken(receive)
    body = taken[0].get("body", b"") if len(taken) == 1 else b"".join(message.get("body", b"") for message in taken)
    try:
        answer = await _answer(platform, slug, scope, body) if len(body) <= LARGEST_BODY else None
    except (DBAPIError, PoolTimeout) as failed:
        scope.setdefault("state", {})[FAILED] = (
            failed  # the usual route says what it says of it, and does not try again
        )
        answer = None
    except Exception:  # the usual route meets it again
        answer = None
    if answer is None:
        return _again(taken, receive)
    content, headers = answer
    headers += COMMON
    headers.append((b"content-length", b"%d" % len(content)))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": False})
    return None


async def _answer(platform: Platform, slug: str, http: HTTPScope, body: bytes) -> tuple[bytes, Headers] | None:
    named = list(http["headers"])
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in named}
    if len(headers) < len(named):
        return None  # a name that comes twice
    check_form(headers)
    check_session(headers)
    tenant = await gate.open_tenant(platform, slug)
    asked = await asked_by_body(platform, tenant, body)
    engine = engine_for(platform.host)
    if engine.reads.goes_by_resolvers(asked.query):
        return None
    prefix = http["path"].removesuffix("/graphql")
    answer = await _as_remembered(platform, engine, tenant, http, headers, asked, prefix)
    if answer is None:
        scope = await asker_of(platform, tenant, http)
        read = _readable(engine, scope, asked, http)
        if read is None:
            return None
        answer = scope, await engine.run_read(platform, scope, read, prefix)
    content = await _written(platform, http, *answer)
    given = [TYPES[negotiate(headers.get("accept", "")).media_type or JSON]]
    given += [(name.encode(), value.encode()) for name, value in compiled_way(tenant).items()]
    if len(content) >= SMALLEST_ZIPPED and "gzip" in headers.get("accept-encoding", ""):
        return gzip.compress(content, ZIPPED, mtime=0), [*given, (b"content-encoding", b"gzip")]
    return content, given


async def asker_of(platform: Platform, tenant: Tenant, http: HTTPScope) -> Scope:
    """Who asks, looked up anew; raises as `gate.scope_of`."""
    return await gate.scope_of(platform, tenant, Request(http))


async def _written(platform: Platform, http: HTTPScope, who: Scope, answer: Answered) -> bytes:
    """The answer's bytes; the audit is told of the fields in it that were refused, as by the usual route."""
    for refused in answer.refused:
        await platform.refusals.note(refusal_at(ADDRESS, OPT["action"], who, refused))
    return answer.content(lambda: locale_of_connection(Request(http)))


async def _as_remembered(
    platform: Platform,
    engine: Engine,
    tenant: Tenant,
    http: HTTPScope,
    headers: dict[str, str],
    asked: Operation,
    prefix: str,
) -> tuple[Scope, Answered] | None:
    """The answer for somebody who may still do what he could, by token or session; None where one must look first."""
    found = None
    if authorization := headers.get("authorization"):
        found = await remembered_scope(platform, tenant, authorization)
    elif "cookie" in headers:
        found = gate.remembered_browser(platform, tenant, Request(http))
    read = None if found is None else _readable(engine, found.scope, asked)
    if found is None or read is None:
        return None
    is_told = read.compiled.noted or read.compiled.refusals
    scope = replace(found.scope, request_id=gate.request_id_of(headers)) if is_told else found.scope
    try:
        return scope, await engine.run_read(platform, scope, read, prefix, found.still)
    except Changed:
        return None


def _readable(engine: Engine, scope: Scope, asked: Operation, new: HTTPScope | None = None) -> Read | None:
    """The operation for somebody who may ask at all, if it was compiled before; a `new` request's is compiled now."""
    if not scope.may(OPT["action"]) or scope.actor is None or STAFF_ROLE in scope.roles:
        return None
    read = engine.read(scope, asked)
    if read is not None or new is None:
        return read
    try:
        return engine.learn(scope, engine.prepare(scope, asked))
    except (RequestRefused, ZhibuError) as refused:
        new.setdefault("state", {})[FAILED] = refused
        return None


async def _taken(receive: Receive) -> list[Any]:
    """The messages of the body, as far as it is of a size that is read."""
    message: Any = await receive()
    taken, size = [message], len(message.get("body", b""))
    while message.get("more_body") and size <= LARGEST_BODY:
        message = await receive()
        taken.append(message)
        size += len(message.get("body", b""))
    return taken


def _again(taken: list[Any], receive: Receive) -> Receive:
    """Receives what was taken, then what comes."""
    waiting = iter(taken)

    async def receive_again() -> Any:
        for message in waiting:
            return message
        return await receive()

    return receive_again

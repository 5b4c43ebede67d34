"""POST /t/<slug>/graphql: one operation a request, by bearer token or by the session of our own pages."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden, InvalidInput, Unavailable, ZhibuError
from zhibu_core.http.language import locale_of_connection
from zhibu_core.http.problems import as_domain_error, status_of
from zhibu_core.http.refused import note_answered
from zhibu_core.http.tenant_path import PREFIX
from zhibu_core.idempotency import Answer, InFlight, KeyReused, call
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_graphql.answered import Answered
from zhibu_graphql.asking import asked_by_address, asked_by_body
from zhibu_graphql.buckets import BucketEmpty
from zhibu_graphql.context import Context
from zhibu_graphql.engine import Prepared, engine_for
from zhibu_graphql.errors import RequestRefused, of_domain, refused_in
from zhibu_graphql.negotiation import JSON, negotiate, passed_on, respond
from zhibu_graphql.stored.by_address import answered as answer_by_address
from zhibu_graphql.ways import compiled_way, resolvers_way

CLIENT_HEADER = "x-zhibu-client"
KEY_HEADER = "idempotency-key"
FAILED = "zhibu_read_failed"
"""Where a request's state holds the error of the shortcut, if the database did not answer it."""

STATUS: Mapping[type[ZhibuError], int] = {BucketEmpty: 429, KeyReused: 422, InFlight: 409, InvalidInput: 400}
"""The first that an error is one of; everything else has the status that it has everywhere."""

RETRY = {409: 1, 503: 2}
"""Seconds after which to try again."""

Requested = Request[Any, Any, Any]


class _Refused(Exception):
    """Not a GraphQL request at all."""

    def __init__(self, status: int, error: ZhibuError) -> None:
        super().__init__(error)
        self.status = status
        self.error = error


def answer_to_error(request: Requested, raised: Exception) -> Response[bytes]:
    """Errors before execution: of sign-in, of the request's form, of limits; never with `data`."""
    if isinstance(raised, RequestRefused):
        legacy = raised.legacy and negotiate(request.headers.get("accept", "")).legacy
        return respond(request, {"errors": raised.errors}, 200 if legacy else 400)
    error = raised.error if isinstance(raised, _Refused) else as_domain_error(raised)
    headers: dict[str, str] = {}
    if isinstance(raised, (_Refused, HTTPException)):
        status = raised.status if isinstance(raised, _Refused) else raised.status_code
    else:
        status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 0) or status_of(error)
    if status == 401:
        headers["WWW_Authenticate"] = "Bearer"
    if isinstance(error, (BucketEmpty, InFlight, Unavailable)):
        headers["Retry_After"] = str(error.seconds if isinstance(error, BucketEmpty) else RETRY[status])
    return respond(request, {"errors": [of_domain(error, locale_of_connection(request))]}, status, **headers)


async def answer_to_post(request: Requested, platform: Platform) -> Response[bytes]:
    """Runs the operation of the body by the shortest way; a mutation with an `Idempotency-Key` once only."""
    if FAILED in request.scope["state"]:
        raise request.scope["state"].pop(FAILED)
    check_form(request.headers)
    check_session(request.headers)
    scope: Scope = request.state.scope
    engine = engine_for(platform.host)
    asked = await asked_by_body(platform, scope.tenant, await request.body())
    answer, prepared = await engine.by_statement(platform, scope, asked, request.state.get(PREFIX, ""))
    if answer is not None:
        return passed_on(request, await _written(request, scope, answer, platform), compiled_way(scope.tenant))
    prepared = prepared or engine.prepare(scope, asked)
    _check_not_watched(prepared)
    async with platform.database.session(scope.tenant.id) as session:
        context = Context(platform, session, scope, request.state.get(PREFIX, ""), locale_of_connection(request))
        return await _by_resolvers(request, context, prepared)


async def _written(request: Requested, scope: Scope, answer: Answered, platform: Platform) -> bytes:
    """The answer to a compiled read; the audit is told of the fields in it that were refused."""
    for refused in answer.refused:
        await note_answered(platform, request.scope, scope, refused)
    return answer.content(lambda: locale_of_connection(request))


async def _by_resolvers(request: Requested, context: Context, prepared: Prepared) -> Response[bytes]:
    key = request.headers.get(KEY_HEADER)
    if key is not None and prepared.is_mutation:
        return await _once(request, context, prepared, key)
    with resolvers_way(context.platform, context.scope) as way:
        answered = await _executed(request, context, prepared)
    return passed_on(request, msgspec.json.encode(answered), way)


def _check_not_watched(prepared: Prepared) -> None:
    if prepared.is_subscription:
        raise InvalidInput(
            "subscription_by_socket",
            Words("订阅请用 graphql-transport-ws。", "Subscriptions go over graphql-transport-ws."),
        )


async def _executed(request: Requested, context: Context, prepared: Prepared) -> dict[str, Any]:
    """The answer; the audit is told of the fields in it that were refused."""
    answer = await engine_for(context.platform.host).execute(context, prepared)
    for refused in refused_in(answer):
        await note_answered(context.platform, request.scope, context.scope, refused)
    return answer


async def _once(request: Requested, context: Context, prepared: Prepared, key: str) -> Response[bytes]:
    """Runs it unless it ran before; its answer is written in the transaction of the mutation itself."""
    asked = call(context.platform, context.session, context.scope, key, await request.body())
    if (before := await asked.answered()) is not None:
        return respond(request, msgspec.Raw(before.body), before.status, Idempotency_Replayed="true")
    answer = await _executed(request, context, prepared)
    await asked.keep(Answer(200, msgspec.json.encode(answer)))
    return respond(request, answer)


async def answer_to_get(request: Requested, platform: Platform, session: AsyncSession) -> Response[bytes]:
    """Runs a stored query that the address names by its `documentId`; everything else comes by POST."""
    if not {"documentId", "extensions"} & set(request.query_params):
        return _only_by_post(request)
    _check_accept(request.headers)
    _check_client(request.headers)
    scope: Scope = request.state.scope
    engine = engine_for(platform.host)
    asked = await asked_by_address(platform, scope.tenant, request.query_params)
    answer, prepared = await engine.by_statement(platform, scope, asked, request.state.get(PREFIX, ""))
    if answer is not None:
        content = await _written(request, scope, answer, platform)
        return answer_by_address(request, content, compiled_way(scope.tenant))
    prepared = prepared or engine.prepare(scope, asked)
    if prepared.is_mutation:
        return _only_by_post(request)
    _check_not_watched(prepared)
    context = Context(platform, session, scope, request.state.get(PREFIX, ""), locale_of_connection(request))
    with resolvers_way(platform, scope) as way:
        answered = await _executed(request, context, prepared)
    return answer_by_address(request, msgspec.json.encode(answered), way)


def _only_by_post(request: Requested) -> Response[bytes]:
    error = InvalidInput("method", Words("请用 POST 发送 GraphQL 操作。", "Send GraphQL operations by POST."))
    return respond(request, {"errors": [of_domain(error, locale_of_connection(request))]}, 405, Allow="POST")


def check_form(headers: Mapping[str, str]) -> None:
    """Refuses a body that is no JSON, and a caller who reads no JSON."""
    if not _is_json(headers.get("content-type", "")):
        raise _Refused(
            415,
            InvalidInput(
                "content_type",
                Words("请求体必须是 application/json（UTF-8）。", "The body must be application/json (UTF-8)."),
            ),
        )
    _check_accept(headers)


@lru_cache(maxsize=64)
def _is_json(content_type: str) -> bool:
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charset = next((p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    return media_type == JSON and charset in ("utf-8", "utf8")


def _check_accept(headers: Mapping[str, str]) -> None:
    if negotiate(headers.get("accept", "")).media_type is None:
        raise _Refused(
            406,
            InvalidInput(
                "accept",
                Words(
                    "本接口只返回 application/graphql-response+json 或 application/json。",
                    "This API answers application/graphql-response+json or application/json only.",
                ),
            ),
        )


def check_session(headers: Mapping[str, str]) -> None:
    """A browser sends cookies from anywhere; our own header and a known Origin it does not. Tokens need neither."""
    if headers.get("authorization"):
        return
    # The gate has compared the Origin, where there is one, with the host.
    if headers.get("origin", "null") == "null":
        raise _from_elsewhere()
    _check_client(headers)


def _check_client(headers: Mapping[str, str]) -> None:
    """No other site's page can send our header without asking us first; browsers name no Origin where nothing changes."""
    if not headers.get("authorization") and CLIENT_HEADER not in headers:
        raise _from_elsewhere()


def _from_elsewhere() -> Forbidden:
    return Forbidden(
        "client_header",
        Words(
            "网页会话的请求必须带 X-Zhibu-Client 头和本站的 Origin。",
            "Requests of a web session must carry the header X-Zhibu-Client and our own Origin.",
        ),
    )

"""POST /t/<slug>/graphql: one operation a request, by bearer token or by the session of our own pages."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden, InvalidInput, Unavailable, ZhibuError
from zhibu_core.http.language import locale_of_connection
from zhibu_core.http.problems import as_domain_error, status_of
from zhibu_core.http.tenant_path import PREFIX
from zhibu_core.idempotency import Answer, InFlight, KeyReused, call
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_graphql.buckets import BucketEmpty
from zhibu_graphql.context import Context
from zhibu_graphql.engine import Operation, Prepared, engine_for
from zhibu_graphql.errors import RequestRefused, of_domain
from zhibu_graphql.negotiation import JSON, negotiate, respond

ACTION = "graphql.query"
CLIENT_HEADER = "x-zhibu-client"
LARGEST_BODY = 256 * 1024
KEY_HEADER = "idempotency-key"
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


class _Body(msgspec.Struct):
    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = msgspec.field(default=None, name="operationName")
    extensions: dict[str, Any] | None = None


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


@post(
    "/graphql",
    status_code=200,
    opt={"action": ACTION},
    request_max_body_size=LARGEST_BODY,
    exception_handlers={Exception: answer_to_error},
)
async def graphql(
    request: Requested, platform: NamedDependency[Platform], session: NamedDependency[AsyncSession]
) -> Response[bytes]:
    """Runs the operation of the body; a mutation with an `Idempotency-Key` once only."""
    _check_form(request)
    _check_session(request)
    scope: Scope = request.state.scope
    context = Context(platform, session, scope, request.state.get(PREFIX, ""), locale_of_connection(request))
    engine = engine_for(platform.host)
    prepared = engine.prepare(context, _operation(await request.body()))
    key = request.headers.get(KEY_HEADER)
    if key is not None and prepared.is_mutation:
        return await _once(request, context, prepared, key)
    return respond(request, await engine.execute(context, prepared))


async def _once(request: Requested, context: Context, prepared: Prepared, key: str) -> Response[bytes]:
    """Runs it unless it ran before; its answer is written in the transaction of the mutation itself."""
    asked = call(context.platform, context.session, context.scope, key, await request.body())
    if (before := await asked.answered()) is not None:
        return respond(request, msgspec.Raw(before.body), before.status, Idempotency_Replayed="true")
    answer = await engine_for(context.platform.host).execute(context, prepared)
    await asked.keep(Answer(200, msgspec.json.encode(answer)))
    return respond(request, answer)


@get("/graphql", opt={"action": ACTION}, exception_handlers={Exception: answer_to_error}, sync_to_thread=False)
def graphql_by_get(request: Requested) -> Response[bytes]:
    """Says that operations come by POST."""
    error = InvalidInput("method", Words("请用 POST 发送 GraphQL 操作。", "Send GraphQL operations by POST."))
    return respond(request, {"errors": [of_domain(error, locale_of_connection(request))]}, 405, Allow="POST")


def _check_form(request: Requested) -> None:
    media_type, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charset = next((p.removeprefix("charset=").strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if media_type != JSON or charset not in ("utf-8", "utf8"):
        raise _Refused(
            415,
            InvalidInput(
                "content_type",
                Words("请求体必须是 application/json（UTF-8）。", "The body must be application/json (UTF-8)."),
            ),
        )
    if negotiate(request.headers.get("accept", "")).media_type is None:
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


def _check_session(request: Requested) -> None:
    """A browser sends cookies from anywhere; our own header and a known Origin it does not. Tokens need neither."""
    if request.headers.get("authorization"):
        return
    # The gate has compared the Origin, where there is one, with the host.
    if CLIENT_HEADER not in request.headers or request.headers.get("origin", "null") == "null":
        raise Forbidden(
            "client_header",
            Words(
                "网页会话的请求必须带 X-Zhibu-Client 头和本站的 Origin。",
                "Requests of a web session must carry the header X-Zhibu-Client and our own Origin.",
            ),
        )


def _operation(body: bytes) -> Operation:
    try:
        read = msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, ValueError) as error:
        message = Words(
            '请求体必须是 JSON 对象：{"query": 文本, "variables": 对象, "operationName": 文本}。',
            'The body must be a JSON object: {"query": text, "variables": object, "operationName": text}.',
        )
        raise _Refused(400, InvalidInput("body", message)) from error
    return Operation(read.query, read.variables or {}, read.operation_name)

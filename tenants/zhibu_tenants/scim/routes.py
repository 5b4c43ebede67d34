"""The service's addresses below /t/<slug>/scim/v2: form, powers and points of a call, before anything of it is read."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod

from zhibu_core.errors import Forbidden
from zhibu_core.http.language import locale_of_connection
from zhibu_core.http.tenant_path import PREFIX
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_tenants.scim.call import ACTION, Call
from zhibu_tenants.scim.refusals import (
    MEDIA_TYPE,
    Refused,
    answer_to_error,
    error_body,
    respond,
    status_in_scim,
    unknown,
)

HERE = "/scim/v2"
LARGEST_BODY = 1024 * 1024
POINTS = 100
"""What a call takes from its client's bucket, which is the one that it has for GraphQL too."""

READING = frozenset({"GET", "OPTIONS"})
RESOURCES = ("Users", "Groups")
DISCOVERY = ("ServiceProviderConfig", "ResourceTypes", "Schemas")
Requested = Request[Any, Any, Any]
Deed = Callable[[Any, Any, Any], Awaitable[Any]]
"""Given the module `service`, the call and what was asked, does it; the module is a second of imports, made at need."""


@route(
    [HERE, HERE + "/{path:path}"],
    http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE, HttpMethod.OPTIONS],
    status_code=200,
    opt={"action": ACTION},
    request_max_body_size=LARGEST_BODY,
    exception_handlers={Exception: answer_to_error},
)  # fmt: skip
async def scim(request: Requested, who: NamedDependency[Scope], platform: NamedDependency[Platform]) -> Response[bytes]:
    """One address for all, so that whatever lies below it answers in SCIM's own form."""
    _check_program(who)
    _take_points(platform, who)
    deeds = _deeds(str(request.path_params.get("path", "")).strip("/").split("/"))
    allowed = {"Allow": ", ".join(sorted({*deeds, "OPTIONS"}))}
    if request.method == "OPTIONS":
        return Response(b"", status_code=204, headers=allowed)
    if request.method not in deeds:
        message = Words(f"此地址不支持 {request.method}。", f"This address does not support {request.method}.")
        return _refuse(request, Refused(405, None, message), allowed)
    if request.method in ("POST", "PUT", "PATCH"):
        _check_form(request)
    return await _answer(request, platform, who, deeds[request.method])


async def _answer(request: Requested, platform: Platform, who: Scope, deed: Deed) -> Response[bytes]:
    """Does it in a transaction of its own, so that a refusal can be counted where the deed is undone."""
    from zhibu_tenants.scim import service
    from zhibu_tenants.scim.days import count_call

    asked = service.Asked(
        dict(request.query_params),
        await request.body(),
        request.headers.get("if-match"),
        request.headers.get("if-none-match"),
        request.headers.get("idempotency-key") if request.method == "POST" else None,
    )
    writes = request.method not in READING and not request.url.path.endswith("/.search")
    try:
        async with platform.database.session(who.tenant.id) as session:
            call = Call(platform, session, who, _base(request, platform))
            said = await service.once(call, deed, asked) if asked.key else await deed(service, call, asked)
            if writes:
                await count_call(session, who)
    except Exception as raised:
        error = service.refusal_of(raised)
        if isinstance(error, Refused) and writes:
            async with platform.database.session(who.tenant.id) as session:
                await count_call(session, who, refusal=_reason(error))
        raise error from raised
    if said.status in (204, 304):
        return Response(b"", status_code=said.status, headers=dict(said.headers))
    return respond(said.body, said.status, said.headers)


def _deeds(parts: list[str]) -> dict[str, Deed]:
    """What the address can do, by method; raises `Refused` where there is none."""
    match parts:
        case [".search"]:
            return {"POST": lambda s, call, asked: s.search(call, None, asked, by_body=True)}
        case ["Bulk"]:
            return {"POST": _bulk}
        case [kind] if kind in RESOURCES:
            return {
                "GET": lambda s, call, asked: s.search(call, s.KINDS[kind], asked, by_body=False),
                "POST": lambda s, call, asked: s.create(call, s.KINDS[kind], asked),
            }
        case [kind, ".search"] if kind in RESOURCES:
            return {"POST": lambda s, call, asked: s.search(call, s.KINDS[kind], asked, by_body=True)}
        case [kind, resource_id] if kind in RESOURCES:
            return _deeds_of_one(kind, resource_id)
        case [endpoint, *name] if endpoint in DISCOVERY and len(name) <= 1:
            return {"GET": lambda s, call, asked: _described(s, call, asked, endpoint, name)}
        case _:
            raise unknown("address")


def _deeds_of_one(kind: str, resource_id: str) -> dict[str, Deed]:
    return {
        "GET": lambda s, call, asked: s.read(call, s.KINDS[kind], resource_id, asked),
        "PUT": lambda s, call, asked: s.replace(call, s.KINDS[kind], resource_id, asked),
        "PATCH": lambda s, call, asked: s.patch(call, s.KINDS[kind], resource_id, asked),
        "DELETE": lambda s, call, asked: s.delete(call, s.KINDS[kind], resource_id, asked),
    }


async def _described(service: Any, call: Call, asked: Any, endpoint: str, name: list[str]) -> Any:
    if "filter" in asked.parameters:  # RFC 7644, 4
        message = Words("说明类地址不支持 filter。", "The endpoints of discovery take no filter.")
        raise Refused(403, None, message, attribute="filter")
    return service.describe(call, endpoint, name[0] if name else None)


async def _bulk(_service: Any, _call: Call, _asked: Any) -> Any:
    raise Refused(501, None, Words("不支持 Bulk。请逐项发送。", "Bulk is not supported. Send one operation at a time."))


def _check_program(who: Scope) -> None:
    """A directory is a program bound to this tenant; the sign-in of a person does not open this door, whatever it holds."""
    if not who.is_program:
        raise Forbidden(
            "scim_program",
            Words(
                "SCIM 只供本单位登记的集成程序使用（zhibu integrator create --scopes scim）。",
                "SCIM is for programs that are registered in this tenant (zhibu integrator create --scopes scim).",
            ),
        )


def _take_points(platform: Platform, who: Scope) -> None:
    from zhibu_graphql.engine import engine_for

    client = who.actor.client if who.actor else ""
    if (rate := platform.settings.points_of(client)) is not None:
        engine_for(platform.host).buckets.take((who.tenant.id, client), rate, POINTS)


def _check_form(request: Requested) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in (MEDIA_TYPE, "application/json"):
        message = Words(f"请求体须为 {MEDIA_TYPE}。", f"The body is {MEDIA_TYPE}.")
        raise Refused(415, None, message)


def _base(request: Requested, platform: Platform) -> str:
    """The service's address as clients reach it: by ZHIBU_ADDRESS, or for a tenant's own host by that."""
    prefix = str(request.state.get(PREFIX, ""))
    address = platform.settings.address if prefix else None
    return (address or str(request.base_url)).rstrip("/") + prefix + HERE


def _refuse(request: Requested, error: Refused, headers: dict[str, str]) -> Response[bytes]:
    status = status_in_scim(error)
    return respond(error_body(error, status, locale_of_connection(request)), status, headers)


def _reason(error: Refused) -> str:
    """What the page of the administrator shows: status, keyword, attribute, and nothing of any person."""
    return " ".join(filter(None, (str(error.status), error.scim_type, error.field)))

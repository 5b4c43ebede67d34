"""The guard before the console: staff only, with a second factor where their sign-in can say so; and its frame of pages."""

from collections.abc import Mapping
from typing import Any, cast

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from zhibu_core.errors import Forbidden, Unauthenticated
from zhibu_core.http.gate import PUBLIC, same_origin
from zhibu_core.http.tenant_path import PREFIX
from zhibu_core.identity.staff import COOKIE, Staff, staff_of_session
from zhibu_core.platform import Platform
from zhibu_core.words import Words
from zhibu_tenants.operator.actions import ACTIONS
from zhibu_web.framing import HTML, AnyRequest
from zhibu_web.render import render
from zhibu_web.shell import Shell, read_preferences
from zhibu_web.slots import DoorEntry

HERE = "/operator"
_TENANTS = Words("租户", "Tenants")
TITLE = "智慧党建平台 Zhibu"


async def staff_gate(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Leaves the `Staff` in the request's state; raises `Unauthenticated`, or `Forbidden` for a route without an action."""
    connection.scope.setdefault("state", {})[PREFIX] = HERE
    action = handler.opt.get("action")
    if action == PUBLIC:
        return
    if action not in ACTIONS:
        raise Forbidden(
            "no_action",
            Words("这个地址没有声明所需权限，已拒绝。", "This address declares no permission and is refused."),
        )
    platform: Platform = connection.app.state.platform
    secret = connection.cookies.get(COOKIE)
    async with platform.database.system_session() as system:
        staff = await staff_of_session(system, secret) if secret else None
    if staff is None or not staff.is_strong:
        raise Unauthenticated("sign_in", Words("请先登录。", "Please sign in first."))
    same_origin(connection)
    connection.state.staff = staff


def staff_of(request: AnyRequest) -> Staff:
    """Who asks; for handlers behind the guard."""
    return cast("Staff", request.state.staff)


def platform_of(request: AnyRequest) -> Platform:
    """The process's parts."""
    return cast("Platform", request.app.state.platform)


def console_page(
    request: Request[Any, Any, Any], template: str, context: Mapping[str, Any], *, status: int = 200
) -> Response[str]:
    """A page of the console in the shell of no tenant."""
    staff: Staff | None = getattr(request.state, "staff", None)
    shell = Shell(
        tenant=TITLE,
        prefix=HERE,
        path=request.url.path,
        preferences=read_preferences(request.cookies),
        doors=(DoorEntry("tenants", _TENANTS, _TENANTS, f"{HERE}/"),) if staff else (),
        door="tenants",
        person=staff.name if staff else None,
        person_href=f"{HERE}/",
    )
    values = {"shell": shell, "here": HERE, **context}
    body = render(template, locale=shell.preferences.locale, context=values)
    return Response(body, status_code=status, media_type=HTML)

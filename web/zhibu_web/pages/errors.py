"""The page of an error: what happened and what to do, in the shell where there is a tenant; never a stack trace."""

from urllib.parse import urlencode

from litestar import Response
from litestar.response import Redirect

from zhibu_core.errors import Unauthenticated, ZhibuError
from zhibu_core.i18n import _L, Lazy
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Link
from zhibu_web.framing import HTML, AnyRequest, frame, prefix_of
from zhibu_web.render import render
from zhibu_web.shell import Shell, read_preferences

HEADINGS: dict[int, Lazy] = {
    401: _L("Please sign in"),
    403: _L("Not allowed here"),
    404: _L("Page not found"),
    409: _L("Somebody else changed this"),
    410: _L("No longer here"),
    422: _L("Something needs to be corrected"),
    503: _L("Busy just now"),
}
BY_CODE = {"tenant_closed": _L("Paused"), "too_slow": _L("This took too long")}
"""Headings by the error's code, before those by status."""

OTHER = _L("Something went wrong")


def page_of_error(request: AnyRequest, error: ZhibuError, status: int) -> Response[str]:
    """The page; somebody who is not signed in is sent to sign in and comes back."""
    if isinstance(error, Unauthenticated) and request.method in ("GET", "HEAD"):
        target = urlencode({"back": request.url.path + (f"?{request.url.query}" if request.url.query else "")})
        return Redirect(f"{prefix_of(request)}/sign-in?{target}", status_code=303)
    context = {
        "shell": _shell(request),
        "heading": BY_CODE.get(error.code) or HEADINGS.get(status, OTHER),
        "lede": error.message,
        "detail": "",
        "number": getattr(request.state, "scope", None) and request.state.scope.request_id if status >= 500 else None,
        "again": _way_on(request, error, status),
    }
    body = render("pages/error.html", locale=read_preferences(request.cookies).locale, context=context)
    headers = {"Retry-After": "2"} if status == 503 else {}
    return Response(body, status_code=status, media_type=HTML, headers=headers)


def _way_on(request: AnyRequest, error: ZhibuError, status: int) -> Link | None:
    if error.code == "second_factor":
        query = urlencode({"strong": "1", "back": request.url.path})
        return Link(_L("Sign in with the second factor"), f"{prefix_of(request)}/sign-in/go?{query}")
    return Link(_L("Try again"), request.url.path) if status == 503 else None


def _shell(request: AnyRequest) -> Shell:
    scope: Scope | None = getattr(request.state, "scope", None)
    if scope is None:
        return Shell(tenant="智慧党建平台 Zhibu", path=request.url.path, preferences=read_preferences(request.cookies))
    return frame(request, scope, request.app.state.platform)

"""Sign-in and sign-out of the platform's staff."""

import time
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from zhibu_core.errors import Forbidden, Unauthenticated, Unavailable, ZhibuError
from zhibu_core.identity.code_flow import authorization_address, finish, new_attempt
from zhibu_core.identity.staff import COOKIE, close_staff_session, open_staff_session
from zhibu_core.words import Words
from zhibu_tenants.operator.guard import HERE, console_page, platform_of
from zhibu_tenants.operator.source import read_attempt, sign_attempt, staff_source, strong_until
from zhibu_web.framing import AnyRequest
from zhibu_web.sealed_cookie import COOKIE as COOKIE_RULES
from zhibu_web.sealed_cookie import WAITS

PUBLIC = {"action": "public"}
ATTEMPT = f"{COOKIE}-sign-in"


@get("/sign-in", opt=PUBLIC, sync_to_thread=False)
def staff_sign_in(request: Request[Any, Any, Any]) -> Response[str]:
    """One button."""
    return _shown(request)


@get("/sign-in/go", opt=PUBLIC)
async def staff_go(request: Request[Any, Any, Any]) -> Response[Any]:
    """To the issuer, with the second factor asked for wherever the source can say it."""
    platform = platform_of(request)
    try:
        source = await staff_source(platform)
        back = request.query_params.get("back", "")
        attempt = new_attempt(back if back.startswith(f"{HERE}/") else "", time.time(), source.level)
        address = await authorization_address(source, attempt, _callback_of(request))
    except Unavailable as error:
        return _shown(request, error)
    answer = Redirect(address, status_code=303)
    answer.set_cookie(ATTEMPT, sign_attempt(platform, attempt), max_age=int(WAITS), **COOKIE_RULES)
    return answer


@get("/sign-in/callback", opt=PUBLIC)
async def staff_callback(request: Request[Any, Any, Any]) -> Response[Any]:
    """Back from the issuer: the code becomes a session, or the page says what is wrong."""
    platform = platform_of(request)
    try:
        attempt = read_attempt(platform, request.cookies.get(ATTEMPT, ""))
        code = request.query_params.get("code", "")
        if attempt is None or time.time() - attempt.started_at > WAITS or not code:
            raise _incomplete()
        if request.query_params.get("state") != attempt.state:
            raise _incomplete()
        source = await staff_source(platform)
        who = await finish(source, attempt, code, _callback_of(request))
        async with platform.database.system_session() as system:
            until = await strong_until(platform, system, source, who)
            opened = await open_staff_session(system, who.issuer, who.subject, strong_until=until)
    except (Unauthenticated, Unavailable, Forbidden) as error:
        return _shown(request, error)
    answer = Redirect(attempt.return_to or f"{HERE}/", status_code=303)
    answer.set_cookie(COOKIE, opened.secret, **COOKIE_RULES)
    answer.delete_cookie(ATTEMPT, path="/")
    return answer


@post("/sign-out", opt=PUBLIC)
async def staff_sign_out(request: Request[Any, Any, Any]) -> Redirect:
    """Ends the session here."""
    secret = request.cookies.get(COOKIE)
    if secret:
        async with platform_of(request).database.system_session() as system:
            await close_staff_session(system, secret)
    answer = Redirect(f"{HERE}/sign-in", status_code=303)
    answer.set_cookie(COOKIE, "", max_age=0, **COOKIE_RULES)
    return answer


def _shown(request: AnyRequest, trouble: ZhibuError | None = None) -> Response[str]:
    context = {"trouble": trouble, "back": request.query_params.get("back", "")}
    return console_page(request, "tenants/operator/sign_in.html", context, status=401 if trouble else 200)


def _callback_of(request: AnyRequest) -> str:
    """Where the issuer sends the browser back to; it must be registered there, letter by letter."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}{HERE}/sign-in/callback"


def _incomplete() -> Unauthenticated:
    return Unauthenticated(
        "sign_in_state",
        Words(
            "登录没有完成：返回的信息不完整，或等待时间过长。请重新登录。",
            "The sign-in is not complete: what came back is incomplete, or it took too long. Sign in again.",
        ),
    )

"""Sign-in and sign-out: the page with one button, the way to the issuer and back, the session's cookie."""

import time
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.audit.refusals import FAILED
from zhibu_core.errors import Forbidden, Unauthenticated, Unavailable, ZhibuError
from zhibu_core.http.refused import note_answered
from zhibu_core.http.tenant_path import PREFIX
from zhibu_core.identity.code_flow import Attempt, Who, authorization_address, finish, new_attempt
from zhibu_core.identity.second_factor import strong_until
from zhibu_core.identity.sessions import close_session, cookie_name, open_session
from zhibu_core.identity.sources import Source, source_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.framing import AnyRequest, page, prefix_of
from zhibu_web.sealed_cookie import COOKIE, WAITS, name_of, open_sealed, seal

PUBLIC = {"action": "public"}
ATTEMPT = "sign-in"
UNKNOWN = "enrol"
"""Of somebody whom the issuer knows and we do not yet."""


@get("/sign-in", opt=PUBLIC, sync_to_thread=False)
def sign_in_page(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> Response[str]:
    """Which organization, and one button."""
    if who.actor is not None:
        return Redirect(f"{prefix_of(request)}/", status_code=303)
    back = request.query_params.get("back", "")
    return trouble_page(request, who, platform, back)


def trouble_page(
    request: AnyRequest, scope: Scope, platform: Platform, back: str, trouble: ZhibuError | None = None
) -> Response[str]:
    """The page with the button, above it what went wrong, if anything."""
    prefix = prefix_of(request)
    query = f"?back={back}" if back.startswith("/") else ""
    context = {
        "sign_in": f"{prefix}/sign-in/go{query}",
        "elsewhere": "/" if prefix else None,
        "contact": None,
        "hours": None,
        "guide": None,
        "what": trouble.message if trouble else "",
        "todo": "",
        "stamp": "",
    }
    template = "pages/sign_in_trouble.html" if trouble else "pages/sign_in.html"
    return page(request, scope, platform, template, context, status=401 if trouble else 200)


@get("/sign-in/go", opt=PUBLIC)
async def go(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Redirect:
    """To the issuer, with a fresh attempt sealed in a cookie; `?strong=1` asks for the second factor."""
    source = await source_of(platform, session, who.tenant)
    back = request.query_params.get("back", "")
    level = source.level if request.query_params.get("strong") else None
    attempt = new_attempt(back if back.startswith("/") and not back.startswith("//") else "", time.time(), level)
    answer = Redirect(await authorization_address(source, attempt, callback_of(request, who)), status_code=303)
    _set(answer, name_of(who.tenant, ATTEMPT), seal(platform, who.tenant, ATTEMPT, attempt))
    return answer


@get("/sign-in/callback", opt=PUBLIC)
async def callback(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Back from the issuer: the code becomes a session, or the page says what is wrong."""
    try:
        attempt = _attempt(request, who, platform)
        source = await source_of(platform, session, who.tenant)
        found = await finish(source, attempt, _code(request, attempt), callback_of(request, who))
        return await admit(request, who, platform, session, source, found, attempt.return_to)
    except Forbidden as error:
        if error.code == "no_account":
            return _to_enrol(request, who, platform, found)
        return await _failed(request, who, platform, error)
    except Unauthenticated as error:
        return await _failed(request, who, platform, error)
    except Unavailable as error:
        return trouble_page(request, who, platform, "", error)


async def _failed(request: AnyRequest, who: Scope, platform: Platform, error: ZhibuError) -> Response[str]:
    await note_answered(platform, request.scope, who, error, deed=FAILED)
    return trouble_page(request, who, platform, "", error)


async def admit(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    source: Source,
    found: Who,
    return_to: str = "",
) -> Response[Any]:
    """Opens a session and sets its cookie; raises `Forbidden` where the tenant does not know the account."""
    until = None
    if source.level is not None:
        at = found.authenticated_at if found.level == source.level else 0.0
        until = await strong_until(platform, session, found.issuer, found.subject, at)
    opened = await open_session(session, found.issuer, found.subject, session_id=found.session_id, strong_until=until)
    await note(session, who, "home.read", "web_session")
    answer = Redirect(return_to or f"{prefix_of(request)}/", status_code=303)
    answer.set_cookie(cookie_name(who.tenant.slug), opened.secret, **COOKIE)
    answer.delete_cookie(name_of(who.tenant, ATTEMPT), path="/")
    return answer


@post("/sign-out", opt=PUBLIC)
async def sign_out(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], session: NamedDependency[AsyncSession]
) -> Redirect:
    """Ends the session here; the next page is the sign-in page."""
    secret = request.cookies.get(cookie_name(who.tenant.slug))
    if secret:
        await close_session(session, secret)
    answer = Redirect(f"{prefix_of(request)}/sign-in", status_code=303)
    answer.set_cookie(cookie_name(who.tenant.slug), "", max_age=0, **COOKIE)
    return answer


def callback_of(request: AnyRequest, scope: Scope) -> str:
    """Where the issuer sends the browser back to; it must be registered there, letter by letter."""
    origin = f"{request.url.scheme}://{request.headers.get('host', '')}"
    prefix = request.scope.get("state", {}).get(PREFIX, f"/t/{scope.tenant.slug}")
    return f"{origin}{prefix}/sign-in/callback"


def _to_enrol(request: AnyRequest, who: Scope, platform: Platform, found: Who) -> Redirect:
    answer = Redirect(f"{prefix_of(request)}/sign-in/enrol", status_code=303)
    _set(answer, name_of(who.tenant, UNKNOWN), seal(platform, who.tenant, UNKNOWN, found))
    answer.delete_cookie(name_of(who.tenant, ATTEMPT), path="/")
    return answer


def _set(answer: Response[Any], name: str, value: str) -> None:
    answer.set_cookie(name, value, max_age=int(WAITS), **COOKIE)


def _code(request: AnyRequest, attempt: Attempt) -> str:
    code = request.query_params.get("code", "")
    if not code or request.query_params.get("state") != attempt.state:
        raise Unauthenticated(
            "sign_in_state",
            Words(
                "登录没有完成：返回的信息不完整。请重新登录。",
                "The sign-in is not complete: what came back is incomplete. Sign in again.",
            ),
        )
    return code


def _attempt(request: AnyRequest, scope: Scope, platform: Platform) -> Attempt:
    attempt = open_sealed(request, platform, scope.tenant, ATTEMPT, Attempt)
    if attempt is None:
        raise Unauthenticated(
            "sign_in_attempt",
            Words(
                "登录没有完成：浏览器没有带回登录信息，或等待时间过长。请重新登录。",
                "The sign-in is not complete: the browser brought no sign-in data back, or it took too long. Sign in again.",
            ),
        )
    return attempt

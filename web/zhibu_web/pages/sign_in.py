"""Sign-in and sign-out: the page with one button, the way to the issuer and back, the session's cookie."""

import time
import uuid
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Forbidden, Unauthenticated, Unavailable, ZhibuError
from zhibu_core.http.tenant_path import PREFIX
from zhibu_core.identity.code_flow import Attempt, authorization_address, finish, new_attempt
from zhibu_core.identity.issuers import Issuer
from zhibu_core.identity.sessions import close_session, cookie_name, open_session
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_web.framing import AnyRequest, page, prefix_of

PUBLIC = {"action": "public"}
WAITS = 600.0
"""Seconds that an attempt may take."""

NOBODY = uuid.UUID(int=0)


@get("/sign-in", opt=PUBLIC, sync_to_thread=False)
def sign_in_page(request: Request[Any, Any, Any], who: Scope, platform: Platform) -> Response[str]:
    """Which organization, and one button."""
    if who.actor is not None:
        return Redirect(f"{prefix_of(request)}/", status_code=303)
    back = request.query_params.get("back", "")
    return _page(request, who, platform, back)


def _page(
    request: AnyRequest, scope: Scope, platform: Platform, back: str, trouble: ZhibuError | None = None
) -> Response[str]:
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
async def go(request: Request[Any, Any, Any], who: Scope, platform: Platform) -> Redirect:
    """To the issuer, with a fresh attempt sealed in a cookie."""
    issuer = _issuer(platform)
    back = request.query_params.get("back", "")
    attempt = new_attempt(back if back.startswith("/") and not back.startswith("//") else "", time.time())
    address = await authorization_address(issuer, attempt, _callback(request, who), who.tenant.slug)
    answer = Redirect(address, status_code=303)
    sealed = platform.keyring.cipher(who.tenant.id, "sign_in.attempt").seal(msgspec.json.encode(attempt), NOBODY)
    answer.set_cookie(_attempt_cookie(who), sealed.hex(), max_age=int(WAITS), **COOKIE)
    return answer


@get("/sign-in/callback", opt=PUBLIC)
async def callback(
    request: Request[Any, Any, Any], who: Scope, platform: Platform, session: AsyncSession
) -> Response[Any]:
    """Back from the issuer: the code becomes a session, or the page says what is wrong."""
    try:
        attempt = _attempt(request, who, platform)
        code = request.query_params.get("code", "")
        if not code or request.query_params.get("state") != attempt.state:
            raise Unauthenticated("sign_in_state", "登录没有完成:返回的信息不完整。请重新登录。")
        issuer = _issuer(platform)
        found = await finish(issuer, attempt, code, _callback(request, who), who.tenant.slug)
        opened = await open_session(session, found.issuer, found.subject)
    except (Unauthenticated, Forbidden, Unavailable) as error:
        return _page(request, who, platform, "", error)
    await note(session, who, "home.read", "web_session")
    answer = Redirect(attempt.return_to or f"{prefix_of(request)}/", status_code=303)
    answer.set_cookie(cookie_name(who.tenant.slug), opened.secret, **COOKIE)
    answer.delete_cookie(_attempt_cookie(who), path="/")
    return answer


@post("/sign-out", opt=PUBLIC)
async def sign_out(request: Request[Any, Any, Any], who: Scope, session: AsyncSession) -> Redirect:
    """Ends the session here; the next page is the sign-in page."""
    secret = request.cookies.get(cookie_name(who.tenant.slug))
    if secret:
        await close_session(session, secret)
    answer = Redirect(f"{prefix_of(request)}/sign-in", status_code=303)
    answer.set_cookie(cookie_name(who.tenant.slug), "", max_age=0, **COOKIE)
    return answer


COOKIE: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}


def _attempt(request: AnyRequest, scope: Scope, platform: Platform) -> Attempt:
    sealed = request.cookies.get(_attempt_cookie(scope), "")
    try:
        plain = platform.keyring.cipher(scope.tenant.id, "sign_in.attempt").open(bytes.fromhex(sealed), NOBODY)
        attempt = msgspec.json.decode(plain, type=Attempt)
    except (ValueError, Unavailable, msgspec.DecodeError) as error:
        raise Unauthenticated("sign_in_attempt", "登录没有完成:浏览器没有带回登录信息。请重新登录。") from error
    if time.time() - attempt.started_at > WAITS:
        raise Unauthenticated("sign_in_late", "登录没有完成:等待时间过长。请重新登录。")
    return attempt


def _attempt_cookie(scope: Scope) -> str:
    return f"{cookie_name(scope.tenant.slug)}-sign-in"


def _issuer(platform: Platform) -> Issuer:
    issuer = next(iter(platform.issuers.values()), None)
    if issuer is None:
        raise Unavailable("no_issuer", "本平台还没有设置登录服务。请联系平台运维(设置 ZHIBU_ISSUER)。")
    return issuer


def _callback(request: AnyRequest, scope: Scope) -> str:
    origin = f"{request.url.scheme}://{request.headers.get('host', '')}"
    prefix = request.scope.get("state", {}).get(PREFIX, f"/t/{scope.tenant.slug}")
    return f"{origin}{prefix}/sign-in/callback"

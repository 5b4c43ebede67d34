"""The bridge's addresses: each source is an issuer below its own name."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Annotated, Any

from litestar import Litestar, Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from zhibu_bridge.attempts import LASTS
from zhibu_bridge.issuer import BridgeIssuer
from zhibu_core.errors import NotFound, ZhibuError
from zhibu_core.words import Words

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Asked = Request[Any, Any, Any]

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>登录没有完成 · Sign-in</title></head>
<body><main><h1>登录没有完成</h1><p>{zh}</p><h2 lang="en">The sign-in is not complete</h2><p lang="en">{en}</p></main></body></html>
"""


def create_bridge(issuers: Mapping[str, BridgeIssuer], *, secure: bool) -> Litestar:
    """The application; with `secure` its cookies go over https only."""
    find = _finder(issuers)
    handlers = [*_of_machines(find), *_of_browsers(find, secure=secure)]
    return Litestar(
        handlers,
        exception_handlers={ZhibuError: _trouble},
        response_headers=HEADERS,
        openapi_config=None,
        logging_config=None,
        request_max_body_size=65_536,
    )


def _finder(issuers: Mapping[str, BridgeIssuer]) -> Callable[[str], BridgeIssuer]:
    def find(name: str) -> BridgeIssuer:
        if name not in issuers:
            raise NotFound("source_unknown", Words("没有这个登录来源。", "There is no such source."))
        return issuers[name]

    return find


def _of_machines(find: Callable[[str], BridgeIssuer]) -> list[Any]:
    @get("/ready", sync_to_thread=False)
    def ready() -> dict[str, str]:
        return {"status": "ok"}

    @get("/{name:str}/.well-known/openid-configuration", sync_to_thread=False)
    def discovery(name: FromPath[str]) -> dict[str, Any]:
        return find(name).metadata()

    @get("/{name:str}/keys", sync_to_thread=False)
    def keys(name: FromPath[str]) -> dict[str, Any]:
        return find(name).signer.public_keys()

    @post("/{name:str}/token", status_code=200, sync_to_thread=False)
    def token(request: Asked, name: FromPath[str], data: Form) -> Response[dict[str, Any]]:
        status, body = find(name).token(data, request.headers.get("authorization", ""))
        return Response(body, status_code=status)

    @post("/{name:str}/callback", status_code=200)
    async def ended(name: FromPath[str], data: Form) -> dict[str, bool]:
        return {"ended": await find(name).tell(data)}

    return [ready, discovery, keys, token, ended]


def _of_browsers(find: Callable[[str], BridgeIssuer], *, secure: bool) -> list[Any]:
    @get("/{name:str}/authorize", sync_to_thread=False)
    def authorize(request: Asked, name: FromPath[str]) -> Redirect:
        location, cookie = find(name).begin(dict(request.query_params), request.headers.get("user-agent", ""))
        answer = Redirect(location, status_code=303)
        if cookie is not None:
            answer.set_cookie(_cookie(secure), cookie, max_age=int(LASTS), **_kept(secure))
        return answer

    @get("/{name:str}/callback")
    async def callback(request: Asked, name: FromPath[str]) -> Redirect:
        cookie = request.cookies.get(_cookie(secure), "")
        answer = Redirect(await find(name).finish(dict(request.query_params), cookie), status_code=303)
        answer.set_cookie(_cookie(secure), "", max_age=0, **_kept(secure))
        return answer

    return [authorize, callback]


def _cookie(secure: bool) -> str:
    return "__Host-zhibu-bridge" if secure else "zhibu-bridge"


def _kept(secure: bool) -> dict[str, Any]:
    return {"httponly": True, "secure": secure, "samesite": "lax", "path": "/"}


def _trouble(_: Asked, error: ZhibuError) -> Response[str]:
    body = PAGE.format(zh=escape(error.message.zh), en=escape(error.message.en))
    return Response(body, status_code=404 if isinstance(error, NotFound) else 400, media_type="text/html")

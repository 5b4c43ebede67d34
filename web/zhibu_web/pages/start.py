"""Pages of no tenant: the start page with the tenants of this installation, or how far a demo has loaded; static files."""

import re
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import File, Redirect

from zhibu_core.errors import NotFound
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import all_tenants
from zhibu_core.words import Words
from zhibu_web.assets import STATIC
from zhibu_web.framing import HTML
from zhibu_web.render import render
from zhibu_web.shell import COOKIES, Shell, read_preferences

PUBLIC = {"action": "public"}
YEAR = 365 * 24 * 3600
ROLE = re.compile(r"[a-z][a-z0-9_-]{1,30}")
"""A role is shown only to who holds it, so any name may be kept."""

ALLOWED: dict[str, tuple[str, ...]] = {
    "size": ("standard", "large", "larger", "largest"),
    "theme": ("system", "light", "dark"),
    "lang": ("zh", "en"),
    "role": (),
}
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@get("/", opt=PUBLIC)
async def start(request: Request[Any, Any, Any]) -> Response[str]:
    """Which organization? One tenant leads straight to it; a demo that is still loading says how far it is."""
    platform: Platform = request.app.state.platform
    loading = getattr(request.app.state, "loading", None)
    shell = Shell(tenant="智慧党建平台 Zhibu", path="/", preferences=read_preferences(request.cookies))
    locale = shell.preferences.locale
    if loading is not None and not loading.done:
        return _loading(shell, loading, locale)
    async with platform.database.system_session() as system:
        tenants = await all_tenants(system)
    if len(tenants) == 1:
        return Redirect(f"/t/{tenants[0].slug}/", status_code=303)
    body = render("pages/start.html", locale=locale, context={"shell": shell, "tenants": tenants})
    return Response(body, media_type=HTML)


def _loading(shell: Shell, loading: Any, locale: str) -> Response[str]:
    context = {
        "shell": shell,
        "done": round(loading.share * 100),
        "total": 100,
        "now": loading.failed or _L("Reading and checking the workbooks"),
        "steps": [(slug, round(share * 100), 100) for slug, share in loading.shares.items()],
    }
    body = render("pages/loading.html", locale=locale, context=context)
    return Response(body, media_type=HTML, headers={"Refresh": "2"})


@get("/preferences", opt=PUBLIC, sync_to_thread=False)
def preferences(request: Request[Any, Any, Any]) -> Redirect:
    """Keeps the reader's choice of letters, light, language or role in a cookie and goes back."""
    back = request.query_params.get("back", "/")
    answer = Redirect(back if back.startswith("/") and not back.startswith("//") else "/", status_code=303)
    for name, allowed in ALLOWED.items():
        value = request.query_params.get(name)
        if value in allowed or (name == "role" and ROLE.fullmatch(value or "")):
            answer.set_cookie(COOKIES[name], value, max_age=YEAR, path="/", samesite="lax", httponly=True)
    return answer


@get("/static/{path:path}", opt=PUBLIC, sync_to_thread=True)
def static_file(path: FromPath[Path]) -> File:
    """A file of the web's own static folder; the address carries a mark of its content, so it may be kept for a year."""
    target = (STATIC / str(path).lstrip("/")).resolve()
    if not target.is_relative_to(STATIC.resolve()) or not target.is_file() or target.suffix not in TYPES:
        raise NotFound("not_found", Words("没有找到这个文件。", "There is no such file."))
    headers = {"Cache-Control": f"public, max-age={YEAR}, immutable"}
    return File(target, media_type=TYPES[target.suffix], content_disposition_type="inline", headers=headers)

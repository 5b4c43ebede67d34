"""The page on which somebody who has signed in for the first time says with a code who they are here."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.audit.refusals import FAILED
from zhibu_core.errors import Forbidden, ZhibuError
from zhibu_core.http.refused import note_answered
from zhibu_core.identity.accounts import enrol
from zhibu_core.identity.code_flow import Who
from zhibu_core.identity.sources import source_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_web.framing import AnyRequest, page, prefix_of
from zhibu_web.pages.sign_in import PUBLIC, UNKNOWN, admit
from zhibu_web.sealed_cookie import name_of, open_sealed


@get("/sign-in/enrol", opt=PUBLIC, sync_to_thread=False)
def enrol_page(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> Response[Any]:
    """Asks for the code; who has not just signed in is sent to sign in."""
    if _signed_in(request, who, platform) is None:
        return Redirect(f"{prefix_of(request)}/sign-in", status_code=303)
    return _page(request, who, platform)


@post("/sign-in/enrol", opt=PUBLIC)
async def enrol_with_code(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Links the sign-in to the person of the code, and opens the session."""
    found = _signed_in(request, who, platform)
    if found is None:
        return Redirect(f"{prefix_of(request)}/sign-in", status_code=303)
    form = await request.form()
    try:
        person = await enrol(session, str(form.get("code", "")), found.issuer, found.subject)
    except ZhibuError as error:
        if not isinstance(error, Forbidden) and error.code != "account_taken":
            raise
        await session.rollback()
        await note_answered(platform, request.scope, who, error, deed=FAILED)
        return _page(request, who, platform, error)
    await note(session, who, "account.enrol", "person", person, fields=("issuer", "subject"))
    source = await source_of(platform, session, who.tenant)
    answer = await admit(request, who, platform, session, source, found)
    answer.delete_cookie(name_of(who.tenant, UNKNOWN), path="/")
    return answer


def _signed_in(request: AnyRequest, who: Scope, platform: Platform) -> Who | None:
    return open_sealed(request, platform, who.tenant, UNKNOWN, Who)


def _page(request: AnyRequest, who: Scope, platform: Platform, trouble: ZhibuError | None = None) -> Response[str]:
    context = {"trouble": trouble.message if trouble else "", "again": f"{prefix_of(request)}/sign-in"}
    return page(request, who, platform, "pages/enrol.html", context, status=422 if trouble else 200)

"""Sign-ins: who has one, who is invited; inviting, linking, vouching for a second factor, taking a sign-in away."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, Forbidden, InvalidInput, NotFound, ZhibuError
from zhibu_core.identity.accounts import accounts, invitations
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import BEIJING, Scope
from zhibu_tenants.pages.forms import FormPage
from zhibu_tenants.sign_ins import invite_person, issuers_of, link_sign_in, unlink_sign_in, vouch_for
from zhibu_web.components import Option
from zhibu_web.framing import AnyRequest

HERE = "/people/sign-ins"
PAGE = FormPage(HERE, "tenants/sign_ins.html", "people")
READ, MANAGE = {"action": "account.read"}, {"action": "account.manage"}
SHOWN = 100
Typed = dict[str, str]
Work = Callable[[Typed], Awaitable[None]]


@get(HERE, opt=READ)
async def sign_ins_page(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The sign-ins by name, `?find=` a part of the name or number, and the invitations that wait."""
    return await _shown(request, who, platform, session)


@post(HERE + "/invite", opt=MANAGE)
async def invite_to_sign_in(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Makes a code, which this one page shows and nothing keeps."""
    who.require("account.manage", "")
    typed = await _typed(request)
    try:
        code = await invite_person(session, who, typed.get("person", ""))
    except (InvalidInput, NotFound) as error:
        return await _shown(request, who, platform, session, form="invite", typed=typed, error=error)
    return await _shown(request, who, platform, session, code=code, invited=typed["person"])


@post(HERE + "/link", opt=MANAGE)
async def link_a_sign_in(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Links a sign-in whose owner is known."""

    async def work(typed: Typed) -> None:
        given = (typed.get("person", ""), typed.get("issuer", ""), typed.get("subject", ""))
        await link_sign_in(session, who, *given)

    return await _done(request, who, platform, session, "link", work)


@post(HERE + "/vouch", opt=MANAGE)
async def vouch_for_factor(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Notes that the person was seen with their device."""

    async def work(typed: Typed) -> None:
        await vouch_for(session, who, typed.get("person", ""))

    return await _done(request, who, platform, session, "vouch", work)


@post(HERE + "/unlink", opt=MANAGE)
async def unlink_a_sign_in(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Takes a sign-in away and ends its sessions."""

    async def work(typed: Typed) -> None:
        await unlink_sign_in(session, who, typed.get("issuer", ""), typed.get("subject", ""))

    return await _done(request, who, platform, session, "unlink", work)


async def _done(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, form: str, work: Work
) -> Response[Any]:
    who.require("account.manage", "")
    typed = await _typed(request)
    try:
        async with session.begin_nested():
            await work(typed)
    except (Conflict, Forbidden, InvalidInput, NotFound) as error:
        return await _shown(request, who, platform, session, form=form, typed=typed, error=error)
    return PAGE.done(request, form)


async def _typed(request: AnyRequest) -> Typed:
    form = await request.form()
    return {name: str(form.get(name, "")).strip() for name in ("person", "issuer", "subject")}


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    *,
    form: str = "",
    typed: Typed | None = None,
    error: ZhibuError | None = None,
    code: str = "",
    invited: str = "",
) -> Response[str]:
    wanted = request.query_params.get("find", "").strip()
    found = [line for line in await accounts(session) if wanted in line.person or wanted == (line.number or "")]
    issuers = await issuers_of(session)
    context = {
        "lines": found[:SHOWN],
        "more": max(len(found) - SHOWN, 0),
        "find": wanted,
        "waiting": await invitations(session),
        "issuers": [Option(one, one) for one in issuers],
        "zone": BEIJING,
        "form": form,
        "code": code,
        "invited": invited,
        "may_manage": who.may("account.manage"),
    }
    field = f"{form}-{error.field or 'person'}" if error else None
    return PAGE.shown(request, who, platform, context, typed=typed, error=error, field=field)

"""Integrators: which programs of others work here, with which permissions, last heard of when; making, renewing, ending one."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from zhibu_core.errors import InvalidInput, NotFound, Unavailable, ZhibuError
from zhibu_core.identity.permissions import FOR_PERSONS
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import BEIJING, Scope
from zhibu_tenants.keycloak.programs import DOOR, create_program, end_program, programs, renew_secret
from zhibu_tenants.pages.forms import FormPage, field_of
from zhibu_web.components import Option
from zhibu_web.framing import AnyRequest

HERE = "/exchange/programs"
PAGE = FormPage(HERE, "tenants/programs.html", "exchange")
READ, MANAGE = {"action": "integrator.read"}, {"action": "integrator.manage"}


@get(HERE, opt=READ)
async def programs_page(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> Response[str]:
    """The programs by name; `?name=` puts one into the form."""
    return await _shown(request, who, platform)


@post(HERE, opt=MANAGE)
async def make_program(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> Response[Any]:
    """Makes a client at the sign-in service, or changes the scopes of one; its secret is on this one page."""
    who.require("integrator.manage", "")
    form = await request.form()
    typed: dict[str, Any] = {"name": str(form.get("name", "")).strip()}
    typed["scopes"] = [str(one) for one in form.getall("scopes", [])]
    try:
        made, secret = await create_program(platform, who, typed["name"], typed["scopes"])
    except (InvalidInput, NotFound, Unavailable) as error:
        return await _shown(request, who, platform, typed=typed, error=error)
    return await _shown(request, who, platform, given=(made.issuer, made.client_id, secret))


@post(HERE + "/{name:str}/renew", opt=MANAGE)
async def renew_program(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    name: FromPath[str],
) -> Response[Any]:
    """A new secret; the old one is good no more."""
    who.require("integrator.manage", "")
    try:
        made, secret = await renew_secret(platform, who, name)
    except Unavailable as error:
        return await _shown(request, who, platform, error=error)
    return await _shown(request, who, platform, given=(made.issuer, made.client_id, secret))


@post(HERE + "/{name:str}/end", opt=MANAGE)
async def end_a_program(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    name: FromPath[str],
) -> Response[Any]:
    """Takes its powers at once; with the sign-in service away that holds all the same."""
    who.require("integrator.manage", "")
    try:
        await end_program(platform, who, name)
    except Unavailable as error:
        return await _shown(request, who, platform, error=error)
    return PAGE.done(request, "ended")


def _is_for_programs(action: str) -> bool:
    """Not what only a person may do, not what every program has, and nothing about one's own person: a program is none."""
    return action not in FOR_PERSONS and action != DOOR and not action.endswith("_own")


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    *,
    typed: dict[str, Any] | None = None,
    error: ZhibuError | None = None,
    given: tuple[str, str, str] | None = None,
) -> Response[str]:
    async with platform.database.session(who.tenant.id) as session:
        found = await programs(session)
    chosen = next((one for one in found if one.name == request.query_params.get("name")), None)
    actions = platform.scopes.policy(who.plugins).actions
    offered = {key: action for key, action in sorted(actions.items()) if _is_for_programs(key)}
    context = {
        "found": found,
        "titles": {key: action.title for key, action in actions.items()},
        "options": [Option(key, action.title) for key, action in offered.items()],
        "door": DOOR,
        "zone": BEIJING,
        "given": given,
        "may_manage": who.may("integrator.manage"),
    }
    known = {"name": chosen.name if chosen else "", "scopes": chosen.scopes if chosen else []}
    field = field_of(error, ("name", "scopes"), "name")
    return PAGE.shown(request, who, platform, context, typed=typed or known, error=error, field=field)

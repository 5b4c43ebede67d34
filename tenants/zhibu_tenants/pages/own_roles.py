"""The tenant's own roles: which there are, making or changing one, ending one."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden, InvalidInput, ZhibuError
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_tenants.pages.forms import FormPage, field_of
from zhibu_tenants.powers.own_roles import define_role, end_role, own_roles
from zhibu_web.components import Option
from zhibu_web.framing import AnyRequest

HERE = "/people/roles/own"
PAGE = FormPage(HERE, "tenants/own_roles.html", "people")
FIELDS = ("key", "name", "english", "actions")


@get(HERE, opt={"action": "role.read"})
async def own_roles_page(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The roles; `?key=` puts one into the form."""
    key = request.query_params.get("key", "")
    chosen = next((role for role in await own_roles(session) if role.key == key), None)
    typed = (
        {"key": chosen.key, "name": chosen.name_zh, "english": chosen.name_en, "actions": chosen.actions}
        if chosen
        else {"key": "", "name": "", "english": "", "actions": []}
    )
    return await _shown(request, who, platform, session, typed)


@post(HERE, opt={"action": "role.define"})
async def define_own_role(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Makes or changes a role; what is wrong is shown beside what was typed."""
    who.require("role.define", "")
    form = await request.form()
    typed: dict[str, Any] = {name: str(form.get(name, "")).strip() for name in FIELDS[:3]}
    typed["actions"] = [str(one) for one in form.getall("actions", [])]
    try:
        async with session.begin_nested():
            name = Words(typed["name"], typed["english"] or typed["name"])
            await define_role(session, platform.scopes, who, typed["key"], name, typed["actions"])
    except (InvalidInput, Forbidden) as error:
        return await _shown(request, who, platform, session, typed, error)
    return PAGE.done(request, "defined")


@post(HERE + "/{key:str}/end", opt={"action": "role.define"})
async def end_own_role(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    session: NamedDependency[AsyncSession],
    key: FromPath[str],
) -> Redirect:
    """Ends a role at once, for whoever holds it."""
    who.require("role.define", "")
    await end_role(session, who, key)
    return PAGE.done(request, "ended")


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    typed: dict[str, Any],
    error: ZhibuError | None = None,
) -> Response[str]:
    actions = platform.scopes.policy(who.plugins).actions
    context = {
        "own": await own_roles(session),
        "options": [Option(key, actions[key].title, key) for key in sorted(actions) if key != "home.read"],
        "titles": {key: action.title for key, action in actions.items()},
        "may_define": who.may("role.define", ""),
    }
    field = field_of(error, FIELDS, "actions")
    return PAGE.shown(request, who, platform, context, typed=typed, error=error, field=field)

"""Plugins: what is installed and on, and before each switch what would open or close."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_tenants.effects import effects_of
from zhibu_tenants.enablement import PluginState, plugin_states, switch
from zhibu_web.components import Link
from zhibu_web.framing import AnyRequest, page, prefix_of

HERE = "/plugins"
DOOR = "plugins"


@get(HERE, opt={"action": "plugin.read"})
async def plugins(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """All installed plugins by key, the unavailable ones with the reason."""
    states = await plugin_states(platform, session)
    switched = next((one for one in states if one.key == request.query_params.get("switched")), None)
    context = {
        "states": states,
        "switched": switched,
        "may_switch": who.may("plugin.switch", ""),
        "here": f"{prefix_of(request)}{HERE}",
    }
    return page(request, who, platform, "tenants/plugins.html", context, door=DOOR)


@get(HERE + "/{key:str}", opt={"action": "plugin.switch"})
async def plugin(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    key: FromPath[str],
) -> Response[str]:
    """What a switch would do, before it is done."""
    return await _checked(request, who, platform, session, key, None)


@post(HERE + "/{key:str}", opt={"action": "plugin.switch"})
async def switch_plugin(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    key: FromPath[str],
) -> Response[Any]:
    """Switches; holds for the next request."""
    who.require("plugin.switch", "")
    wanted = str((await request.form()).get("on", ""))
    if wanted not in ("0", "1"):
        raise InvalidInput(
            "switch",
            Words("请在页面上选择启用或停用。", "Choose on the page whether to enable or to disable it."),
            field="on",
        )
    try:
        await switch(platform, session, who, key, on=wanted == "1")
    except InvalidInput as error:
        return await _checked(request, who, platform, session, key, error)
    return Redirect(f"{prefix_of(request)}{HERE}?switched={key}", status_code=303)


async def _checked(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, key: str, error: InvalidInput | None
) -> Response[str]:
    state = await _state(platform, session, key)
    here = f"{prefix_of(request)}{HERE}"
    title = state.manifest.title if state.manifest else key
    context = {
        "state": state,
        "title": title,
        "effects": effects_of(platform, key, who.plugins),
        "error": error,
        "has_errors": error is not None,
        "here": here,
        "crumbs": [Link(_L("Plugins"), here), Link(title)],
    }
    status = 422 if error else 200
    return page(request, who, platform, "tenants/plugin.html", context, door=DOOR, status=status)


async def _state(platform: Platform, session: AsyncSession, key: str) -> PluginState:
    found = next((one for one in await plugin_states(platform, session) if one.key == key), None)
    if found is None or found.manifest is None:
        raise NotFound("plugin_unknown", Words("没有找到这个页面。", "There is no such page."))
    return found

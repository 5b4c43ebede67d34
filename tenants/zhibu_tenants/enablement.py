"""Switches plugins on and off for a tenant; off closes every door and keeps the data."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.plugins.manifest import Manifest
from zhibu_core.plugins.models import PluginEnablement
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words


@dataclass(frozen=True)
class PluginState:
    """One installed plugin as a tenant sees it; `reason` says why it is unavailable, if it is."""

    key: str
    manifest: Manifest | None
    is_on: bool
    reason: str | None = None
    changed_at: dt.datetime | None = None


async def plugin_states(platform: Platform, session: AsyncSession) -> list[PluginState]:
    """All installed plugins by key, the unavailable ones with the reason."""
    rows = {row.plugin: row for row in await session.scalars(select(PluginEnablement))}
    host = platform.host
    states = []
    for key in sorted(host.switchable | set(host.unavailable)):
        row = rows.get(key)
        on = bool(row and row.is_on and key in host.switchable)
        states.append(
            PluginState(key, host.manifests.get(key), on, host.unavailable.get(key), row.changed_at if row else None)
        )
    return states


async def switch(platform: Platform, session: AsyncSession, scope: Scope, plugin: str, *, on: bool) -> PluginState:
    """Switches a plugin in the session's transaction; holds for the next request after it commits.

    Raises `NotFound` for an unknown plugin, `InvalidInput` where it is unavailable or what it requires is off (or,
    when switching off, where another that is on requires it).
    """
    host = platform.host
    if plugin in host.unavailable:
        raise InvalidInput(
            "plugin_unavailable",
            Words(
                f"插件“{plugin}”不可用：{host.unavailable[plugin]}",
                f"The plugin “{plugin}” is unavailable: {host.unavailable[plugin]}",
            ),
            field="plugin",
        )
    if plugin not in host.switchable:
        raise NotFound(
            "plugin_unknown",
            Words(
                f"没有安装插件“{plugin}”。可用 zhibu plugin list 查看。",
                f"No plugin “{plugin}” is installed. zhibu plugin list shows those there are.",
            ),
            field="plugin",
        )
    rows = {row.plugin: row for row in await session.scalars(select(PluginEnablement))}
    enabled = {key for key, row in rows.items() if row.is_on}
    _check_requirements(platform, plugin, enabled, on=on)
    row = rows.get(plugin)
    if row is None:
        row = PluginEnablement(id=new_id(), plugin=plugin, settings={}, is_on=not on)
        session.add(row)
    if row.is_on != on:
        row.is_on = on
        row.changed_at = dt.datetime.now(dt.UTC)
        row.changed_by = scope.actor.person_id if scope.actor else None
        await session.flush()
        await host.ask(plugin, "enabled" if on else "disabled", session=session, scope=scope)
        await note(session, scope, "plugin.switch", f"plugin:{plugin}", fields=["is_on"])
        await publish(session, "plugin.enabled" if on else "plugin.disabled", f"plugin:{plugin}", None)
    return PluginState(plugin, host.manifests[plugin], on, changed_at=row.changed_at)


def _check_requirements(platform: Platform, plugin: str, enabled: set[str], *, on: bool) -> None:
    manifests = platform.host.manifests
    if on:
        missing = [need for need in manifests[plugin].requires if need not in enabled]
        if missing:
            raise InvalidInput(
                "plugin_requires",
                Words(f"请先启用 {'、'.join(missing)}。", f"Enable {', '.join(missing)} first."),
                field="plugin",
            )
        return
    users = [key for key in enabled if key in manifests and plugin in manifests[key].requires and key != plugin]
    if users:
        raise InvalidInput(
            "plugin_required",
            Words(
                f"请先停用依赖它的插件：{'、'.join(users)}。",
                f"Disable the plugins that need it first: {', '.join(users)}.",
            ),
            field="plugin",
        )

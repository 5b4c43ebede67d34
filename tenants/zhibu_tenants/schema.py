"""Plugins in GraphQL: which there are, and switching them on and off."""

from typing import Annotated

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError
from zhibu_graphql.fields import additions, field, mutation, object_type, part, plain
from zhibu_tenants.enablement import PluginState, plugin_states, switch

Key = Annotated[str, strawberry.argument(description="The plugin's key, such as learning.")]


@object_type("plugin.read", "plugin.switch", description="An installed plugin, as it stands in the tenant.")
class Plugin:
    key: str = plain("Its key.")
    is_on: bool = plain("Whether the tenant has it on.")
    reason: str | None = plain("Why it is unavailable, if it is.")

    @field(description="What it is called; null where it cannot say.")
    def title(self, root: PluginState) -> str | None:
        return root.manifest.title.zh if root.manifest else None

    @field(description="What it is for.")
    def summary(self, root: PluginState) -> str | None:
        return root.manifest.summary.zh if root.manifest else None

    @field(description="Its version.")
    def version(self, root: PluginState) -> str | None:
        return root.manifest.version if root.manifest else None


@part(description="The plugin after it was switched on.")
class EnablePluginPayload:
    plugin: Plugin | None = plain("The plugin; null where it was not switched.")
    errors: list[UserError] = plain("Why it could not be switched on.", size=5)


@part(description="The plugin after it was switched off.")
class DisablePluginPayload:
    plugin: Plugin | None = plain("The plugin; null where it was not switched.")
    errors: list[UserError] = plain("Why it could not be switched off.", size=5)


@additions
class PluginQuery:
    @field(
        "plugin.read",
        description="The installed plugins by key.",
        size=50,
        computed="what is installed is known to the process and not to the database",
    )
    async def plugins(self, info: Info) -> list[Plugin] | None:
        async with info.context.turn() as session:
            return await plugin_states(info.context.platform, session)  # type: ignore[return-value]


@additions
class PluginMutation:
    @mutation("plugin.switch", description="Switches a plugin on; holds from the next request.")
    async def enable_plugin(self, info: Info, plugin: Key) -> EnablePluginPayload | None:
        return EnablePluginPayload(plugin=await _switched(info, plugin, on=True), errors=[])

    @mutation("plugin.switch", description="Switches a plugin off: every door of it closes, its data stays.")
    async def disable_plugin(self, info: Info, plugin: Key) -> DisablePluginPayload | None:
        return DisablePluginPayload(plugin=await _switched(info, plugin, on=False), errors=[])


async def _switched(info: Info, plugin: str, *, on: bool) -> Plugin:
    context = info.context
    state = await switch(context.platform, context.session, context.scope, plugin, on=on)
    context.forget()
    return state  # type: ignore[return-value]

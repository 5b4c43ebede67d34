"""The tenant's settings in GraphQL: the same as on the page."""

from typing import Annotated

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError
from zhibu_graphql.fields import additions, field, mutation, object_type, part, plain
from zhibu_tenants.settings import READ, SECURITY, SYSTEM, SettingLine, change_setting, settings_of

Key = Annotated[str, strawberry.argument(description="The setting's key, such as `export.approval_from`.")]
Value = Annotated[str, strawberry.argument(description="`true`, `false` or a whole number.")]


@object_type(READ, SYSTEM, SECURITY, description="A setting of the tenant.")
class Setting:
    may_change: bool = plain("Whether the asker may change it.")

    @field(description="Its key.")
    def key(self, root: SettingLine) -> str:
        return root.setting.key

    @field(description="What it is called.")
    def title(self, root: SettingLine, info: Info) -> str:
        return root.setting.title.of(info.context.locale)

    @field(description="What it does.")
    def about(self, root: SettingLine, info: Info) -> str:
        return root.setting.about.of(info.context.locale)

    @field(description="How it stands: `true`, `false` or a whole number.")
    def value(self, root: SettingLine) -> str:
        return root.text

    @field(description="The permission that changes it.")
    def action(self, root: SettingLine) -> str:
        return root.setting.action


@part(description="The setting after it was changed.")
class ChangeSettingPayload:
    setting: Setting | None = plain("The setting; null where it was not changed.")
    errors: list[UserError] = plain("Why it was not changed.", size=5)


@additions
class SettingQuery:
    @field(
        READ,
        description="The tenant's settings: core's own, and those of plugins that are on.",
        size=100,
        computed="which settings there are is declared by plugins, in the reader's language",
    )
    async def settings(self, info: Info) -> list[Setting] | None:
        context = info.context
        async with context.turn() as session:
            return await settings_of(context.platform, session, context.scope)  # type: ignore[return-value]


@additions
class SettingMutation:
    @mutation(SYSTEM, SECURITY, description="Changes a setting of the tenant; holds from the next request.")
    async def change_setting(self, info: Info, key: Key, value: Value) -> ChangeSettingPayload | None:
        context = info.context
        changed = await change_setting(context.platform, context.session, context.scope, key, value)
        context.forget()
        return ChangeSettingPayload(setting=changed, errors=[])  # type: ignore[arg-type]

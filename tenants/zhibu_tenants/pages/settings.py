"""The page of the tenant's settings: each administrator changes the own ones and reads the others'."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.pages.forms import FormPage
from zhibu_tenants.settings import READ, SettingLine, change_setting, settings_of
from zhibu_web.framing import AnyRequest

HERE = "/settings"
PAGE = FormPage(HERE, "tenants/settings.html", "settings")


@get(HERE, opt={"action": READ})
async def settings_page(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The settings as they stand."""
    return await _shown(request, who, platform, session)


@post(HERE, opt={"action": READ})
async def keep_settings(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Keeps all that the reader may change, or none; what is wrong is shown beside what was typed."""
    form = await request.form()
    typed = {
        line.setting.key: str(form.get(line.setting.key, "")) for line in await _changeable(platform, session, who)
    }
    who.require(READ, "")
    wrong: list[InvalidInput] = []
    async with session.begin_nested() as savepoint:
        for key, text in typed.items():
            try:
                async with session.begin_nested():
                    await change_setting(platform, session, who, key, text)
            except InvalidInput as error:
                wrong.append(InvalidInput(error.code, error.message, field=key))
        if wrong:
            await savepoint.rollback()
    if wrong:
        return await _shown(request, who, platform, session, typed, wrong)
    return PAGE.done(request, "kept")


async def _changeable(platform: Platform, session: AsyncSession, who: Scope) -> list[SettingLine]:
    return [line for line in await settings_of(platform, session, who) if line.may_change]


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    typed: dict[str, str] | None = None,
    wrong: list[InvalidInput] | None = None,
) -> Response[str]:
    lines = await settings_of(platform, session, who)
    context = {
        "own": [line for line in lines if line.may_change],
        "others": [line for line in lines if not line.may_change],
        "wrong": {error.field: error.message for error in wrong or ()},
    }
    known = {line.setting.key: line.text for line in lines}
    return PAGE.shown(request, who, platform, context, typed=typed or known, error=wrong[0] if wrong else None)

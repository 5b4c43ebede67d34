"""What handlers get by naming it: `who` (the scope: who asks, where), `session` (bound to the tenant), `platform`, `today`."""

import datetime as dt
from collections.abc import AsyncGenerator
from typing import Any

from litestar import Request
from litestar.di import NamedDependency, Provide
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.tenancy.limits import Limits
from zhibu_core.tenancy.scope import Scope


def provide_who(request: Request[Any, Any, Any]) -> Scope:
    """The scope that the gate made."""
    scope: Scope = request.state.scope
    return scope


def provide_platform(request: Request[Any, Any, Any]) -> Platform:
    """The process's parts."""
    platform: Platform = request.app.state.platform
    return platform


def provide_today(who: NamedDependency[Scope]) -> dt.date:
    """The tenant's day."""
    return who.today


async def provide_session(
    request: Request[Any, Any, Any], platform: NamedDependency[Platform], who: NamedDependency[Scope]
) -> AsyncGenerator[AsyncSession, None]:
    """One transaction of the tenant: committed when the handler returns, rolled back when it raises.

    A route that reads very many rows says `opt={"limits": REPORT}`; all others must be quick.
    """
    limits: Limits | None = request.route_handler.opt.get("limits")
    async with platform.database.session(who.tenant.id, limits=limits) as session:
        yield session


TENANT_DEPENDENCIES = {
    "who": Provide(provide_who, sync_to_thread=False),
    "platform": Provide(provide_platform, sync_to_thread=False),
    "today": Provide(provide_today, sync_to_thread=False),
    "session": Provide(provide_session),
}

"""What handlers get by naming it: `scope` (who asks, where), `session` (bound to the tenant), `platform`, `today`."""

import datetime as dt
from collections.abc import AsyncGenerator
from typing import Any

from litestar import Request
from litestar.di import Provide
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope


def provide_scope(request: Request[Any, Any, Any]) -> Scope:
    """The scope that the gate made."""
    scope: Scope = request.state.scope
    return scope


def provide_platform(request: Request[Any, Any, Any]) -> Platform:
    """The process's parts."""
    platform: Platform = request.app.state.platform
    return platform


def provide_today(scope: Scope) -> dt.date:
    """The tenant's day."""
    return scope.today


async def provide_session(platform: Platform, scope: Scope) -> AsyncGenerator[AsyncSession, None]:
    """One transaction of the tenant: committed when the handler returns, rolled back when it raises."""
    async with platform.database.session(scope.tenant.id) as session:
        yield session


TENANT_DEPENDENCIES = {
    "scope": Provide(provide_scope, sync_to_thread=False),
    "platform": Provide(provide_platform, sync_to_thread=False),
    "today": Provide(provide_today, sync_to_thread=False),
    "session": Provide(provide_session),
}

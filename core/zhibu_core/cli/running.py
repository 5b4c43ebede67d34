"""What commands share: the platform on a running database, a tenant's bound session and scope."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.boot import running_platform
from zhibu_core.platform import Platform
from zhibu_core.settings import read_settings
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.limits import COMMAND
from zhibu_core.tenancy.scope import Scope, Tenant


@asynccontextmanager
async def platform() -> AsyncIterator[Platform]:
    """The platform of this machine's installation, for as long as the command runs."""
    async with running_platform(read_settings(), pool_size=2, limits=COMMAND) as found:
        yield found


async def tenant_of_slug(running: Platform, slug: str) -> Tenant:
    """The tenant of this slug; raises `NotFound`."""
    async with running.database.system_session() as system:
        return await find_tenant(system, slug)


@asynccontextmanager
async def in_tenant(running: Platform, slug: str) -> AsyncIterator[tuple[AsyncSession, Scope]]:
    """One transaction of the tenant, with a scope of nobody: the operator at the machine, named "command" in the audit."""
    tenant = await tenant_of_slug(running, slug)
    async with running.database.session(tenant.id) as session:
        yield session, await running.scopes.scope(session, tenant, None, client="command")

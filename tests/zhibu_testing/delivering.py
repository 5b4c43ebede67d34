"""Delivers a tenant's events and jobs in a test, as the worker would after the commit."""

import datetime as dt

from sqlalchemy import text

from zhibu_core.jobs import Dispatcher
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Tenant

MOST_PASSES = 5
_STRIKE_OFF = text(
    "update jobs.outbox o set dispatched_at = :now where o.tenant_id <> :tenant and o.dispatched_at is null"
)


async def deliver(platform: Platform, tenant: Tenant) -> int:
    """Delivers what is due for this tenant, and what that asks for in turn; returns how many events were taken.

    What earlier tests left for their own tenants is struck off first: nobody looks at it any more.
    """
    async with platform.database.system_session() as system:
        await system.execute(_STRIKE_OFF, {"now": dt.datetime.now(dt.UTC), "tenant": tenant.id})
    dispatcher, total = Dispatcher(platform), 0
    for _ in range(MOST_PASSES):
        taken = await dispatcher.run_once()
        total += taken
        if not taken:
            break
    return total

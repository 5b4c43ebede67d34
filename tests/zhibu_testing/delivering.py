"""Delivers tenants' events, jobs and envelopes in a test, as the worker would after the commit."""

import datetime as dt
import uuid
from typing import Any, cast

from sqlalchemy import text

from zhibu_core.jobs import Dispatcher
from zhibu_core.platform import Platform
from zhibu_core.spaces.lane import SpaceLane
from zhibu_core.tenancy.scope import Tenant

MOST_PASSES = 8
_STRIKE_OFF = text(
    "update jobs.outbox o set dispatched_at = :now where o.tenant_id <> all(:tenants) and o.dispatched_at is null"
)
_AT_ONCE = text(
    "update jobs.outbox o set available_at = :now where o.tenant_id = any(:tenants) and o.dispatched_at is null"
)


async def deliver(platform: Platform, *tenants: Tenant, at_once: bool = False) -> int:
    """Delivers what is due for these tenants, and what that asks for in turn; returns how many events were taken.

    What earlier tests left for their own tenants is struck off first: nobody looks at it any more. With `at_once` what is
    to wait for a while is due as well.
    """
    await _say(platform, _STRIKE_OFF, [tenant.id for tenant in tenants])
    dispatcher, lane, total = Dispatcher(platform), SpaceLane(platform), 0
    for _ in range(MOST_PASSES):
        if at_once:
            await _say(platform, _AT_ONCE, [tenant.id for tenant in tenants])
        taken = await dispatcher.run_once() + await lane.run_once()
        total += taken
        if not taken:
            break
    return total


async def _say(platform: Platform, statement: Any, tenants: list[uuid.UUID]) -> None:
    async with platform.database.system_session() as system:
        await system.execute(statement, {"now": dt.datetime.now(dt.UTC), "tenants": cast("Any", tenants)})

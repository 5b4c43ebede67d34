"""What runs by the clock: the sweep of files every hour, and the scan of those that wait every minute."""

import datetime as dt

from zhibu_core.platform import Platform
from zhibu_core.schedule import Scheduled
from zhibu_core.storage.scanning import scan_waiting
from zhibu_core.storage.sweeping import sweep_tenant
from zhibu_core.tenancy.directory import all_tenants

AT_WORK = ("open", "suspended")


async def sweep(platform: Platform, now: dt.datetime) -> None:
    """Every tenant that is neither coming nor going."""
    async with platform.database.system_session() as system:
        tenants = await all_tenants(system)
    for tenant in tenants:
        if tenant.state in AT_WORK:
            await sweep_tenant(platform, tenant.id, now)


async def scan(platform: Platform, now: dt.datetime) -> None:
    """Where clamd is set: what an upload could not have scanned at once."""
    del now
    if not platform.settings.storage.clamd:
        return
    async with platform.database.system_session() as system:
        tenants = await all_tenants(system)
    for tenant in tenants:
        if tenant.state == "open":
            await scan_waiting(platform, tenant)


SCHEDULED = (
    Scheduled("files.sweep", dt.timedelta(hours=1), sweep, lease=dt.timedelta(minutes=50)),
    Scheduled("files.scan", dt.timedelta(minutes=1), scan),
)

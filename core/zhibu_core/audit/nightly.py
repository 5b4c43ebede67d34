"""What runs by the clock for the audit: sealing each minute; months and the check of every tenant each night."""

import datetime as dt
import uuid
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from zhibu_core.audit.months import keep_months
from zhibu_core.audit.seals import seal_tenant
from zhibu_core.audit.verifying import Report, verify_tenant
from zhibu_core.errors import ZhibuError
from zhibu_core.platform import Platform
from zhibu_core.schedule import DAY, Scheduled
from zhibu_core.tenancy.directory import all_tenants
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.scope import Tenant

log = structlog.get_logger()
AT_NIGHT = dt.timedelta(hours=18, minutes=30)
"""02:30 in Beijing."""

STALE = dt.timedelta(days=2)
SETTLED = frozenset({"open", "suspended"})


class AuditCheck(TenantOwned):
    """What one nightly check of a tenant found; `problem` is `Problem.as_line`, or None."""

    __tablename__ = "audit_check"

    checked_at: Mapped[dt.datetime]
    is_whole: Mapped[bool]
    seal_count: Mapped[int]
    entry_count: Mapped[int]
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


async def seal_everywhere(platform: Platform, now: dt.datetime) -> None:
    """Seals every tenant; one that cannot be sealed is logged and keeps no other waiting."""
    for tenant in await _tenants(platform):
        await _sealed(platform, tenant.id, now, thorough=False)


async def night(platform: Platform, now: dt.datetime) -> None:
    """Keeps the months, then checks every tenant, one after the other."""
    await keep_months(platform, now)
    for tenant in await _tenants(platform):
        await _sealed(platform, tenant.id, now, thorough=True)
        await check_tenant(platform, tenant.id, dt.datetime.now(dt.UTC))


async def check_tenant(platform: Platform, tenant: uuid.UUID, now: dt.datetime) -> Report:
    """Verifies a tenant and keeps the result, which its auditor and `zhibu doctor` see."""
    report = await verify_tenant(platform, tenant, now=now)
    problem = report.problem.as_line() if report.problem else None
    if problem:
        log.error(
            "audit_not_whole", tenant=str(tenant), kind=problem["kind"], seal=problem["seal"], row=problem["entry"]
        )
    async with platform.database.session(tenant) as session:
        session.add(
            AuditCheck(
                id=new_id(),
                checked_at=now,
                is_whole=report.is_whole,
                seal_count=report.seals,
                entry_count=report.entries,
                problem=problem,
            )
        )
    return report


async def latest_check(session: AsyncSession) -> AuditCheck | None:
    """The newest check of the session's tenant."""
    found: AuditCheck | None = await session.scalar(select(AuditCheck).order_by(AuditCheck.checked_at.desc()).limit(1))
    return found


async def faults_of_checks(platform: Platform, now: dt.datetime) -> list[str]:
    """The tenants whose latest check found something, or lies two nights back, each with its sentence in English."""
    faults = []
    for tenant in await _tenants(platform):
        async with platform.database.session(tenant.id) as session:
            check = await latest_check(session)
        if check is None:
            continue
        if check.problem is not None:
            faults.append(f"{tenant.slug}: {check.problem['en']}")
        elif now - check.checked_at > STALE:
            faults.append(f"{tenant.slug}: not checked since {check.checked_at:%Y-%m-%d}")
    return faults


SCHEDULED = (
    Scheduled("audit.seal", dt.timedelta(minutes=1), seal_everywhere),
    Scheduled("audit.night", DAY, night, at=AT_NIGHT, lease=dt.timedelta(hours=4)),
)


async def _tenants(platform: Platform) -> list[Tenant]:
    """Those that are whole: one that is being taken in or erased has no audit to speak of."""
    async with platform.database.system_session() as system:
        return [tenant for tenant in await all_tenants(system) if tenant.state in SETTLED]


async def _sealed(platform: Platform, tenant: uuid.UUID, now: dt.datetime, *, thorough: bool) -> None:
    try:
        await seal_tenant(platform, tenant, now=now, thorough=thorough)
    except (ZhibuError, OSError) as error:
        log.error("audit_not_sealed", tenant=str(tenant), error=str(error))

"""Runs every guard for one tenant: the prober, the walk over GraphQL, the canary, the audit of the catalog."""

import datetime as dt
import time
import uuid

from sqlalchemy import text

from zhibu_core.audit import note
from zhibu_core.database.canary import isolation_canary
from zhibu_core.database.catalog import audit_catalog
from zhibu_core.isolation.prober import probe, probe_unbound
from zhibu_core.isolation.report import Check, Fault, Report
from zhibu_core.platform import Platform
from zhibu_core.tenancy.bulk import raw_connection
from zhibu_core.tenancy.directory import all_tenants
from zhibu_core.tenancy.limits import REPORT, working_under
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.words import Words
from zhibu_tenants.isolation.graphql_walk import walk

ACTION = "audit.read"
CANARY = Words("金丝雀检查：数据库自己确认隔离有效", "The canary: the database itself says that isolation holds")
CATALOG = Words("数据库结构符合隔离规则", "The database's catalog follows every rule of isolation")
SEE_TO_IT = Words("须由平台运营方处理", "the operator must see to it")
_START = text("select 1")


async def prove(platform: Platform, scope: Scope) -> Report:
    """All checks for the scope's tenant, noted in its audit; takes seconds, a minute at most on a large tenant."""
    started = time.monotonic()
    tenant = scope.tenant
    other = await _neighbour_of(platform, tenant)
    with working_under(REPORT):
        walked = [*await _probed(platform, tenant, other), await walk(platform, tenant, other)]
    checks = [
        *walked,
        _named("canary", CANARY, await isolation_canary(platform)),
        _named("catalog", CATALOG, await audit_catalog(platform.owner_url or platform.database.url)),
    ]
    seconds = time.monotonic() - started
    report = Report(tenant, dt.datetime.now(dt.UTC), seconds, other is not None, tuple(checks))
    async with platform.database.session(tenant.id) as session:
        result = "holds" if report.holds else ", ".join(sorted({check.key for check, _ in report.faults}))
        await note(session, scope, ACTION, "isolation", purpose=f"isolation check: {result}")
    return report


async def _probed(platform: Platform, tenant: Tenant, other: Tenant | None) -> list[Check]:
    """In two transactions that end without a trace: one of the tenant, one of none."""
    async with platform.database.session(tenant.id) as session:
        checks = await probe(await raw_connection(session), tenant.id, other.id if other else uuid.uuid4())
        await session.rollback()
    async with platform.database.system_session() as system:
        await system.execute(_START)
        checks.append(await probe_unbound(await raw_connection(system)))
        await system.rollback()
    return checks


async def _neighbour_of(platform: Platform, tenant: Tenant) -> Tenant | None:
    """Another tenant: the oldest that is open, whose rows are looked for and never read."""
    async with platform.database.system_session() as system:
        others = [one for one in await all_tenants(system) if one.id != tenant.id and one.state == "open"]
    return min(others, key=lambda one: one.id.bytes, default=None)


def _named(key: str, title: Words, faults: list[str]) -> Check:
    return Check(key, title, 1, tuple(Fault(fault, SEE_TO_IT) for fault in faults))

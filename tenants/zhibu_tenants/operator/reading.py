"""How tenants stand, in numbers only: nothing here names a member."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import all_tenants
from zhibu_core.tenancy.scope import Tenant

SHOWN = 50
_STANDING = text(
    """select
    (select count(*) from membership where tenant_id = :t and until is null) as members,
    (select count(*) from organization where tenant_id = :t and abolished_on is null) as organizations,
    (select array_agg(plugin order by plugin) from plugin_enablement where tenant_id = :t and is_on) as plugins,
    (select max(sealed_at) from audit_seal where tenant_id = :t) as sealed_at,
    (select count(*) from staff_entry where tenant_id = :t and starts_at <= :now and ends_at > :now and ended_at is null) as inside,
    (select count(*) from identity_source where tenant_id = :t and realm is not null and off_since is null) as provisioned"""
)


@dataclass(frozen=True)
class Standing:
    """One tenant: how many members and organizations, which plugins are on, when its audit was last sealed (UTC).

    `inside` counts the entries of staff in force; `is_provisioned` says that its sign-in can drift.
    """

    tenant: Tenant
    members: int
    organizations: int
    plugins: Sequence[str]
    sealed_at: dt.datetime | None
    inside: int
    is_provisioned: bool


async def standing_of(platform: Platform, tenant: Tenant) -> Standing:
    """One statement in the tenant's own transaction."""
    async with platform.database.session(tenant.id) as session:
        row = (await session.execute(_STANDING, {"t": tenant.id, "now": dt.datetime.now(dt.UTC)})).one()
    return Standing(
        tenant,
        row.members,
        row.organizations,
        row.plugins or (),
        row.sealed_at,
        row.inside,
        bool(row.provisioned),
    )


async def standings(platform: Platform, number: int) -> tuple[list[Standing], int]:
    """The tenants of the page with this number (from 1), fifty a page, and how many pages there are."""
    async with platform.database.system_session() as system:
        tenants = await all_tenants(system)
    pages = max(1, -(-len(tenants) // SHOWN))
    first = (min(max(number, 1), pages) - 1) * SHOWN
    return [await standing_of(platform, tenant) for tenant in tenants[first : first + SHOWN]], pages

"""Closes and opens a tenant's doors at Keycloak with its state: what is there is disabled or enabled, nothing is deleted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Unavailable
from zhibu_core.identity.models import IdentitySource, Integrator
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.words import Words
from zhibu_tenants.keycloak.admin import Server, administering, server_of
from zhibu_tenants.keycloak.brokers import switch_broker
from zhibu_tenants.keycloak.clients import client_of, organization_of, switch_client

if TYPE_CHECKING:
    from keycloak import KeycloakAdmin

CLOSED = frozenset({"suspended", "erasing"})


def is_open(tenant: Tenant) -> bool:
    """Whether the tenant's people may sign in at all."""
    return tenant.state not in CLOSED


async def follow_state(platform: Platform, tenant: Tenant, *, on: bool) -> Words | None:
    """Brings Keycloak after the tenant's new state; what could not be done is said, not raised: the state holds here anyhow.

    Nothing is to be done for a tenant that has no sign-in there, and nothing is opened that was deprovisioned.
    """
    try:
        await switch_at_keycloak(platform, tenant, on=on)
    except Unavailable as error:
        done_zh, done_en = ("启用", "enabled") if on else ("停用", "disabled")
        return Words(
            f"Keycloak 中的登录还没有{done_zh}：{error.message.zh} 恢复后请运行 zhibu tenant check {tenant.slug} 核对。",
            f"The sign-in at Keycloak is not {done_en} yet: {error.message.en} Run zhibu tenant check {tenant.slug} later.",
        )
    return None


async def switch_at_keycloak(platform: Platform, tenant: Tenant, *, on: bool) -> None:
    """Enables or disables organization or own realm, clients, programs and the tenant's own provider; raises `Unavailable`."""
    async with platform.database.session(tenant.id) as session:
        rows = list(await session.scalars(select(IdentitySource).where(IdentitySource.realm.is_not(None))))
        programs = list(await session.scalars(select(Integrator).where(Integrator.off_since.is_(None))))
    for row in rows:
        if on and row.off_since is not None:
            continue
        server = server_of(platform.settings, demo=tenant.is_demo)
        realm = str(row.realm)
        clients = [row.client_id, *(one.client_id for one in programs if one.issuer == row.issuer)]
        if row.organization is None:
            async with administering(server, realm) as admin:
                await admin.a_update_realm(realm, {"enabled": on})
        async with administering(server, realm) as admin:
            for client in clients:
                await switch_client(admin, client, on=on)
            if row.organization is not None:
                await _switch_organization(admin, row.organization, on=on)
            if row.broker_alias is not None:
                await switch_broker(admin, row.broker_alias, on=on)


async def programs_at(session: AsyncSession, issuer: str) -> list[Integrator]:
    """The tenant's programs at this issuer, those that have ended too."""
    query = select(Integrator).where(Integrator.issuer == issuer).order_by(Integrator.client_id)
    return list(await session.scalars(query))


async def programs_drift(
    server: Server, realm: str, programs: Sequence[Integrator], *, on: bool, mend: bool
) -> list[str]:
    """Clients of programs that are enabled and should not be, or the other way round; with `mend` no longer."""
    if not programs:
        return []
    async with administering(server, realm) as admin:
        found = [
            await _program_drift(admin, one.client_id, on=on and one.off_since is None, mend=mend) for one in programs
        ]
    return [line for lines in found for line in lines]


async def _program_drift(admin: "KeycloakAdmin", client_id: str, *, on: bool, mend: bool) -> list[str]:
    found = await client_of(admin, client_id)
    if found is None:
        return [f"client {client_id} is missing"] if on else []
    if found["enabled"] == on:
        return []
    if mend:
        await switch_client(admin, client_id, on=on)
    is_, should = ("on", "off") if found["enabled"] else ("off", "on")
    return [f"client {client_id}: enabled is {is_}, should be {should}"]


async def _switch_organization(admin: "KeycloakAdmin", alias: str, *, on: bool) -> None:
    if found := await organization_of(admin, alias):
        await admin.a_update_organization(found["id"], found | {"enabled": on})

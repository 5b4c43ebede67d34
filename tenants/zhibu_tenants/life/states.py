"""Suspends and resumes a tenant: a suspended one answers with one plain page, and its jobs wait."""

from typing import Literal

from zhibu_core.audit import note
from zhibu_core.database.ownership import as_owner
from zhibu_core.errors import InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Actor, Scope, Tenant
from zhibu_core.words import Words

State = Literal["importing", "open", "suspended", "erasing"]

_CHANGE = "update global_tenant set state = $2 where id = $1"


async def change_state(platform: Platform, tenant: Tenant, state: State) -> None:
    """Writes the state; the owner's own transaction."""
    async with as_owner(platform, tenant.id) as owner:
        await owner.execute(_CHANGE, tenant.id, state)
    platform.tenants.forget(tenant.slug)


async def suspend(platform: Platform, tenant: Tenant, reason: str, *, by: Actor | None = None) -> Words | None:
    """Closes every door of the tenant, here and at Keycloak; suspending twice changes nothing.

    Returns what could not be done at Keycloak, if anything. Raises `InvalidInput` while it is being erased.
    """
    _refuse_unless(tenant, {"open", "suspended"})
    await change_state(platform, tenant, "suspended")
    await _note(platform, tenant, "tenant.suspend", reason, by)
    return await _at_keycloak(platform, tenant, on=False)


async def resume(platform: Platform, tenant: Tenant, reason: str, *, by: Actor | None = None) -> Words | None:
    """Opens the doors again; returns what could not be done at Keycloak, if anything.

    Raises `InvalidInput` for a tenant that is being imported or erased.
    """
    _refuse_unless(tenant, {"open", "suspended"})
    await change_state(platform, tenant, "open")
    await _note(platform, tenant, "tenant.resume", reason, by)
    return await _at_keycloak(platform, tenant, on=True)


async def _at_keycloak(platform: Platform, tenant: Tenant, *, on: bool) -> Words | None:
    from zhibu_tenants.keycloak.switching import follow_state  # loads the client of Keycloak

    return await follow_state(platform, tenant, on=on)


def _refuse_unless(tenant: Tenant, states: set[str]) -> None:
    if tenant.state not in states:
        raise InvalidInput(
            "tenant_state",
            Words(
                f"租户“{tenant.slug}”正在导入或注销（{tenant.state}），不能暂停或恢复。",
                f"The tenant “{tenant.slug}” is {tenant.state}, so it can be neither suspended nor resumed.",
            ),
            field="tenant",
        )


async def _note(platform: Platform, tenant: Tenant, action: str, reason: str, by: Actor | None) -> None:
    async with platform.database.session(tenant.id) as session:
        scope = Scope(tenant, frozenset(), by)
        await note(session, scope, action, "tenant", tenant.id, purpose=reason or None)

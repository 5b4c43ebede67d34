"""A tenant that is suspended or erased is disabled at Keycloak too, nothing is deleted there; with Keycloak away, that is said."""

import dataclasses
import uuid
from pathlib import Path
from typing import Any

import pytest

from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.keycloak.admin import administering, call
from zhibu_tenants.keycloak.clients import client_of, organization_of
from zhibu_tenants.keycloak.programs import create_program
from zhibu_tenants.keycloak.provisioning import check, plan_of, provision
from zhibu_tenants.life.erasing import erase_tenant
from zhibu_tenants.life.states import resume, suspend
from zhibu_tenants.provisioning import create_tenant
from zhibu_testing.fixtures import all_powers


async def tenant_now(campus: Any, slug: str) -> Any:
    async with campus.platform.database.system_session() as system:
        return await find_tenant(system, slug)


async def new_tenant(campus: Any, *, own_realm: bool) -> tuple[Any, Scope]:
    """Provisioned, with a program."""
    made = await create_tenant(campus.platform, f"s-{uuid.uuid4().hex[:8]}", "云汀大学", "university")
    tenant = await tenant_now(campus, made.slug)
    scope = await all_powers(campus.platform, tenant)
    await provision(campus.platform, scope, own_realm=own_realm)
    await create_program(campus.platform, scope, "hr", ["organization.read"])
    return tenant, scope


async def doors(campus: Any, plan: Any) -> list[bool]:
    """What is enabled at Keycloak: organization or realm, the pages' client, the program's client."""
    async with administering(campus.server, plan.realm) as admin:
        place = await organization_of(admin, plan.alias) if plan.alias else await call(admin, "GET", "")
        web = await client_of(admin, plan.web_client)
        program = await client_of(admin, f"zhibu-program-{plan.tenant.slug}.hr")
    assert place is not None
    assert web is not None
    assert program is not None
    return [place["enabled"], web["enabled"], program["enabled"]]


@pytest.mark.parametrize("own_realm", [False, True])
async def test_keycloak_follows_a_tenants_state(campus: Any, own_realm: bool, tmp_path: Path) -> None:
    tenant, _ = await new_tenant(campus, own_realm=own_realm)
    plan = plan_of(campus.platform, tenant, own_realm=own_realm)
    assert await doors(campus, plan) == [True] * 3
    assert await suspend(campus.platform, tenant, "exercise") is None
    assert await doors(campus, plan) == [False] * 3
    tenant = await tenant_now(campus, tenant.slug)
    assert await check(campus.platform, Scope(tenant, frozenset())) == []
    assert await resume(campus.platform, tenant, "exercise") is None
    assert await doors(campus, plan) == [True] * 3
    said = await erase_tenant(campus.platform, await tenant_now(campus, tenant.slug), tmp_path / "certificate.json")
    assert not any("Keycloak" in line for line in said.remains)
    assert await doors(campus, plan) == [False] * 3


async def test_with_keycloak_away_the_state_holds_and_the_drift_is_named(campus: Any, tmp_path: Path) -> None:
    tenant, _ = await new_tenant(campus, own_realm=False)
    plan, settings = plan_of(campus.platform, tenant, own_realm=False), campus.platform.settings
    campus.platform.settings = dataclasses.replace(settings, keycloak_address="http://127.0.0.1:9")
    try:
        left = await suspend(campus.platform, tenant, "exercise")
    finally:
        campus.platform.settings = settings
    assert left is not None
    assert f"zhibu tenant check {tenant.slug}" in left.en
    tenant = await tenant_now(campus, tenant.slug)
    assert tenant.state == "suspended"
    drift = await check(campus.platform, Scope(tenant, frozenset()))
    assert drift == [
        f"organization {plan.alias}: enabled is on, should be off",
        f"client {plan.web_client}: enabled is on, should be off",
        f"client zhibu-program-{tenant.slug}.hr: enabled is on, should be off",
    ]
    assert sorted(await provision(campus.platform, Scope(tenant, frozenset()), own_realm=False)) == sorted(drift)
    assert await doors(campus, plan) == [False] * 3
    campus.platform.settings = dataclasses.replace(settings, keycloak_address="http://127.0.0.1:9")
    try:
        said = await erase_tenant(campus.platform, tenant, tmp_path / "certificate.json")
    finally:
        campus.platform.settings = settings
    assert any("the sign-in at Keycloak" in line for line in said.remains)

"""Gives a tenant its sign-in at Keycloak, looks for drift, and takes it away again; broken off, calling it again does the rest."""

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Conflict, NotFound
from zhibu_core.identity.models import IdentitySource
from zhibu_core.identity.sources import SECRET
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words
from zhibu_tenants.keycloak import wanted
from zhibu_tenants.keycloak.admin import Server, administering, server_of
from zhibu_tenants.keycloak.clients import (
    organization_of,
    secret_of,
    settle_client,
    settle_organization,
    switch_client,
)
from zhibu_tenants.keycloak.realms import settle_realm

COMMAND_CLIENT = "zhibu-command"


@dataclass(frozen=True)
class Plan:
    """What a tenant's sign-in is at Keycloak: `alias` is its organization, none in a realm of its own."""

    server: Server
    tenant: Tenant
    realm: str
    alias: str | None
    base: str

    @property
    def issuer(self) -> str:
        """The realm's name in tokens."""
        return self.server.issuer(self.realm)

    @property
    def web_client(self) -> str:
        """A client of its own for every tenant, so that no tenant's code or address is good for another."""
        return f"zhibu-web-{self.tenant.slug}"


def plan_of(platform: Platform, tenant: Tenant, *, own_realm: bool) -> Plan:
    """The plan by the settings; raises `Unavailable` where Keycloak is not set."""
    server = server_of(platform.settings, demo=tenant.is_demo)
    own_host = next((host for host, slug in platform.settings.hosts.items() if slug == tenant.slug), None)
    base = f"https://{own_host}" if own_host else f"{server.public_address}/t/{tenant.slug}"
    if own_realm:
        return Plan(server, tenant, f"{server.shared_realm}-{tenant.slug}", None, base)
    return Plan(server, tenant, server.shared_realm, tenant.slug, base)


async def provision(platform: Platform, scope: Scope, *, own_realm: bool) -> list[str]:
    """Makes or mends everything; returns what was not as wanted. Raises `Conflict` where another tenant holds the place."""
    plan = plan_of(platform, scope.tenant, own_realm=own_realm)
    async with platform.database.session(scope.tenant.id) as session:
        await _claim(session, plan)
    drift = await settle(plan, mend=True)
    async with administering(plan.server, plan.realm) as admin:
        secret = await secret_of(admin, plan.web_client)
    async with platform.database.session(scope.tenant.id) as session:
        await _note_source(platform, session, scope, plan, secret)
    platform.doors_seen.pop(scope.tenant.id, None)
    return drift


async def settle(plan: Plan, *, mend: bool) -> list[str]:
    """What is not as wanted at Keycloak, one line each; with `mend` it is now."""
    drift = await settle_realm(plan.server, plan.realm, shared=plan.alias is not None, mend=mend)
    if drift and drift[0] == f"realm {plan.realm} is missing" and not mend:
        return drift
    async with administering(plan.server, plan.realm) as admin:
        if plan.alias is not None:
            drift += await settle_organization(admin, wanted.organization(plan.alias, plan.tenant.name), mend=mend)
        web = wanted.web_client(plan.web_client, plan.tenant.name, plan.base)
        drift += await settle_client(admin, web, mend=mend)
        drift += await settle_client(admin, wanted.command_client(COMMAND_CLIENT), mend=mend)
    return drift


async def check(platform: Platform, scope: Scope) -> list[str]:
    """The drift of a provisioned tenant: Keycloak against our wishes, and our own row against Keycloak; raises `NotFound`."""
    async with platform.database.session(scope.tenant.id) as session:
        row = await _source(session)
    if row is None:
        raise NotFound(
            "not_provisioned",
            Words(
                f"租户“{scope.tenant.slug}”还没有在 Keycloak 开通登录。请先运行 zhibu tenant provision。",
                f"The tenant “{scope.tenant.slug}” has no sign-in at Keycloak. Run zhibu tenant provision first.",
            ),
        )
    plan = plan_of(platform, scope.tenant, own_realm=row.organization is None)
    drift = (
        []
        if row.off_since is None
        else [f"tenant {scope.tenant.slug}: its sign-in is off since {row.off_since:%Y-%m-%d}"]
    )
    for what, is_, should in (
        ("issuer", row.issuer, plan.issuer),
        ("client", row.client_id, plan.web_client),
        ("organization", row.organization, plan.alias),
        ("level", row.level, wanted.LEVEL),
    ):
        if is_ != should:
            drift.append(f"tenant {scope.tenant.slug}: {what} is {is_ or 'not set'}, should be {should or 'not set'}")
    return drift + await settle(plan, mend=False)


async def switch_off(platform: Platform, scope: Scope) -> None:
    """Off-boarding: disables organization or realm client and ends all sessions; deletes nothing (tenancy-security.md 2)."""
    async with platform.database.session(scope.tenant.id) as session:
        row = await _source(session)
        if row is None:
            return
        row.off_since = instant_of(session)
        await session.execute(text("delete from web_session where tenant_id = :t"), {"t": scope.tenant.id})
        await note(session, scope, "tenant.sign_in.off", "identity_source", row.id)
        own_realm = row.organization is None
    plan = plan_of(platform, scope.tenant, own_realm=own_realm)
    async with administering(plan.server, plan.realm) as admin:
        await switch_client(admin, plan.web_client, on=False)
        if plan.alias is not None and (found := await organization_of(admin, plan.alias)):
            await admin.a_update_organization(found["id"], found | {"enabled": False})
    platform.doors_seen.pop(scope.tenant.id, None)


async def _source(session: AsyncSession) -> IdentitySource | None:
    query = (
        select(IdentitySource).where(IdentitySource.realm.is_not(None)).order_by(IdentitySource.made_at.desc()).limit(1)
    )
    found: IdentitySource | None = await session.scalar(query)
    return found


async def _claim(session: AsyncSession, plan: Plan) -> None:
    held = await session.scalar(
        text("select app.claim_identity(:issuer, :organization)"),
        {"issuer": plan.issuer, "organization": plan.alias or ""},
    )
    if not held:
        raise Conflict(
            "identity_taken",
            Words(
                f"Keycloak 的 {plan.realm} 中这个位置已属于另一个租户。",
                f"This place in Keycloak's realm {plan.realm} belongs to another tenant already.",
            ),
        )


async def _note_source(platform: Platform, session: AsyncSession, scope: Scope, plan: Plan, secret: str) -> None:
    """One row an issuer; where the tenant moves to another realm, the older row is switched off."""
    now = instant_of(session)
    rows = {row.issuer: row for row in await session.scalars(select(IdentitySource))}
    row = rows.pop(plan.issuer, None)
    for other in rows.values():
        other.off_since = other.off_since or now
    if row is None:
        row = IdentitySource(id=new_id(), issuer=plan.issuer, made_at=now)
        session.add(row)
    row.organization, row.realm, row.client_id = plan.alias, plan.realm, plan.web_client
    row.client_secret = platform.keyring.cipher(scope.tenant.id, SECRET).seal(secret.encode(), row.id)
    row.command_client, row.level, row.off_since = COMMAND_CLIENT, wanted.LEVEL, None
    await note(session, scope, "tenant.sign_in.on", "identity_source", row.id)

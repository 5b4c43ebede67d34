"""Gives a tenant its sign-in at Keycloak, looks for drift, and takes it away again; broken off, calling it again does the rest."""

from dataclasses import dataclass, replace

import msgspec
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
from zhibu_tenants.keycloak.broker_files import BrokerConfig
from zhibu_tenants.keycloak.brokers import alias_of, settle_broker
from zhibu_tenants.keycloak.clients import secret_of, settle_client, settle_organization
from zhibu_tenants.keycloak.realms import settle_realm
from zhibu_tenants.keycloak.switching import is_open, programs_at, programs_drift, switch_at_keycloak

COMMAND_CLIENT = "zhibu-command"
BROKER_SECRET = "identity_source.broker_secret"  # noqa: S105 the name of a column


@dataclass(frozen=True)
class Plan:
    """What a tenant's sign-in is at Keycloak: `alias` is its organization, none in a realm of its own."""

    server: Server
    tenant: Tenant
    realm: str
    alias: str | None
    base: str
    broker: BrokerConfig | None = None

    @property
    def issuer(self) -> str:
        """The realm's name in tokens."""
        return self.server.issuer(self.realm)

    @property
    def web_client(self) -> str:
        """A client of its own for every tenant, so that no tenant's code or address is good for another."""
        return f"zhibu-web-{self.tenant.slug}"

    @property
    def broker_alias(self) -> str:
        """What the tenant's own provider is called in the realm, where it has one."""
        return alias_of(self.tenant.slug, self.broker.kind if self.broker else "oidc")

    @property
    def broker_address(self) -> str:
        """Where the tenant's own provider sends people back to; it must be registered there."""
        return f"{self.issuer}/broker/{self.broker_alias}/endpoint"


def plan_of(platform: Platform, tenant: Tenant, *, own_realm: bool) -> Plan:
    """The plan by the settings; raises `Unavailable` where Keycloak is not set."""
    server = server_of(platform.settings, demo=tenant.is_demo)
    own_host = next((host for host, slug in platform.settings.hosts.items() if slug == tenant.slug), None)
    base = f"https://{own_host}" if own_host else f"{server.public_address}/t/{tenant.slug}"
    if own_realm:
        return Plan(server, tenant, f"{server.shared_realm}-{tenant.slug}", None, base)
    return Plan(server, tenant, server.shared_realm, tenant.slug, base)


@dataclass(frozen=True)
class NewBroker:
    """What an operator says about the tenant's own provider: another one with its client's secret, or none any more."""

    config: BrokerConfig | None
    secret: str | None = None


async def provision(platform: Platform, scope: Scope, *, own_realm: bool, broker: NewBroker | None = None) -> list[str]:
    """Makes or mends everything; returns what was not as wanted. Raises `Conflict` where another tenant holds the place.

    Without `broker` the tenant keeps the provider that it has.
    """
    plan = plan_of(platform, scope.tenant, own_realm=own_realm)
    async with platform.database.session(scope.tenant.id) as session:
        await _claim(session, plan)
        row = await _source(session)
    kept = broker is None
    broker = broker or _kept_broker(platform, scope.tenant, row)
    plan = replace(plan, broker=broker.config)
    drift = await settle(plan, secret=broker.secret, renew=not kept, mend=True)
    async with administering(plan.server, plan.realm) as admin:
        secret = await secret_of(admin, plan.web_client)
    async with platform.database.session(scope.tenant.id) as session:
        await _note_source(platform, session, scope, plan, secret, broker)
        programs = await programs_at(session, plan.issuer)
    platform.doors.forget(scope.tenant.id)
    return drift + await programs_drift(plan.server, plan.realm, programs, on=is_open(plan.tenant), mend=True)


async def settle(plan: Plan, *, mend: bool, secret: str | None = None, renew: bool = False) -> list[str]:
    """What is not as wanted at Keycloak, one line each; with `mend` it is now.

    `secret` is ours at the tenant's provider; Keycloak does not show its own, so `renew` writes it in any case.
    """
    on = is_open(plan.tenant)
    drift = await settle_realm(
        plan.server, plan.realm, shared=plan.alias is not None, on=on or plan.alias is not None, mend=mend
    )
    if drift and drift[0] == f"realm {plan.realm} is missing" and not mend:
        return drift
    async with administering(plan.server, plan.realm) as admin:
        if plan.alias is not None:
            organization = wanted.organization(plan.alias, plan.tenant.name, on=on)
            drift += await settle_organization(admin, organization, mend=mend)
        web = wanted.web_client(plan.web_client, plan.tenant.name, plan.base, on=on)
        drift += await settle_client(admin, web, mend=mend)
        drift += await settle_client(admin, wanted.command_client(COMMAND_CLIENT), mend=mend)
        drift += await settle_broker(
            admin,
            plan.tenant.slug,
            plan.broker,
            organization=plan.alias,
            on=on,
            secret=secret,
            renew=renew,
            mend=mend,
        )
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
        programs = await programs_at(session, plan.issuer)
    plan = replace(plan, broker=_kept_broker(platform, scope.tenant, row).config)
    drift = _row_drift(row, plan) + await settle(plan, mend=False)
    if f"realm {plan.realm} is missing" in drift:
        return drift
    return drift + await programs_drift(plan.server, plan.realm, programs, on=is_open(plan.tenant), mend=False)


def _row_drift(row: IdentitySource, plan: Plan) -> list[str]:
    slug = plan.tenant.slug
    drift = [] if row.off_since is None else [f"tenant {slug}: its sign-in is off since {row.off_since:%Y-%m-%d}"]
    for what, is_, should in (
        ("issuer", row.issuer, plan.issuer),
        ("client", row.client_id, plan.web_client),
        ("organization", row.organization, plan.alias),
        ("level", row.level, wanted.LEVEL),
    ):
        if is_ != should:
            drift.append(f"tenant {slug}: {what} is {is_ or 'not set'}, should be {should or 'not set'}")
    return drift


async def switch_off(platform: Platform, scope: Scope) -> None:
    """Off-boarding: disables organization or realm and clients and ends all sessions; deletes nothing (tenancy-security.md 2)."""
    async with platform.database.session(scope.tenant.id) as session:
        row = await _source(session)
        if row is None:
            return
        row.off_since = instant_of(session)
        await session.execute(text("delete from web_session where tenant_id = :t"), {"t": scope.tenant.id})
        await note(session, scope, "tenant.sign_in.off", "identity_source", row.id)
    await switch_at_keycloak(platform, scope.tenant, on=False)
    platform.doors.forget(scope.tenant.id)


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


def _kept_broker(platform: Platform, tenant: Tenant, row: IdentitySource | None) -> NewBroker:
    if row is None or row.broker is None:
        return NewBroker(None)
    config = msgspec.json.decode(row.broker, type=BrokerConfig)
    if row.broker_secret is None:
        return NewBroker(config)
    return NewBroker(config, platform.keyring.cipher(tenant.id, BROKER_SECRET).open(row.broker_secret, row.id).decode())


async def _note_source(
    platform: Platform, session: AsyncSession, scope: Scope, plan: Plan, secret: str, broker: NewBroker
) -> None:
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
    row.broker_alias = plan.broker_alias if broker.config else None
    row.broker = msgspec.json.encode(broker.config).decode() if broker.config else None
    row.broker_secret = None
    if broker.secret:
        sealing = platform.keyring.cipher(scope.tenant.id, BROKER_SECRET)
        row.broker_secret = sealing.seal(broker.secret.encode(), row.id)
    await note(session, scope, "tenant.sign_in.on", "identity_source", row.id)

"""Where a tenant's people sign in and which programs work in it: by its own tables, else by the installation's settings."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Unavailable
from zhibu_core.identity.issuers import Issuer, check_issuer_address
from zhibu_core.identity.models import IdentitySource, Integrator
from zhibu_core.words import Words

if TYPE_CHECKING:
    from zhibu_core.platform import Platform
    from zhibu_core.tenancy.scope import Tenant

SECRET = "identity_source.client_secret"  # noqa: S105 the name of a column


@dataclass(frozen=True)
class Source:
    """One place to sign in; `organization` is the alias its tokens must name, none where the whole realm is the tenant's.

    `level` is the `acr` that stands for a second factor, none where there is none to ask for; `broker` the tenant's own
    provider to which the issuer sends people on.
    """

    issuer: Issuer
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    organization: str | None = None
    command_client: str | None = None
    level: str | None = None
    broker: str | None = None

    @property
    def scope(self) -> str:
        """The scope we ask for ourselves; the browser has no say in it (tenancy-security.md 2)."""
        return f"openid organization:{self.organization}" if self.organization else "openid"


@dataclass(frozen=True)
class Program:
    """An integrator's client at an issuer, bound to one tenant; `scopes` are actions."""

    id: uuid.UUID
    name: str
    client_id: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class Doors:
    """Every way into a tenant: its sources, the newest first, and its programs by (issuer, client)."""

    sources: Sequence[Source] = ()
    programs: Mapping[tuple[str, str], Program] = field(default_factory=dict)

    @property
    def issuers(self) -> Mapping[str, Issuer]:
        """The issuers whose tokens the tenant takes, by address."""
        return {source.issuer.address: source.issuer for source in self.sources}

    def source(self, issuer: str) -> Source | None:
        """The source of this issuer."""
        return next((source for source in self.sources if source.issuer.address == issuer), None)


async def doors_lately(platform: "Platform", tenant: "Tenant") -> Doors:
    """The tenant's doors for whoever has no session yet, asked anew every few seconds by one for all; raises as `doors_of`."""
    return await platform.doors.of(tenant.id, partial(_ask, platform, tenant))


async def doors_of(platform: "Platform", session: AsyncSession, tenant: "Tenant") -> Doors:
    """The same for whoever has a session; raises `Unavailable` where an issuer's address is not safe to trust."""
    found = platform.doors.at_once(tenant.id)
    return platform.doors.keep(tenant.id, await _doors(platform, session, tenant)) if found is None else found


async def source_of(platform: "Platform", session: AsyncSession, tenant: "Tenant") -> Source:
    """Where one signs in to the tenant; raises `Unavailable` where nothing is set."""
    found = next(iter((await doors_of(platform, session, tenant)).sources), None)
    if found is None:
        raise Unavailable(
            "no_issuer",
            Words(
                "本单位还没有设置登录服务。请联系平台运维（zhibu tenant provision，或设置 ZHIBU_ISSUER）。",
                "No sign-in service is set for this organization. Ask who runs it (zhibu tenant provision, or ZHIBU_ISSUER).",
            ),
        )
    return found


async def _ask(platform: "Platform", tenant: "Tenant") -> Doors:
    async with platform.database.session(tenant.id) as session:
        return await _doors(platform, session, tenant)


async def _doors(platform: "Platform", session: AsyncSession, tenant: "Tenant") -> Doors:
    return Doors(await _sources(platform, session, tenant), await _programs(session))


async def _sources(platform: "Platform", session: AsyncSession, tenant: "Tenant") -> tuple[Source, ...]:
    rows = (await session.scalars(select(IdentitySource).order_by(IdentitySource.made_at.desc()))).all()
    if not rows:
        return tuple(_from_settings(issuer, tenant.slug) for issuer in platform.issuers.values())
    return tuple(_from_row(platform, row, tenant) for row in rows if row.off_since is None)


async def _programs(session: AsyncSession) -> Mapping[tuple[str, str], Program]:
    rows = await session.scalars(select(Integrator).where(Integrator.off_since.is_(None)))
    return {(r.issuer, r.client_id): Program(r.id, r.name, r.client_id, frozenset(r.scopes)) for r in rows}


def _from_settings(issuer: Issuer, slug: str) -> Source:
    return Source(issuer, issuer.client_id, issuer.client_secret, slug)


def _from_row(platform: "Platform", row: IdentitySource, tenant: "Tenant") -> Source:
    check_issuer_address(row.issuer, demo=tenant.is_demo)
    # One issuer of many tenants has one set of keys: they are fetched once.
    issuer = platform.issuers_seen.setdefault(row.issuer, Issuer(row.issuer, row.client_id))
    secret = _open(platform, tenant.id, row)
    return Source(issuer, row.client_id, secret, row.organization, row.command_client, row.level, row.broker_alias)


def _open(platform: "Platform", tenant: uuid.UUID, row: IdentitySource) -> str | None:
    if row.client_secret is None:
        return None
    return platform.keyring.cipher(tenant, SECRET).open(row.client_secret, row.id).decode()

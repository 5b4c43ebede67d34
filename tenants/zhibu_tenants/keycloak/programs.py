"""Integrators: each a client of its own at Keycloak, bound in our table to one tenant and to the actions it was given."""

import re
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.identity.models import IdentitySource, Integrator
from zhibu_core.identity.permissions import FOR_PERSONS
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words
from zhibu_tenants.keycloak import wanted
from zhibu_tenants.keycloak.admin import administering, server_of
from zhibu_tenants.keycloak.clients import new_secret_of, secret_of, settle_client, switch_client

DOOR = "graphql.query"
"""The action that opens the API itself; what lies behind it is the scopes' affair."""

NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")


async def create_program(
    platform: Platform, scope: Scope, name: str, scopes: Collection[str]
) -> tuple[Integrator, str]:
    """The program and its client's secret; called again, it changes the scopes. Raises `InvalidInput` or `NotFound`."""
    if not NAME.fullmatch(name):
        raise InvalidInput(
            "integrator_name",
            Words(
                "集成名称须为 2 至 40 个小写字母、数字或连字符，以字母开头。",
                "An integrator's name has 2 to 40 small letters, digits or hyphens and begins with a letter.",
            ),
            field="name",
        )
    if scope.actor is not None and (powers := sorted(FOR_PERSONS & set(scopes))):
        raise InvalidInput(
            "integrator_powers",
            Words(
                f"管理员的权限和审批不能交给程序：{'、'.join(powers)}。",
                f"Administrators' powers and approvals are not for programs: {', '.join(powers)}.",
            ),
            field="scopes",
        )
    unknown = sorted(set(scopes) - set(platform.scopes.policy(scope.plugins).actions))
    if unknown or not scopes:
        raise InvalidInput(
            "integrator_scopes",
            Words(
                f"没有这些权限：{'、'.join(unknown) or '（空）'}。",
                f"There are no such actions: {', '.join(unknown) or '(none)'}.",
            ),
            field="scopes",
        )
    server = server_of(platform.settings, demo=scope.tenant.is_demo)
    async with platform.database.session(scope.tenant.id) as session:
        source = await _source(session, scope)
        known = await session.scalar(
            select(Integrator).where(Integrator.issuer == source.issuer, Integrator.name == name)
        )
    # The dot, which no slug has, keeps "a" + "b-c" and "a-b" + "c" apart: a client is one tenant's.
    client_id = known.client_id if known else f"zhibu-program-{scope.tenant.slug}.{name}"
    realm = str(source.realm)
    async with administering(server, realm) as admin:
        await settle_client(admin, wanted.program_client(client_id, f"{scope.tenant.name} · {name}"), mend=True)
        secret = await secret_of(admin, client_id)
    async with platform.database.session(scope.tenant.id) as session:
        made = await _bind(session, name, source.issuer, client_id, sorted({*scopes, DOOR}))
        await note(session, scope, "integrator.create", "integrator", made.id, fields=sorted(scopes))
    platform.doors.forget(scope.tenant.id)
    return made, secret


async def renew_secret(platform: Platform, scope: Scope, name: str) -> tuple[Integrator, str]:
    """The program and a new secret; the old one is good no more. Raises `NotFound`."""
    async with platform.database.session(scope.tenant.id) as session:
        found = await _in_force(session, name)
    server = server_of(platform.settings, demo=scope.tenant.is_demo)
    async with administering(server, str(server.realm_of(found.issuer))) as admin:
        secret = await new_secret_of(admin, found.client_id)
    async with platform.database.session(scope.tenant.id) as session:
        await note(session, scope, "integrator.renew", "integrator", found.id)
    return found, secret


async def end_program(platform: Platform, scope: Scope, name: str) -> None:
    """Takes the program's powers at once and disables its client; raises `NotFound`."""
    async with platform.database.session(scope.tenant.id) as session:
        found = await _in_force(session, name)
        found.off_since = instant_of(session)
        await note(session, scope, "integrator.end", "integrator", found.id)
    platform.doors.forget(scope.tenant.id)
    server = server_of(platform.settings, demo=scope.tenant.is_demo)
    async with administering(server, str(server.realm_of(found.issuer))) as admin:
        await switch_client(admin, found.client_id, on=False)


async def programs(session: AsyncSession) -> list[Integrator]:
    """All programs of the tenant by name, ended ones too."""
    return list(await session.scalars(select(Integrator).order_by(Integrator.name, Integrator.id)))


async def _in_force(session: AsyncSession, name: str) -> Integrator:
    found = await session.scalar(select(Integrator).where(Integrator.name == name, Integrator.off_since.is_(None)))
    if found is None:
        raise NotFound(
            "integrator_unknown", Words(f"没有集成“{name}”。", f"There is no integrator “{name}”."), field="name"
        )
    return found


async def _source(session: AsyncSession, scope: Scope) -> IdentitySource:
    query = select(IdentitySource).where(IdentitySource.realm.is_not(None), IdentitySource.off_since.is_(None))
    found = await session.scalar(query)
    if found is None:
        raise NotFound(
            "not_provisioned",
            Words(
                f"租户“{scope.tenant.slug}”还没有在 Keycloak 开通登录。请先运行 zhibu tenant provision。",
                f"The tenant “{scope.tenant.slug}” has no sign-in at Keycloak. Run zhibu tenant provision first.",
            ),
        )
    return found


async def _bind(session: AsyncSession, name: str, issuer: str, client_id: str, scopes: list[str]) -> Integrator:
    query = select(Integrator).where(Integrator.issuer == issuer, Integrator.client_id == client_id)
    known = await session.scalar(query)
    if known is None:
        known = Integrator(id=new_id(), name=name, issuer=issuer, client_id=client_id, made_at=instant_of(session))
        session.add(known)
    known.scopes, known.off_since = scopes, None
    await session.flush()
    return known

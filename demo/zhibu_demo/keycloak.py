"""Signs the demo's people in at a real Keycloak: both tenants and the staff provisioned, users with passwords of this run."""

import asyncio
import base64
import json
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from zhibu_core.identity.accounts import link, vouch
from zhibu_core.identity.permissions import ROLES, SECOND_FACTOR_ROLES
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_demo.worlds import WORLDS
from zhibu_devissuer.personas import Persona, all_personas
from zhibu_tenants.keycloak.admin import administering, server_of
from zhibu_tenants.keycloak.clients import organization_of
from zhibu_tenants.keycloak.provisioning import Plan, plan_of, provision
from zhibu_tenants.keycloak.staff import provision_staff, realm_of_staff
from zhibu_tenants.staff import add_staff

if TYPE_CHECKING:
    from keycloak import KeycloakAdmin


@dataclass(frozen=True)
class User:
    """Somebody to sign in as: name and password at Keycloak, and the key of a one-time-code device for administrators."""

    title: str
    name: str
    password: str
    device: str | None

    def representation(self) -> dict[str, object]:
        """As Keycloak makes it, without e-mail."""
        credentials: list[dict[str, object]] = [{"type": "password", "value": self.password, "temporary": False}]
        if self.device:
            credentials.append(_otp(self.device))
        return {"username": self.name, "enabled": True, "credentials": credentials}

    def line(self) -> str:
        """What the demo prints."""
        device = f"  动态码密钥 {_base32(self.device)}" if self.device else ""
        return f"    {self.title}  {self.name} / {self.password}{device}"


@dataclass(frozen=True)
class SignIns:
    """Everybody who can sign in: people by tenant, and one of the platform's own staff."""

    tenants: list[tuple[Tenant, list[User]]]
    staff: User


async def settle_sign_in(platform: Platform) -> SignIns:
    """Provisions both tenants and the staff, and makes their users anew; raises `Unavailable` where Keycloak is not set or silent."""
    found = []
    for world in WORLDS:
        async with platform.database.system_session() as system:
            tenant = await find_tenant(system, world.slug)
        await provision(platform, Scope(tenant, frozenset()), own_realm=False)
        plan = plan_of(platform, tenant, own_realm=False)
        async with platform.database.session(tenant.id) as session:
            people = await all_personas(session, tenant)
        found.append((tenant, [await _user(platform, plan, persona) for persona in people]))
    return SignIns(found, await _staff(platform))


def lines_of(base: str, settled: SignIns) -> str:
    """What the demo prints: addresses, people and their passwords."""
    lines = ["Zhibu is ready, people sign in at Keycloak", f"  {base}/"]
    for tenant, users in settled.tenants:
        lines.append(f"  {base}/t/{tenant.slug}/  {tenant.name}（示例）")
        lines += [user.line() for user in users]
    return "\n".join([*lines, f"  {base}/operator/  平台运维", settled.staff.line()])


async def _staff(platform: Platform) -> User:
    """The staff's realm, its settings for this process, and somebody who was entered after the device was there."""
    made = await provision_staff(platform)
    platform.settings = replace(
        platform.settings,
        staff_issuer=made.issuer,
        staff_client_id=made.client_id,
        staff_client_secret=made.client_secret,
        staff_level=made.level,
    )
    user = User("平台运维人员 示例运维", "operator", secrets.token_urlsafe(9), secrets.token_hex(10))
    server = server_of(platform.settings, demo=True)
    async with administering(server, realm_of_staff(server)) as admin:
        subject = await _made_anew(admin, user)
    await asyncio.sleep(1)  # whoever vouches is noted in whole seconds: a device of the same second is younger
    await add_staff(platform, made.issuer, subject, "示例运维")
    return user


async def _user(platform: Platform, plan: Plan, persona: Persona) -> User:
    """Administrators have a device that was vouched for, as if somebody had seen them with it."""
    device = secrets.token_hex(10) if persona.role in SECOND_FACTOR_ROLES else None
    title = f"{ROLES[persona.role].zh} {persona.name}"
    user = User(title, f"{plan.tenant.slug}-{persona.role}", secrets.token_urlsafe(9), device)
    async with administering(plan.server, plan.realm) as admin:
        subject = await _made_anew(admin, user)
        organization = await organization_of(admin, str(plan.alias))
        if organization is not None:
            await admin.a_organization_user_add(subject, organization["id"])
    async with platform.database.session(plan.tenant.id) as session:
        await link(session, persona.person_id, plan.issuer, subject)
        if device:
            await vouch(session, persona.person_id)
    return user


async def _made_anew(admin: "KeycloakAdmin", user: User) -> str:
    """The user's subject; one of an earlier run is deleted."""
    if known := await admin.a_get_user_id(user.name):
        await admin.a_delete_user(known)
    return str(await admin.a_create_user(user.representation(), exist_ok=False))


def _otp(secret: str) -> dict[str, object]:
    kept = {"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1"}
    return {"type": "otp", "secretData": json.dumps({"value": secret}), "credentialData": json.dumps(kept)}


def _base32(secret: str) -> str:
    return base64.b32encode(secret.encode()).decode().rstrip("=")

"""Signs the demo's people in at a real Keycloak: both tenants provisioned, a user for each persona with a password of this run."""

import base64
import json
import secrets
from dataclasses import dataclass

from zhibu_core.identity.accounts import link, vouch
from zhibu_core.identity.permissions import ROLES, SECOND_FACTOR_ROLES
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_demo.worlds import WORLDS
from zhibu_devissuer.personas import Persona, all_personas
from zhibu_tenants.keycloak.admin import administering
from zhibu_tenants.keycloak.clients import organization_of
from zhibu_tenants.keycloak.provisioning import Plan, plan_of, provision


@dataclass(frozen=True)
class User:
    """Somebody to sign in as: name and password at Keycloak, and the key of a one-time-code device for administrators."""

    persona: Persona
    name: str
    password: str
    device: str | None


async def settle_sign_in(platform: Platform) -> list[tuple[Tenant, list[User]]]:
    """Provisions both tenants and makes their users anew; raises `Unavailable` where Keycloak is not set or silent."""
    found = []
    for world in WORLDS:
        async with platform.database.system_session() as system:
            tenant = await find_tenant(system, world.slug)
        await provision(platform, Scope(tenant, frozenset()), own_realm=False)
        plan = plan_of(platform, tenant, own_realm=False)
        async with platform.database.session(tenant.id) as session:
            people = await all_personas(session, tenant)
        found.append((tenant, [await _user(platform, plan, persona) for persona in people]))
    return found


def lines_of(base: str, settled: list[tuple[Tenant, list[User]]]) -> str:
    """What the demo prints: addresses, people and their passwords."""
    lines = ["Zhibu is ready, people sign in at Keycloak", f"  {base}/"]
    for tenant, users in settled:
        lines.append(f"  {base}/t/{tenant.slug}/  {tenant.name}（示例）")
        for user in users:
            device = f"  动态码密钥 {_base32(user.device)}" if user.device else ""
            lines.append(
                f"    {ROLES[user.persona.role].zh} {user.persona.name}  {user.name} / {user.password}{device}"
            )
    return "\n".join(lines)


async def _user(platform: Platform, plan: Plan, persona: Persona) -> User:
    """Without e-mail; administrators have a device that was vouched for, as if somebody had seen them with it."""
    device = secrets.token_hex(10) if persona.role in SECOND_FACTOR_ROLES else None
    user = User(persona, f"{plan.tenant.slug}-{persona.role}", secrets.token_urlsafe(9), device)
    credentials = [{"type": "password", "value": user.password, "temporary": False}]
    body = {"username": user.name, "enabled": True, "credentials": credentials + ([_otp(device)] if device else [])}
    async with administering(plan.server, plan.realm) as admin:
        if known := await admin.a_get_user_id(user.name):
            await admin.a_delete_user(known)
        subject = str(await admin.a_create_user(body, exist_ok=False))
        organization = await organization_of(admin, str(plan.alias))
        if organization is not None:
            await admin.a_organization_user_add(subject, organization["id"])
    async with platform.database.session(plan.tenant.id) as session:
        await link(session, persona.person_id, plan.issuer, subject)
        if device:
            await vouch(session, persona.person_id)
    return user


def _otp(secret: str) -> dict[str, object]:
    kept = {"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1"}
    return {"type": "otp", "secretData": json.dumps({"value": secret}), "credentialData": json.dumps(kept)}


def _base32(secret: str) -> str:
    return base64.b32encode(secret.encode()).decode().rstrip("=")

"""Gives the platform's own staff their sign-in at Keycloak: a realm of their own, in which no tenant's people are."""

from dataclasses import dataclass, field

from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import is_demo_database
from zhibu_tenants.keycloak import wanted
from zhibu_tenants.keycloak.admin import Server, administering, server_of
from zhibu_tenants.keycloak.clients import secret_of, settle_client
from zhibu_tenants.keycloak.realms import settle_realm
from zhibu_tenants.operator.guard import HERE


@dataclass(frozen=True)
class StaffSignIn:
    """What the settings `ZHIBU_STAFF_…` must say; `drift` is what was not as wanted, one line each."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    level: str
    drift: tuple[str, ...]


async def provision_staff(platform: Platform) -> StaffSignIn:
    """Makes or mends realm, flow and client, and returns how to sign in there; can be called again at any time.

    Raises `Unavailable` where Keycloak is not set, or silent.
    """
    server = await _server(platform)
    realm, client_id = realm_of_staff(server), platform.settings.staff_client_id
    drift = await _settle(server, client_id, mend=True)
    async with administering(server, realm) as admin:
        secret = await secret_of(admin, client_id)
    return StaffSignIn(server.issuer(realm), client_id, secret, wanted.LEVEL, tuple(drift))


async def check_staff(platform: Platform) -> list[str]:
    """What is not as wanted at Keycloak, one line each, and which settings do not say what they should."""
    server, settings = await _server(platform), platform.settings
    drift = await _settle(server, settings.staff_client_id, mend=False)
    for name, is_, should in (
        ("ZHIBU_STAFF_ISSUER", settings.staff_issuer, server.issuer(realm_of_staff(server))),
        ("ZHIBU_STAFF_LEVEL", settings.staff_level, wanted.LEVEL),
    ):
        if is_ != should:
            drift.append(f"{name} is {is_ or 'not set'}, should be {should}")
    return drift


def realm_of_staff(server: Server) -> str:
    """No slug has an underscore, so no tenant's own realm is named like it."""
    return f"{server.shared_realm}_staff"


async def _server(platform: Platform) -> Server:
    async with platform.database.system_session() as system:
        return server_of(platform.settings, demo=await is_demo_database(system))


async def _settle(server: Server, client_id: str, *, mend: bool) -> list[str]:
    realm = realm_of_staff(server)
    drift = await settle_realm(server, realm, shared=False, mend=mend)
    if drift == [f"realm {realm} is missing"] and not mend:
        return drift
    client = wanted.staff_client(client_id, f"{server.public_address}{HERE}")
    async with administering(server, realm) as admin:
        return drift + await settle_client(admin, client, mend=mend)

"""A tenant's own identity provider behind Keycloak: who signs in there is a member of the tenant's organization, and of no other."""

from typing import TYPE_CHECKING, Any

from zhibu_core.errors import Unavailable
from zhibu_tenants.keycloak import wanted
from zhibu_tenants.keycloak.admin import call
from zhibu_tenants.keycloak.broker_files import BrokerConfig
from zhibu_tenants.keycloak.clients import organization_of
from zhibu_tenants.keycloak.drift import differences
from zhibu_tenants.keycloak.flows import AFTER_BROKER, NEW_FROM_BROKER, settle_flow
from zhibu_tenants.keycloak.wanted import Representation

if TYPE_CHECKING:
    from keycloak import KeycloakAdmin

MAPPER = "zhibu username"


KINDS = ("oidc", "saml")


def alias_of(slug: str, kind: str) -> str:
    """What the tenant's provider of this kind is called in the realm; it stands in the address that the provider must know.

    Keycloak never changes a provider's kind: a tenant that moves from one to the other has two, one of them disabled.
    """
    return f"zhibu-{slug}" if kind == "oidc" else f"zhibu-{slug}.{kind}"


async def settle_broker(
    admin: "KeycloakAdmin",
    slug: str,
    broker: BrokerConfig | None,
    *,
    organization: str | None,
    on: bool,
    secret: str | None = None,
    renew: bool = False,
    mend: bool,
) -> list[str]:
    """What was not as wanted about the provider; with `mend` it is now. One that is no longer wanted is disabled, not deleted.

    `renew` writes the secret even where all that Keycloak shows is as wanted.
    """
    drift = []
    for kind in KINDS:
        if broker is None or kind != broker.kind:
            drift += await _end(admin, alias_of(slug, kind), mend=mend)
    if broker is None:
        return drift
    alias, realm = alias_of(slug, broker.kind), str(admin.connection.realm_name)
    found = await broker_of(admin, alias)
    drift += await settle_flow(admin, realm, NEW_FROM_BROKER, mend=mend)
    drift += await settle_flow(admin, realm, AFTER_BROKER, mend=mend)
    want = wanted.identity_provider(alias, broker, hidden=organization is not None, on=on)
    moved = [f"identity provider {alias} is missing"]
    if found is not None:
        moved = list(differences(want, found, f"identity provider {alias}"))
    if (moved or renew) and mend:
        await _write(admin, alias, want, found, secret)
    drift += moved
    drift += await _settle_mapper(admin, alias, broker, mend=mend)
    if organization is not None:
        drift += await _settle_link(admin, alias, organization, mend=mend)
    return drift


async def broker_of(admin: "KeycloakAdmin", alias: str) -> dict[str, Any] | None:
    """The identity provider of this alias."""
    found: dict[str, Any] | None = await call(admin, "GET", f"/identity-provider/instances/{alias}")
    return found


async def switch_broker(admin: "KeycloakAdmin", alias: str, *, on: bool) -> None:
    """Enables or disables it where there is one; Keycloak takes the secret's mask for the secret it has."""
    if found := await broker_of(admin, alias):
        await call(admin, "PUT", f"/identity-provider/instances/{alias}", found | {"enabled": on})


async def _end(admin: "KeycloakAdmin", alias: str, *, mend: bool) -> list[str]:
    found = await broker_of(admin, alias)
    if found is None or not found["enabled"]:
        return []
    if mend:
        await switch_broker(admin, alias, on=False)
    return [f"identity provider {alias}: enabled is on, should be off"]


async def _write(
    admin: "KeycloakAdmin", alias: str, want: Representation, found: dict[str, Any] | None, secret: str | None
) -> None:
    config = (found or {}).get("config", {}) | want["config"] | ({"clientSecret": secret} if secret else {})
    body = (found or {}) | want | {"config": config}
    if found is None:
        await call(admin, "POST", "/identity-provider/instances", body)
    else:
        await call(admin, "PUT", f"/identity-provider/instances/{alias}", body)


async def _settle_mapper(admin: "KeycloakAdmin", alias: str, broker: BrokerConfig, *, mend: bool) -> list[str]:
    """The provider's own id makes the user's name, so that nobody meets a name of somebody else's."""
    path = f"/identity-provider/instances/{alias}/mappers"
    want = wanted.username_mapper(MAPPER, alias, broker)
    found = next((one for one in await call(admin, "GET", path) or [] if one["name"] == MAPPER), None)
    if found is None:
        if mend:
            await call(admin, "POST", path, want)
        return [f"identity provider {alias}: mapper {MAPPER} is missing"]
    drift = list(differences(want, found, f"identity provider {alias}: mapper {MAPPER}"))
    if drift and mend:
        await call(admin, "PUT", f"{path}/{found['id']}", found | want)
    return drift


async def _settle_link(admin: "KeycloakAdmin", alias: str, organization: str, *, mend: bool) -> list[str]:
    """A provider that is linked to the wrong organization would let its people into another tenant: it is refused, not mended."""
    own = await organization_of(admin, organization)
    found = await broker_of(admin, alias)
    linked = (found or {}).get("organizationId")
    if own is None or linked == own["id"]:
        return []
    if linked:
        raise Unavailable("broker_linked", f"Keycloak: the identity provider {alias} belongs to another organization.")
    if mend and found is not None:
        await admin.a_organization_idp_add(own["id"], alias)
    return [f"identity provider {alias}: it is not linked to the organization {organization}"]

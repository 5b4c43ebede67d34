"""Brings a realm to what we want: its settings, a user profile that members without e-mail pass, and its flows."""

from typing import TYPE_CHECKING, Any

from zhibu_tenants.keycloak import wanted
from zhibu_tenants.keycloak.admin import Server, administering, call
from zhibu_tenants.keycloak.drift import differences
from zhibu_tenants.keycloak.flows import BROWSER, settle_flow

if TYPE_CHECKING:
    from keycloak import KeycloakAdmin

OPTIONAL = ("email", "firstName", "lastName")
CREATION = 60.0
"""Seconds that Keycloak may take to make a realm."""


async def settle_realm(server: Server, name: str, *, shared: bool, on: bool = True, mend: bool) -> list[str]:
    """What was not as wanted, one line each; with `mend` it is now."""
    want = wanted.realm(name, shared=shared, on=on)
    async with administering(server, name) as admin:
        found = await call(admin, "GET", "")
        if found is None:
            if not mend:
                return [f"realm {name} is missing"]
            await _create(server, want)
            drift = [f"realm {name} is missing"]
        else:
            drift = list(differences(want, found, f"realm {name}"))
            if drift and mend:
                await admin.a_update_realm(
                    name, want | {"attributes": found.get("attributes", {}) | want["attributes"]}
                )
    # A token names the realms there were when it was made: a new connection takes a new one.
    async with administering(server, name) as admin:
        drift += await _settle_profile(admin, name, mend=mend)
        drift += await settle_flow(admin, name, BROWSER, mend=mend)
        drift += await _settle_binding(admin, name, mend=mend)
    return drift


async def _create(server: Server, want: dict[str, Any]) -> None:
    """Keycloak makes keys and tables' worth of defaults for a realm: seconds more than any other call takes."""
    async with administering(server, want["realm"], CREATION) as admin:
        await admin.a_create_realm(want)


async def _settle_profile(admin: "KeycloakAdmin", name: str, *, mend: bool) -> list[str]:
    """Without this, whoever has no e-mail address meets a page that asks for one."""
    profile = await call(admin, "GET", "/users/profile")
    asked = [one for one in profile.get("attributes", []) if one["name"] in OPTIONAL and one.pop("required", None)]
    drift = [f"realm {name}: user profile asks for {one['name']}, should not" for one in asked]
    if drift and mend:
        await call(admin, "PUT", "/users/profile", profile)
    return drift


async def _settle_binding(admin: "KeycloakAdmin", name: str, *, mend: bool) -> list[str]:
    """Last: a realm never signs in by half a flow."""
    found = await call(admin, "GET", "")
    drift = list(differences(wanted.browser_binding(), found, f"realm {name}"))
    if drift and mend:
        await admin.a_update_realm(name, wanted.browser_binding())
    return drift

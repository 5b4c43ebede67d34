"""Brings clients and organizations of a realm to what we want, and fetches a client's secret."""

from typing import TYPE_CHECKING, Any

from zhibu_tenants.keycloak.admin import call
from zhibu_tenants.keycloak.drift import differences
from zhibu_tenants.keycloak.wanted import Representation

if TYPE_CHECKING:
    from keycloak import KeycloakAdmin


async def settle_client(admin: "KeycloakAdmin", want: Representation, *, mend: bool) -> list[str]:
    """What was not as wanted about the client, one line each; with `mend` it is now."""
    name = f"client {want['clientId']}"
    found = await client_of(admin, want["clientId"])
    if found is None:
        if mend:
            await admin.a_create_client(want)
        return [f"{name} is missing"]
    drift = list(differences(want, found, name))
    if drift and mend:
        attributes = found.get("attributes", {}) | want["attributes"]
        body = {key: value for key, value in want.items() if key != "protocolMappers"} | {"attributes": attributes}
        await admin.a_update_client(found["id"], found | body)
        await _settle_mappers(admin, found, want["protocolMappers"])
    return drift


async def client_of(admin: "KeycloakAdmin", client_id: str) -> dict[str, Any] | None:
    """The client of this name."""
    known = await admin.a_get_client_id(client_id)
    found: dict[str, Any] | None = await call(admin, "GET", f"/clients/{known}") if known else None
    return found


async def secret_of(admin: "KeycloakAdmin", client_id: str) -> str:
    """The client's secret."""
    known = await admin.a_get_client_id(client_id)
    answer = await admin.a_get_client_secrets(str(known))
    return str(answer["value"])


async def new_secret_of(admin: "KeycloakAdmin", client_id: str) -> str:
    """The client's secret, made anew."""
    known = await admin.a_get_client_id(client_id)
    answer = await call(admin, "POST", f"/clients/{known}/client-secret", {})
    return str(answer["value"])


async def switch_client(admin: "KeycloakAdmin", client_id: str, *, on: bool) -> bool:
    """Enables or disables the client; whether there is one. What an update leaves out, Keycloak sets as it likes."""
    found = await client_of(admin, client_id)
    if found is None:
        return False
    await admin.a_update_client(found["id"], found | {"enabled": on})
    return True


async def settle_organization(admin: "KeycloakAdmin", want: Representation, *, mend: bool) -> list[str]:
    """The same for an organization; its alias never changes."""
    found = await organization_of(admin, want["alias"])
    if found is None:
        if mend:
            await admin.a_create_organization(want)
        return [f"organization {want['alias']} is missing"]
    drift = list(differences(want, found, f"organization {want['alias']}"))
    if drift and mend:
        await admin.a_update_organization(found["id"], found | want)
    return drift


async def organization_of(admin: "KeycloakAdmin", alias: str) -> dict[str, Any] | None:
    """The organization of this alias."""
    start, page = 0, 100
    while found := await admin.a_get_organizations({"first": start, "max": page}):
        for one in found:
            if one["alias"] == alias:
                return dict(one)
        start += page
    return None


async def _settle_mappers(admin: "KeycloakAdmin", client: dict[str, Any], mappers: list[Representation]) -> None:
    """An update of a client leaves its mappers alone."""
    known = {one["name"]: one for one in client.get("protocolMappers", [])}
    for want in mappers:
        if want["name"] not in known:
            await call(admin, "POST", f"/clients/{client['id']}/protocol-mappers/models", want)
        elif list(differences(want, known[want["name"]], "")):
            body = known[want["name"]] | want
            await call(admin, "PUT", f"/clients/{client['id']}/protocol-mappers/models/{body['id']}", body)

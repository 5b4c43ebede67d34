"""Brings a realm to what we want: its settings, a user profile that members without e-mail pass, and the flow with two levels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zhibu_tenants.keycloak import wanted
from zhibu_tenants.keycloak.admin import Server, administering, call
from zhibu_tenants.keycloak.drift import differences

if TYPE_CHECKING:
    from keycloak import KeycloakAdmin

OPTIONAL = ("email", "firstName", "lastName")
HOURS_10 = "36000"
CREATION = 60.0
"""Seconds that Keycloak may take to make a realm."""


@dataclass(frozen=True)
class Step:
    """A step of the flow: `provider` in the part `above`, or where there is none, the part `name` itself."""

    above: str
    name: str
    requirement: str
    priority: int
    is_part: bool = False
    settings: Mapping[str, str] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """By which field of an execution it is known, and what stands there."""
        return ("displayName" if self.is_part else "providerId"), self.name


LEVEL_CONDITION = "conditional-level-of-authentication"
STEPS = (
    Step(wanted.FLOW, "auth-cookie", "ALTERNATIVE", 10),
    Step(wanted.FLOW, "identity-provider-redirector", "ALTERNATIVE", 20),
    Step(wanted.FLOW, "zhibu levels", "ALTERNATIVE", 30, is_part=True),
    Step("zhibu levels", "zhibu level 1", "CONDITIONAL", 10, is_part=True),
    Step("zhibu levels", "zhibu level 2", "CONDITIONAL", 20, is_part=True),
    Step(
        "zhibu level 1",
        LEVEL_CONDITION,
        "REQUIRED",
        10,
        settings={"loa-condition-level": "1", "loa-max-age": HOURS_10},
    ),
    Step("zhibu level 1", "auth-username-password-form", "REQUIRED", 20),
    Step("zhibu level 2", LEVEL_CONDITION, "REQUIRED", 10, settings={"loa-condition-level": "2", "loa-max-age": "0"}),
    Step("zhibu level 2", "auth-otp-form", "REQUIRED", 20),
    Step("zhibu levels", "allow-access-authenticator", "REQUIRED", 30),
)
"""In this order: a session that there is already comes before every question.

Where the scope names an organization, Keycloak's cookie step only says who it is and leaves the rest to the levels; when
these have nothing more to ask, the last step lets the person in. Without a user the whole flow fails all the same.
"""


async def settle_realm(server: Server, name: str, *, shared: bool, mend: bool) -> list[str]:
    """What was not as wanted, one line each; with `mend` it is now."""
    want = wanted.realm(name, shared=shared)
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
        drift += await _settle_flow(admin, name, mend=mend)
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


async def _settle_flow(admin: "KeycloakAdmin", name: str, *, mend: bool) -> list[str]:
    flows = {flow["alias"] for flow in await call(admin, "GET", "/authentication/flows")}
    drift = []
    if wanted.FLOW not in flows:
        drift.append(f"realm {name}: flow {wanted.FLOW} is missing")
        if not mend:
            return drift
        flow = {"alias": wanted.FLOW, "providerId": "basic-flow", "topLevel": True, "builtIn": False, "description": ""}
        await call(admin, "POST", "/authentication/flows", flow)
    for step in STEPS:
        drift += await _settle_step(admin, name, step, mend=mend)
    return drift


async def _settle_step(admin: "KeycloakAdmin", name: str, step: Step, *, mend: bool) -> list[str]:
    what = f"realm {name}: step {step.name} in {step.above}"
    found = await _execution(admin, step)
    drift = [] if found else [f"{what} is missing"]
    if found is None:
        if not mend:
            return drift
        await _add(admin, step)
        found = await _execution(admin, step) or {}
    place = {"requirement": step.requirement, "priority": step.priority}
    moved = list(differences(place, found, what))
    if moved and mend:
        await call(admin, "PUT", f"/authentication/flows/{wanted.FLOW}/executions", found | place)
    if step.settings:
        moved += await _configure(admin, what, found, step.settings, mend=mend)
    return drift or moved


async def _add(admin: "KeycloakAdmin", step: Step) -> None:
    path = f"/authentication/flows/{step.above}/executions"
    if step.is_part:
        part = {"alias": step.name, "type": "basic-flow", "provider": "registration-page-form", "description": ""}
        await call(admin, "POST", f"{path}/flow", part)
    else:
        await call(admin, "POST", f"{path}/execution", {"provider": step.name})


async def _configure(
    admin: "KeycloakAdmin", what: str, found: dict[str, Any], settings: Mapping[str, str], *, mend: bool
) -> list[str]:
    known = found.get("authenticationConfig")
    config = await call(admin, "GET", f"/authentication/config/{known}") if known else {}
    drift = list(differences(settings, config.get("config", {}), what))
    if drift and mend:
        body = {"alias": f"zhibu level {settings['loa-condition-level']}", "config": dict(settings)}
        if known:
            await call(admin, "PUT", f"/authentication/config/{known}", body | {"id": known})
        else:
            await call(admin, "POST", f"/authentication/executions/{found['id']}/config", body)
    return drift


async def _settle_binding(admin: "KeycloakAdmin", name: str, *, mend: bool) -> list[str]:
    """Last: a realm never signs in by half a flow."""
    found = await call(admin, "GET", "")
    drift = list(differences(wanted.browser_binding(), found, f"realm {name}"))
    if drift and mend:
        await admin.a_update_realm(name, wanted.browser_binding())
    return drift


async def _execution(admin: "KeycloakAdmin", step: Step) -> dict[str, Any] | None:
    field, value = step.key
    executions = await call(admin, "GET", f"/authentication/flows/{step.above}/executions") or []
    return next((one for one in executions if one.get(field) == value and one["level"] == 0), None)

"""The flows by which our realms sign people in: browsers in two levels, and those who come from a tenant's own provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zhibu_tenants.keycloak import wanted
from zhibu_tenants.keycloak.admin import call
from zhibu_tenants.keycloak.drift import differences

if TYPE_CHECKING:
    from keycloak import KeycloakAdmin

HOURS_10 = "36000"
LEVEL_CONDITION = "conditional-level-of-authentication"
LET_IN = "allow-access-authenticator"


@dataclass(frozen=True)
class Step:
    """A step of a flow: `provider` in the part `above`, or where there is none, the part `name` itself."""

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


def _level(part: str, level: str, lasts: str) -> Step:
    settings = {"loa-condition-level": level, "loa-max-age": lasts}
    return Step(part, LEVEL_CONDITION, "REQUIRED", 10, settings=settings)


BROWSER = (
    Step(wanted.FLOW, "auth-cookie", "ALTERNATIVE", 10),
    Step(wanted.FLOW, "identity-provider-redirector", "ALTERNATIVE", 20),
    Step(wanted.FLOW, "zhibu levels", "ALTERNATIVE", 30, is_part=True),
    Step("zhibu levels", "zhibu level 1", "CONDITIONAL", 10, is_part=True),
    Step("zhibu levels", "zhibu level 2", "CONDITIONAL", 20, is_part=True),
    _level("zhibu level 1", "1", HOURS_10),
    Step("zhibu level 1", "auth-username-password-form", "REQUIRED", 20),
    _level("zhibu level 2", wanted.LEVEL, "0"),
    Step("zhibu level 2", "auth-otp-form", "REQUIRED", 20),
    Step("zhibu levels", LET_IN, "REQUIRED", 30),
)
"""In this order: a session that there is already comes before every question.

Where the scope names an organization, Keycloak's cookie step only says who it is and leaves the rest to the levels; when
these have nothing more to ask, the last step lets the person in. Without a user the whole flow fails all the same.
"""

NEW_FROM_BROKER = (
    Step(wanted.FIRST_BROKER_FLOW, "idp-create-user-if-unique", "REQUIRED", 10),
    Step(wanted.FIRST_BROKER_FLOW, "idp-add-organization-member", "REQUIRED", 20),
)
"""Whoever comes for the first time is a new user, a member of the organization whose provider it is (without any, Keycloak
passes over that step). Nobody is ever offered a user that is there already."""

AFTER_BROKER = (
    Step(wanted.AFTER_BROKER_FLOW, "zhibu broker level 1", "CONDITIONAL", 10, is_part=True),
    Step(wanted.AFTER_BROKER_FLOW, "zhibu broker level 2", "CONDITIONAL", 20, is_part=True),
    Step(wanted.AFTER_BROKER_FLOW, LET_IN, "REQUIRED", 30),
    _level("zhibu broker level 1", "1", HOURS_10),
    Step("zhibu broker level 1", LET_IN, "REQUIRED", 20),
    _level("zhibu broker level 2", wanted.LEVEL, "0"),
    Step("zhibu broker level 2", "auth-otp-form", "REQUIRED", 20),
)
"""A second factor is ours to ask for: what another provider calls one, we do not know."""


async def settle_flow(admin: "KeycloakAdmin", name: str, steps: Sequence[Step], *, mend: bool) -> list[str]:
    """What was not as wanted about the flow of these steps in the realm `name`; with `mend` it is now."""
    flow = steps[0].above
    flows = {one["alias"] for one in await call(admin, "GET", "/authentication/flows")}
    drift = []
    if flow not in flows:
        drift.append(f"realm {name}: flow {flow} is missing")
        if not mend:
            return drift
        made = {"alias": flow, "providerId": "basic-flow", "topLevel": True, "builtIn": False, "description": ""}
        await call(admin, "POST", "/authentication/flows", made)
    for step in steps:
        drift += await _settle_step(admin, name, flow, step, mend=mend)
    return drift


async def _settle_step(admin: "KeycloakAdmin", name: str, flow: str, step: Step, *, mend: bool) -> list[str]:
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
        await call(admin, "PUT", f"/authentication/flows/{flow}/executions", found | place)
    if step.settings:
        moved += await _configure(admin, what, found, step, mend=mend)
    return drift or moved


async def _add(admin: "KeycloakAdmin", step: Step) -> None:
    path = f"/authentication/flows/{step.above}/executions"
    if step.is_part:
        part = {"alias": step.name, "type": "basic-flow", "provider": "registration-page-form", "description": ""}
        await call(admin, "POST", f"{path}/flow", part)
    else:
        await call(admin, "POST", f"{path}/execution", {"provider": step.name})


async def _configure(admin: "KeycloakAdmin", what: str, found: dict[str, Any], step: Step, *, mend: bool) -> list[str]:
    known, settings = found.get("authenticationConfig"), dict(step.settings or {})
    config = await call(admin, "GET", f"/authentication/config/{known}") if known else {}
    drift = list(differences(settings, config.get("config", {}), what))
    if drift and mend:
        body = {"alias": step.above, "config": settings}
        if known:
            await call(admin, "PUT", f"/authentication/config/{known}", body | {"id": known})
        else:
            await call(admin, "POST", f"/authentication/executions/{found['id']}/config", body)
    return drift


async def _execution(admin: "KeycloakAdmin", step: Step) -> dict[str, Any] | None:
    field, value = step.key
    executions = await call(admin, "GET", f"/authentication/flows/{step.above}/executions") or []
    return next((one for one in executions if one.get(field) == value and one["level"] == 0), None)

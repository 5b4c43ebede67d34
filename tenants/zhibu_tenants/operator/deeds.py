"""What the console does to a tenant: the same functions as the commands, with the doer's name beside the reason."""

import datetime as dt
from pathlib import Path
from typing import Any

from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from zhibu_core.errors import Conflict, InvalidInput, ZhibuError
from zhibu_core.identity.staff import COOKIE
from zhibu_core.platform import Platform
from zhibu_core.tenancy.limits import COMMAND, working_under
from zhibu_core.tenancy.scope import Actor, Scope, Tenant
from zhibu_core.words import Words
from zhibu_tenants.life.erasing import erase_tenant
from zhibu_tenants.life.exporting import export_tenant
from zhibu_tenants.life.states import resume, suspend
from zhibu_tenants.operator.actions import ENTER, TENANT
from zhibu_tenants.operator.asked import Deed, ask_deed
from zhibu_tenants.operator.carrying import certificate_of
from zhibu_tenants.operator.guard import HERE, platform_of, staff_of
from zhibu_tenants.operator.pages import shown, tenant_named
from zhibu_tenants.powers.staff_entries import HOURS, SHORTEST, ask_to_enter, leave
from zhibu_web.framing import AnyRequest

ONE = "/tenants/{slug:str}"


@post(ONE + "/state", opt={"action": TENANT})
async def change_state(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    """Suspends or resumes; a reason is asked for and stands in the tenant's audit."""
    tenant = await tenant_named(request, slug)
    form = await request.form()
    opens = form.get("state") == "open"
    change, done = (resume, "resumed") if opens else (suspend, "suspended")
    try:
        reason = _reason(form.get("reason"))
        if platform_of(request).owner_url is None:
            return await _ask(request, tenant, "resume" if opens else "suspend", reason)
        left = await change(platform_of(request), tenant, reason, by=_doer(request))
    except InvalidInput as error:
        return await shown(request, tenant, error=error)
    if left is not None:
        return await shown(request, await tenant_named(request, slug), said={"left": left})
    return _back(slug, done)


@post(ONE + "/export", opt={"action": TENANT})
async def export(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    """Writes the archive into the installation's own folder: it holds personal data and never goes through a browser."""
    tenant = await tenant_named(request, slug)
    out = _new_file(platform_of(request), "exports", tenant, "zip")
    with working_under(COMMAND):
        await export_tenant(platform_of(request), tenant, out, by=_doer(request))
    return await shown(request, tenant, said={"archive": out.name})


@post(ONE + "/check", opt={"action": TENANT})
async def check_drift(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    """Compares the tenant's sign-in with what it should be; changes nothing."""
    from zhibu_tenants.keycloak.provisioning import check  # loads the client of Keycloak

    tenant = await tenant_named(request, slug)
    try:
        drift = await check(platform_of(request), Scope(tenant, frozenset()))
    except ZhibuError as error:
        return await shown(request, tenant, error=error)
    return await shown(request, tenant, said={"drift": drift})


@post(ONE + "/erase", opt={"action": TENANT})
async def erase(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    """Erases for good, once the slug has been typed; the certificate lies in the installation's folder."""
    tenant = await tenant_named(request, slug)
    if str((await request.form()).get("typed", "")).strip() != tenant.slug:
        message = Words(
            f"请输入“{tenant.slug}”以确认注销。没有注销任何内容。",
            f"Type “{tenant.slug}” to confirm. Nothing was erased.",
        )
        return await shown(request, tenant, error=InvalidInput("not_confirmed", message, field="typed"))
    if platform_of(request).owner_url is None:
        try:
            return await _ask(request, tenant, "erase", "")
        except Conflict as error:
            return await shown(request, tenant, error=error)
    out = certificate_of(platform_of(request), tenant, dt.datetime.now(dt.UTC))
    with working_under(COMMAND):
        await erase_tenant(platform_of(request), tenant, out)
    return Redirect(f"{HERE}/?done={out.name}", status_code=303)


@post(ONE + "/enter", opt={"action": ENTER})
async def enter(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    """Asks to look into the tenant: why, for how long, and what of persons."""
    tenant, staff = await tenant_named(request, slug), staff_of(request)
    form = await request.form()
    hours = str(form.get("hours", HOURS))
    covers = [str(one) for one in form.getall("covers", [])]
    try:
        async with platform_of(request).database.session(tenant.id) as session:
            await ask_to_enter(
                session,
                tenant,
                staff.id,
                staff.name,
                str(form.get("reason", "")),
                hours=int(hours) if hours.isdigit() else 0,
                covers=covers,
            )
    except InvalidInput as error:
        return await shown(request, tenant, error=error)
    return _back(slug, "entered")


@post(ONE + "/leave", opt={"action": ENTER})
async def leave_tenant(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[Any]:
    """Ends the reader's own entries."""
    tenant, staff = await tenant_named(request, slug), staff_of(request)
    async with platform_of(request).database.session(tenant.id) as session:
        await leave(session, tenant, staff.id, staff.name)
    return _back(slug, "left")


async def _ask(request: AnyRequest, tenant: Tenant, deed: Deed, reason: str) -> Redirect:
    """Puts it down for the process that has the owner's address; the page says how it stands."""
    async with platform_of(request).database.system_session() as system:
        await ask_deed(system, request.cookies.get(COOKIE, ""), tenant, deed, reason)
    return _back(tenant.slug, "asked")


def _back(slug: str, done: str) -> Redirect:
    return Redirect(f"{HERE}/tenants/{slug}?done={done}", status_code=303)


def _doer(request: AnyRequest) -> Actor:
    staff = staff_of(request)
    return Actor(staff.id, staff.name, f"staff:{staff.name}")


def _reason(given: Any) -> str:
    reason = str(given or "").strip()
    if len(reason) < SHORTEST:
        message = Words(f"请写明理由，至少 {SHORTEST} 个字。", f"Give a reason of at least {SHORTEST} characters.")
        raise InvalidInput("reason_form", message, field="reason")
    return reason


def _new_file(platform: Platform, folder: str, tenant: Tenant, ending: str) -> Path:
    place = platform.settings.data / folder
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place / f"{tenant.slug}-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S}.{ending}"

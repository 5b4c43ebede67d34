"""The console's pages to read: all tenants, one tenant, and opening a new one."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from zhibu_core.backup.taking import last_backup
from zhibu_core.errors import InvalidInput, ZhibuError
from zhibu_core.i18n import _L
from zhibu_core.identity.staff import COOKIE, COVERS
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.scope import BEIJING, Tenant
from zhibu_tenants.operator.actions import READ, TENANT
from zhibu_tenants.operator.asked import asked_deeds
from zhibu_tenants.operator.guard import HERE, console_page, platform_of, staff_of
from zhibu_tenants.operator.reading import standing_of, standings
from zhibu_tenants.powers.staff_entries import HOURS, entries
from zhibu_tenants.presets import preset_names, read_preset
from zhibu_tenants.provisioning import First, create_tenant
from zhibu_web.components import Link, Option
from zhibu_web.framing import AnyRequest

FIELDS = ("slug", "name", "preset", "admin", "system", "security", "auditor")


@get("/", opt={"action": READ})
async def tenants_page(request: Request[Any, Any, Any]) -> Response[str]:
    """All tenants by slug, fifty a page."""
    return await _list(request, {})


@post("/", opt={"action": TENANT})
async def open_tenant(request: Request[Any, Any, Any]) -> Response[Any]:
    """Opens a tenant; what is wrong is shown beside what was typed."""
    form = await request.form()
    typed = {name: str(form.get(name, "")).strip() for name in FIELDS}
    first = First(typed["admin"] or None, typed["system"] or None, typed["security"] or None, typed["auditor"] or None)
    try:
        made = await create_tenant(platform_of(request), typed["slug"], typed["name"], typed["preset"], first=first)
    except InvalidInput as error:
        return await _list(request, typed, error)
    return Redirect(f"{HERE}/tenants/{made.slug}?done=opened", status_code=303)


@get("/tenants/{slug:str}", opt={"action": READ})
async def tenant_page(request: Request[Any, Any, Any], slug: FromPath[str]) -> Response[str]:
    """One tenant, what can be done with it, and the reader's own entries there."""
    return await shown(request, await tenant_named(request, slug))


async def tenant_named(request: AnyRequest, slug: str) -> Tenant:
    """The tenant of this slug; raises `NotFound`."""
    async with platform_of(request).database.system_session() as system:
        return await find_tenant(system, slug)


async def shown(
    request: AnyRequest,
    tenant: Tenant,
    *,
    error: ZhibuError | None = None,
    said: dict[str, Any] | None = None,
) -> Response[str]:
    """The tenant's page; `said` is what a deed has to tell: a file, drift."""
    platform, staff = platform_of(request), staff_of(request)
    async with platform.database.session(tenant.id) as session:
        own = [line for line in await entries(session) if line.entry.staff_id == staff.id]
        asked = await asked_deeds(session, request.cookies.get(COOKIE, ""), tenant.id, most=3)
    context = {
        "standing": await standing_of(platform, tenant),
        "crumbs": [Link(_L("Tenants"), f"{HERE}/"), Link(tenant.name)],
        "own": own,
        "asked": asked,
        "covers": [Option(key, title) for key, title in COVERS.items()],
        "hours": HOURS,
        "zone": BEIJING,
        "backup": last_backup(platform.settings),
        "done": request.query_params.get("done", ""),
        "said": said or {},
        "error": error,
        "has_errors": error is not None,
    }
    return console_page(request, "tenants/operator/tenant.html", context, status=422 if error else 200)


async def _list(request: AnyRequest, typed: dict[str, str], error: ZhibuError | None = None) -> Response[str]:
    platform = platform_of(request)
    asked = request.query_params.get("page", "1")
    number = int(asked) if asked.isdigit() else 1
    found, pages = await standings(platform, number)
    async with platform.database.system_session() as system:
        asked = await asked_deeds(system, request.cookies.get(COOKIE, ""))
    context = {
        "standings": found,
        "asked": asked,
        "number": min(max(number, 1), pages),
        "pages": pages,
        "backup": last_backup(platform.settings),
        "zone": BEIJING,
        "presets": [Option(name, read_preset(name).title) for name in preset_names()],
        "typed": typed,
        "error": error,
        "field": error.field if error and error.field in FIELDS else "slug",
        "has_errors": error is not None,
        "done": request.query_params.get("done", ""),
    }
    return console_page(request, "tenants/operator/tenants.html", context, status=422 if error else 200)

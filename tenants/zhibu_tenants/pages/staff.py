"""Platform staff in this tenant: who was in, why, until when, what was done; approving and ending an entry."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.identity.staff import COVERS
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.pages.forms import FormPage
from zhibu_tenants.powers.settings import APPROVAL, set_setting, setting
from zhibu_tenants.powers.staff_entries import approve, end_entry, entries

HERE = "/people/staff"
PAGE = FormPage(HERE, "tenants/staff.html", "people")


@get(HERE, opt={"action": "staff.read"})
async def staff_entries(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The entries, the newest first."""
    actions = platform.scopes.policy(who.plugins).actions
    context = {
        "entries": await entries(session),
        "covers": COVERS,
        "titles": {key: action.title for key, action in actions.items()},
        "approval": bool(await setting(session, APPROVAL)),
        "zone": ZoneInfo(who.tenant.zone),
        "may_admit": who.may("staff.admit", ""),
    }
    return PAGE.shown(request, who, platform, context)


@post(HERE + "/{entry_id:uuid}/approve", opt={"action": "staff.admit"})
async def approve_staff(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    session: NamedDependency[AsyncSession],
    entry_id: FromPath[uuid.UUID],
) -> Redirect:
    """Lets the person in, from now on."""
    who.require("staff.admit", "")
    await approve(session, who, entry_id)
    return PAGE.done(request, "approved")


@post(HERE + "/{entry_id:uuid}/end", opt={"action": "staff.admit"})
async def end_staff(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    session: NamedDependency[AsyncSession],
    entry_id: FromPath[uuid.UUID],
) -> Redirect:
    """Ends or refuses an entry at once."""
    who.require("staff.admit", "")
    await end_entry(session, who, entry_id)
    return PAGE.done(request, "ended")


@post(HERE, opt={"action": "staff.admit"})
async def staff_policy(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], session: NamedDependency[AsyncSession]
) -> Redirect:
    """Whether an entry begins only once the tenant has approved it."""
    who.require("staff.admit", "")
    wanted = (await request.form()).get("approval") == "on"
    await set_setting(session, APPROVAL, wanted)
    await note(session, who, "staff.admit", "tenant", who.tenant.id, fields=["approval"])
    return PAGE.done(request, "policy")

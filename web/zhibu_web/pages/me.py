"""One's own pages: what is kept about me, and which roles I hold where and until when."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_web.framing import page, prefix_of, role_of, title_of
from zhibu_web.pages.record import record_context
from zhibu_web.reading.elsewhere import signed_in_elsewhere
from zhibu_web.reading.grants import my_grants
from zhibu_web.reading.members import record_of


@get("/me", opt={"action": "member.read_own"})
async def my_record(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """What is kept about the reader."""
    record = await record_of(platform, session, who, who.person())
    context = await record_context(request, who, platform, record, own=True)
    return page(request, who, platform, "pages/member.html", context, door="mine")


@get("/me/identity", opt={"action": "home.read"})
async def my_identity(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The roles that the reader holds, and which one the pages show."""
    grants, in_use = await my_grants(session, who), role_of(request, who)
    others = [role for role in dict.fromkeys(grant.role for grant in grants) if role in who.roles and role != in_use]
    # A tenant with a host of its own shares no cookies with others.
    elsewhere = await signed_in_elsewhere(session, request.cookies, who.tenant.slug) if prefix_of(request) else []
    context = {
        "grants": grants,
        "roles": {role: title_of(who, role) for role in who.roles | {grant.role for grant in grants}},
        "in_use": in_use,
        "others": others,
        "elsewhere": elsewhere,
    }
    return page(request, who, platform, "pages/identity.html", context, door="mine")

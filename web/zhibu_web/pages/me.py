"""One's own pages: what is kept about me, and which roles I hold where and until when."""

from typing import Any

from litestar import Request, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.identity.permissions import ROLES
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_web.framing import page, role_of
from zhibu_web.pages.record import record_context
from zhibu_web.reading.grants import my_grants
from zhibu_web.reading.members import record_of


@get("/me", opt={"action": "member.read_own"})
async def my_record(
    request: Request[Any, Any, Any], who: Scope, platform: Platform, session: AsyncSession
) -> Response[str]:
    """What is kept about the reader."""
    record = await record_of(platform, session, who, who.person())
    context = await record_context(request, who, platform, record, own=True)
    return page(request, who, platform, "pages/member.html", context, door="mine")


@get("/me/identity", opt={"action": "home.read"})
async def my_identity(
    request: Request[Any, Any, Any], who: Scope, platform: Platform, session: AsyncSession
) -> Response[str]:
    """The roles that the reader holds, and which one the pages show."""
    context = {"grants": await my_grants(session, who), "roles": ROLES, "in_use": ROLES[role_of(who)]}
    return page(request, who, platform, "pages/identity.html", context, door="mine")

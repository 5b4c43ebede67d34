"""What the directory of campus or human resources wrote lately, and where it says something else than the branches."""

from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.scim.days import latest_days
from zhibu_tenants.scim.differences import differences
from zhibu_web.framing import page, prefix_of

HERE = "/exchange/directory"
DAYS = 14


@get(HERE, opt={"action": "directory.read"})
async def directory_page(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """Two statements; names of members only for those who may read members."""
    may_read = who.may("member.read")
    context = {
        "days": await latest_days(session, DAYS),
        "differences": await differences(session, who.paths("member.read")) if may_read else [],
        "may_read": may_read,
        "people": f"{prefix_of(request)}/people/members",
        "address": f"{prefix_of(request)}/scim/v2",
        "zone": ZoneInfo(who.tenant.zone),
    }
    return page(request, who, platform, "tenants/directory.html", context, door="exchange")

"""What the board shows of us, exactly, and the administrator's word on it."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.spaces.board import is_listed
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import BOARD, DECIDE
from zhibu_partnership.pages.words import facts_of
from zhibu_partnership.publishing import decide_listing, lines_of
from zhibu_web.components import Link
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

HERE = "/partnership/listing"


@get(HERE, opt={"action": BOARD})
async def listing_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """Every field of every line that the board shows of us, or would show."""
    locale, prefix = locale_of_request(request), prefix_of(request)
    lines = [line for line in await lines_of(session) if line.valid_until >= who.today]
    context = {
        "here": f"{prefix}{HERE}",
        "listed": await is_listed(session),
        "lines": [(line, facts_of(line, locale, tenant=who.tenant.name)) for line in lines],
        "may_decide": who.may(DECIDE, ""),
        "crumbs": (Link(_L("Board"), f"{prefix}/partnership/board"), Link(_L("What the board shows of us"))),
    }
    return page(request, who, platform, "partnership/listing.html", context, door="together")


@post(HERE, opt={"action": DECIDE})
async def listing_sent(
    request: AnyRequest, who: NamedDependency[Scope], session: NamedDependency[AsyncSession]
) -> Redirect:
    """Joins the board, or leaves it, which empties it of us at once."""
    form = await request.form()
    await decide_listing(session, who, listed=form.get("listed") == "1")
    return Redirect(f"{prefix_of(request)}{HERE}", status_code=303)

"""What came of partnerships, year by year."""

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import READ_ACTIVITY
from zhibu_partnership.joint.outcome import Outcome, outcomes_of
from zhibu_web.components import Cell, Column, Link, Row
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.render import reader

HERE = "/partnership/outcome"
COLUMNS = (
    Column(_L("Partnership")),
    Column(_L("Year")),
    Column(_L("Partner")),
    Column(_L("Activities held"), numeric=True),
    Column(_L("Confirmed by both sides"), numeric=True),
    Column(_L("Ours present"), numeric=True),
)


@get(HERE, opt={"action": READ_ACTIVITY})
async def outcome_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """Every partnership with its years, the newest first."""
    locale, prefix = locale_of_request(request), prefix_of(request)
    context = {
        "columns": COLUMNS,
        "rows": [row_of(one, prefix, locale) for one in await outcomes_of(session, who)],
        "crumbs": (Link(_L("Partnerships"), f"{prefix}/partnership"), Link(_L("What came of it"))),
    }
    return page(request, who, platform, "partnership/outcome.html", context, door="together")


def row_of(one: Outcome, prefix: str, locale: str) -> Row:
    """A partnership's year as a row."""
    partners = reader(locale).pgettext("list", ", ").join(one.partners)
    cells = (Cell(str(one.year), lead=True), partners, one.held, one.together, one.people)
    return Row(one.title, cells, f"{prefix}/partnership/spaces/{one.space_id}")

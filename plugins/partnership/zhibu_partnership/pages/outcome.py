"""The board of outcomes: all partnerships of the tenant year by year, and each beside its own past years."""

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import READ_ACTIVITY
from zhibu_partnership.pages.plan_words import YEARS, share_of, year_cells
from zhibu_partnership.plan.outcome import Outcome, YearOfAll, by_year, outcomes_of
from zhibu_web.components import Cell, Column, Link, Row
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.render import reader

HERE = "/partnership/outcome"
EACH = (Column(_L("Partnership")), Column(_L("Year")), Column(_L("Partner")), *YEARS[1:])
ALL = (YEARS[0], Column(_L("Partnerships"), numeric=True), *YEARS[1:])


@get(HERE, opt={"action": READ_ACTIVITY})
async def outcome_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The tenant's years, then every partnership with its years, the newest first."""
    locale, prefix = locale_of_request(request), prefix_of(request)
    found = await outcomes_of(session, who)
    context = {
        "all": (ALL, [_row_of_all(one) for one in by_year(found)]),
        "each": (EACH, [row_of(one, prefix, locale) for one in found]),
        "crumbs": (Link(_L("Partnerships"), f"{prefix}/partnership"), Link(_L("What came of it"))),
    }
    return page(request, who, platform, "partnership/outcome.html", context, door="together")


def row_of(one: Outcome, prefix: str, locale: str) -> Row:
    """A partnership's year as a row; its numbers open to the review of that year."""
    partners = reader(locale).pgettext("list", ", ").join(one.partners)
    space = f"{prefix}/partnership/spaces/{one.space_id}"
    review = f"{space}/review/{one.year}"
    return Row(one.title, (Cell(str(one.year), review, lead=True), partners, *year_cells(one, review)), space)


def _row_of_all(one: YearOfAll) -> Row:
    tasks = one.tasks
    cells = (one.partnerships, one.held, one.together, one.people, one.their_people, tasks.needs, tasks.offers)
    return Row(str(one.year), (*cells, share_of(tasks.done, tasks.tasks)))

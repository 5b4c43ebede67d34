"""The review of a year: results beside goals, each with its records, as a page and as a paper."""

import uuid

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_partnership.actions import READ_PLAN
from zhibu_partnership.pages.paper import paper_of, review_facts
from zhibu_partnership.pages.plan_words import (
    ACTIVITIES,
    FIGURES,
    RESOURCES,
    TASKS,
    YEARS,
    activity_rows,
    figure_rows,
    resource_rows,
    task_rows,
    year_rows,
)
from zhibu_partnership.pages.space import SPACES
from zhibu_partnership.pages.words import others_in_words
from zhibu_partnership.plan.review import review_of
from zhibu_web.components import Link
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.printing import pdf_answer, pdf_of

ONE = SPACES + "/{space_id:uuid}/review/{year:int}"


@get(ONE, opt={"action": READ_PLAN})
async def review_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    year: FromPath[int],
) -> Response[str]:
    """The year; that somebody read what the other sides say of it is noted for both."""
    review = await review_of(session, who, space_id, year)
    locale, prefix = locale_of_request(request), prefix_of(request)
    here = f"{prefix}{SPACES}/{space_id}"
    context = {
        "year": year,
        "others": others_in_words(review.whole.parties, locale),
        "facts": review_facts(review, locale),
        "figures": (FIGURES, figure_rows(review.outcome, locale)),
        "activities": (ACTIVITIES, activity_rows(review, prefix, locale)),
        "resources": (RESOURCES, resource_rows(review, prefix, locale)),
        "tasks": (TASKS, task_rows(review, who, prefix, locale)),
        "overdue": review.outcome.tasks.overdue,
        "years": (YEARS, year_rows(review.past, here)),
        "paper": f"{here}/review/{year}/paper",
        "plan": Link(_L("Plan of the year"), f"{here}/plan/{year}"),
        "crumbs": (Link(review.whole.space.title, here), Link(_L("Review of the year"))),
    }
    return page(request, who, platform, "partnership/review.html", context, door="together")


@get(ONE + "/paper", opt={"action": READ_PLAN})
async def review_paper(
    request: AnyRequest,
    who: NamedDependency[Scope],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    year: FromPath[int],
) -> Response[bytes]:
    """The same as PDF."""
    locale = locale_of_request(request)
    review = await review_of(session, who, space_id, year)
    body = await pdf_of(paper_of(review, who, locale, instant_of(session)), locale)
    return pdf_answer(body, f"review-{year}.pdf")

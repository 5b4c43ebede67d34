"""The plan of a year: what we say and what they say side by side, and the tasks of both sides."""

import uuid
from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import READ_PLAN, WRITE_PLAN
from zhibu_partnership.pages.plan_words import TASKS, goal_facts, task_rows
from zhibu_partnership.pages.space import SPACES
from zhibu_partnership.pages.words import others_in_words
from zhibu_partnership.plan.goals import goals_of, set_goals, take_over
from zhibu_partnership.plan.review import is_in_reach, review_of
from zhibu_partnership.plan.words import NUMBERS, TITLES, Goals, differing, wrong
from zhibu_web.components import Link
from zhibu_web.forms import refusal
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

ONE = SPACES + "/{space_id:uuid}/plan/{year:int}"


@get(ONE, opt={"action": READ_PLAN})
async def plan_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    year: FromPath[int],
) -> Response[str]:
    """The goals of all sides and their tasks; that somebody read what the others say is noted for both."""
    return await _shown(request, who, platform, session, space_id, year)


@post(ONE, opt={"action": WRITE_PLAN})
async def goals_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    year: FromPath[int],
) -> Response[Any]:
    """Says our goals, or takes over those of a side; what is wrong is shown beside what was typed."""
    form = await request.form()
    typed = {name: str(form.get(name, "") or "").strip() for name in TITLES}
    try:
        if form.get("act") == "agree":
            await take_over(platform, session, who, space_id, year, side=str(form.get("side", "") or ""))
        else:
            await set_goals(platform, session, who, space_id, year, _goals(typed))
    except InvalidInput as error:
        return await _shown(request, who, platform, session, space_id, year, typed, error)
    return Redirect(f"{prefix_of(request)}{SPACES}/{space_id}/plan/{year}", status_code=303)


def _goals(typed: Mapping[str, str]) -> Goals:
    numbers = {}
    for name, title in NUMBERS.items():
        text = typed[name].replace(",", "")
        try:
            numbers[name] = int(text or 0)
        except ValueError:
            raise wrong(name, f"“{title.zh}”请填写整数。", f"“{title.en}” is a whole number.") from None
    return Goals(typed["aim"], **numbers)


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    space_id: uuid.UUID,
    year: int,
    typed: Mapping[str, str] | None = None,
    error: InvalidInput | None = None,
) -> Response[str]:
    review = await review_of(session, who, space_id, year)
    locale, prefix = locale_of_request(request), prefix_of(request)
    here, whole = f"{prefix}{SPACES}/{space_id}", review.whole
    ours = goals_of(review.plan) if review.plan else Goals()
    may = who.may(WRITE_PLAN) and is_in_reach(whole, year, who.today)
    context = {
        "year": year,
        "others": others_in_words(whole.parties, locale),
        "plan": review.plan,
        "ours": goal_facts(ours, locale) if review.plan else (),
        "agreed": goal_facts(review.outcome.goals, locale) if review.outcome.goals not in (None, ours) else (),
        "same": review.plan is not None and review.outcome.goals == ours,
        "proposals": [
            (review.slug_of(party), review.party_name(party), differing(ours, said))
            for party, said in review.said.items()
            if differing(ours, said)
        ],
        "typed": typed or {name: str(getattr(ours, name) or "") for name in TITLES},
        "numbers": NUMBERS,
        "may": may,
        "columns": TASKS,
        "tasks": task_rows(review, who, prefix, locale),
        "here": f"{here}/plan/{year}",
        "review": Link(_L("Review of the year"), f"{here}/review/{year}"),
        "crumbs": (Link(whole.space.title, here), Link(_L("Plan of the year"))),
        **refusal(error, "aim"),
    }
    status = 422 if error else 200
    return page(request, who, platform, "partnership/plan.html", context, door="together", status=status)

"""Plans a meeting from rule, roster and last time; or next month's duties, one date each, on one page."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.i18n import _L
from zhibu_core.ledger.duties import Duty
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.actions import PLAN
from zhibu_orglife.content import Plan
from zhibu_orglife.due import due_list
from zhibu_orglife.kinds import KINDS
from zhibu_orglife.pages.bench import held_lately
from zhibu_orglife.pages.duties import duty_named
from zhibu_orglife.pages.fields import PLACES, Fields, Trouble, from_form, from_proposal, to_plan
from zhibu_orglife.pages.places import branch_named
from zhibu_orglife.pages.plan_month import plan_month_page, plan_month_sent
from zhibu_orglife.pages.proposal import proposed, window_of
from zhibu_orglife.pages.record_view import KNOWN_FIELDS, kind_options, known
from zhibu_orglife.pages.sheet import Sheet
from zhibu_orglife.pages.words import duty_text, kinds_text
from zhibu_orglife.pages.workbench import choose_branch
from zhibu_orglife.planning import plan_meeting
from zhibu_web.components import Link
from zhibu_web.duty_words import source_text
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

HERE = "/life/plan"
AHEAD = dt.timedelta(days=31)


@dataclass(frozen=True)
class Asked:
    """What is to be planned: a duty, or a kind at a branch."""

    branch: Organization
    fields: Fields
    query: str
    origin: str
    duty: Duty | None = None


@get(HERE, opt={"action": PLAN})
async def plan_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The proposal for a duty or a kind, or with `month` for all that falls due then."""
    if "month" in request.query_params:
        return await plan_month_page(request, who, platform, session)
    asked = await _asked(request, who, platform, session)
    if asked is None:
        return await choose_branch(request, who, platform, session, HERE)
    return await _shown(request, who, platform, session, asked, asked.fields)


@post(HERE, opt={"action": PLAN}, status_code=200)
async def plan_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Sends the notice: the meeting stands in everybody's calendar."""
    if "month" in request.query_params:
        return await plan_month_sent(request, who, platform, session)
    asked = await _asked(request, who, platform, session)
    if asked is None:
        return Redirect(f"{prefix_of(request)}{HERE}", status_code=303)
    said = from_form(await request.form())
    named = (asked.duty.version.code, asked.duty.window) if asked.duty else None
    plan = to_plan(said, asked.branch.id, named)
    if not isinstance(plan, Plan):
        return await _shown(request, who, platform, session, asked, said, plan)
    try:
        meeting = await plan_meeting(session, who, plan)
    except (InvalidInput, Conflict) as error:
        trouble = (PLACES.get(error.field or "", error.field or "day"), error.message)
        return await _shown(request, who, platform, session, asked, said, [trouble])
    return Redirect(f"{prefix_of(request)}/life/meetings/{meeting.id}?done=planned", status_code=303)


async def _asked(request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession) -> Asked | None:
    query = request.query_params
    if key := query.get("duty"):
        duty, branch = await duty_named(session, platform, who, key, PLAN)
        held = await held_lately(session, branch, who.today)
        given = proposed(who, (duty.kind,), held, window_of(duty), ahead=True)
        fields = from_proposal((duty.kind,), duty.group, given)
        return Asked(branch, fields, f"duty={key}", given.origin, duty)
    found = await branch_named(session, who, query.get("org"), PLAN)
    if found is None:
        return None
    kinds = (query["kind"],) if query.get("kind") in KINDS else ()
    held = await held_lately(session, found, who.today)
    given = proposed(who, kinds, held, (who.today, who.today + AHEAD), ahead=True)
    tail = f"&kind={kinds[0]}" if kinds else ""
    return Asked(found, from_proposal(kinds, None, given), f"org={found.code}{tail}", given.origin)


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    asked: Asked,
    said: Fields,
    troubles: list[Trouble] | None = None,
) -> Response[str]:
    locale, prefix = locale_of_request(request), prefix_of(request)
    day = said.held_on or who.today
    people = await due_list(session, who, asked.branch.id, day, said.kinds, said.grp or None)
    wrong = dict(troubles or [])
    sheet = Sheet(asked.branch, said, "new", asked.query, origin=asked.origin)
    duty = asked.duty
    title = duty_text(duty, locale, who.today) if duty else kinds_text(said.kinds, locale)
    context = {
        "branch": asked.branch,
        "title": title,
        "said": said,
        "known": known(sheet, replace(said, recorder=said.recorder or said.chair), locale),
        "kinds": kind_options(asked.branch),
        "open_known": not said.kinds or not said.place or any(name in KNOWN_FIELDS for name in wrong),
        "due": sum(person.expected for person in people),
        "rest": sum(not person.expected for person in people),
        "duty": duty,
        "source": Link(source_text(duty.version, locale), f"{prefix}/rules/{duty.version.code}") if duty else None,
        "action": f"{prefix}{HERE}?{asked.query}",
        "crumbs": (Link(_L("Workbench"), f"{prefix}/life/workbench"), Link(_L("Plan"))),
        "errors": troubles or [],
        "wrong": wrong,
        "has_errors": bool(troubles),
    }
    return page(request, who, platform, "orglife/plan.html", context, door="life", status=422 if troubles else 200)

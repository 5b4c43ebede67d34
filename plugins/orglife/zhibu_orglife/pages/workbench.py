"""The workbench: what is overdue first, then the month, then the year of one branch; or which branch to open."""

import datetime as dt

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.duties import Duty, Reach
from zhibu_core.ledger.duties.frequency import frequency_duties
from zhibu_core.ledger.windows import plan_windows
from zhibu_core.organization.models import Organization
from zhibu_core.periods import Period, add_months, parse_period, unit_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.actions import APPROVE, RECORD
from zhibu_orglife.models import Meeting
from zhibu_orglife.pages.bench import Bench, meetings_between
from zhibu_orglife.pages.duties import meeting_duties
from zhibu_orglife.pages.places import branch_named, branches_in_reach
from zhibu_orglife.pages.words import duty_text
from zhibu_web.components import Link, month_days
from zhibu_web.duty_words import source_text
from zhibu_web.formats import month_name
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

HERE = "/life/workbench"
BACK_MONTHS = 3
"""For so long a missed duty stands at the top; what is older is seen in the matrix of its year."""

OVERDUE_SHOWN = 6


@get(HERE, opt={"action": RECORD})
async def workbench(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """One branch (`org`, else the asker's own) in one month (`month`, else today's)."""
    branch = await branch_named(session, who, request.query_params.get("org"), RECORD)
    if branch is None:
        return await choose_branch(request, who, platform, session)
    month = _month(request.query_params.get("month"), who.today)
    bench = await _bench(request, who, platform, session, branch, month)
    context = _context(bench, branch, request)
    context["waiting"] = await _waiting(session, branch) if who.may(APPROVE, branch.path) else 0
    return page(request, who, platform, "orglife/workbench.html", context, door="life")


async def _bench(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, branch: Organization, month: Period
) -> Bench:
    year = month.start.year
    since = add_months(who.today.replace(day=1), -BACK_MONTHS)
    start = min(dt.date(year, 1, 1), since) if year >= who.today.year else dt.date(year, 1, 1)
    # A window counts where it begins inside: quarters and years are taken whole.
    period = Period.of(dt.date(start.year, 1, 1), dt.date(year, 12, 31))
    duties = await meeting_duties(session, platform, who, branch, period)
    meetings = await meetings_between(session, branch, period.start, period.end)
    return Bench(who, prefix_of(request), locale_of_request(request), duties, meetings, month, since)


def _context(bench: Bench, branch: Organization, request: AnyRequest) -> dict[str, object]:
    locale, month, today = bench.locale, bench.month.start, bench.who.today
    items = bench.items()
    flat = [item for on in items.values() for item in on]
    missed = bench.missed
    org = f"&org={branch.code}" if request.query_params.get("org") else ""
    here = f"{bench.prefix}{HERE}?month="
    earlier, later = add_months(month, -1), add_months(month, 1)
    return {
        "branch": branch,
        "month_name": month_name(month.year, month.month, locale),
        "days": month_days(month.year, month.month, items, today),
        "counts": bench.counts(flat),
        "total": len(flat),
        "missed": [_overdue(bench, duty) for duty in missed[:OVERDUE_SHOWN]],
        "more_missed": max(0, len(missed) - OVERDUE_SHOWN),
        "earlier": Link(month_name(earlier.year, earlier.month, locale), f"{here}{earlier:%Y-%m}{org}"),
        "later": Link(month_name(later.year, later.month, locale), f"{here}{later:%Y-%m}{org}"),
        "next_plan": _next_plan(bench),
        "plan_month": f"{bench.prefix}/life/plan?month={add_months(today.replace(day=1), 1):%Y-%m}&org={branch.code}",
        "record": f"{bench.prefix}/life/record?org={branch.code}",
        "approvals": f"{bench.prefix}/life/approvals?org={branch.code}",
        "year": month.year,
        "rows": bench.matrix(month.year),
    }


def _overdue(bench: Bench, duty: Duty) -> dict[str, object]:
    kept = bench.meeting_for(duty)
    href = f"{bench.prefix}/life/record?meeting={kept.id}" if kept else bench.record(duty)
    version = duty.version
    return {
        "title": duty_text(duty, bench.locale, bench.who.today),
        "due_on": duty.due_on,
        "says": version.says,
        "source": Link(source_text(version, bench.locale), f"{bench.prefix}/rules/{version.code}"),
        "href": href,
        "held": duty.held,
        "required": duty.required,
    }


def _next_plan(bench: Bench) -> Link | None:
    unplanned = sorted(bench.unplanned, key=lambda duty: duty.due_on)
    return Link(duty_text(unplanned[0], bench.locale, bench.who.today), bench.plan(unplanned[0])) if unplanned else None


def _month(text: str | None, today: dt.date) -> Period:
    if not text:
        return unit_of("month", today)
    return unit_of("month", parse_period(text).start)


async def _waiting(session: AsyncSession, branch: Organization) -> int:
    query = (
        select(func.count())
        .select_from(Meeting)
        .where(Meeting.organization_id == branch.id, Meeting.state == "submitted")
    )
    return int(await session.scalar(query) or 0)


async def choose_branch(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, here: str = HERE
) -> Response[str]:
    """The branches in reach with what is open this month, in the order of the tree; each leads to `here`."""
    month = unit_of("month", who.today)
    book = await rule_book(platform, session, who)
    planned = plan_windows(book, month)
    open_now: dict[object, int] = {}
    for path in who.paths(RECORD):
        for duty in await frequency_duties(session, planned, Reach(path), who.today, with_facts=False):
            open_now[duty.organization_id] = open_now.get(duty.organization_id, 0) + (duty.state in ("open", "missed"))
    branches = await branches_in_reach(session, who, RECORD)
    context = {
        "branches": [(one, open_now.get(one.id, 0)) for one in branches],
        "here": f"{prefix_of(request)}{here}",
        "month_name": month_name(month.start.year, month.start.month, locale_of_request(request)),
    }
    return page(request, who, platform, "orglife/choose.html", context, door="life")

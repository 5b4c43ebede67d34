"""The month's duties planned together: one line each with day, time and place proposed, one button."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from litestar import Response
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput, NotFound
from zhibu_core.i18n import _L
from zhibu_core.ledger.duties import Duty
from zhibu_core.ledger.shapes import Frequency
from zhibu_core.organization.models import Organization
from zhibu_core.periods import Period, parse_period, unit_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.actions import PLAN
from zhibu_orglife.content import Plan
from zhibu_orglife.pages.bench import held_lately, meetings_between, serves
from zhibu_orglife.pages.duties import meeting_duties, year_of
from zhibu_orglife.pages.fields import PLACES, Fields, Trouble, to_plan
from zhibu_orglife.pages.places import branch_named
from zhibu_orglife.pages.proposal import Proposal, proposed
from zhibu_orglife.pages.words import duty_text
from zhibu_orglife.planning import plan_meeting
from zhibu_web.components import Link
from zhibu_web.formats import month_name
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of


@dataclass(frozen=True)
class Line:
    """One duty of the month: its key, what it is, and the fields proposed or typed; `wanted`: plan it."""

    duty: Duty
    title: str
    fields: Fields
    wanted: bool = True
    trouble: Trouble | None = None


async def plan_month_page(request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession) -> Response[str]:
    """What falls due in the month and has no meeting yet."""
    branch, month = await _asked(request, who, session)
    lines = await _proposed(request, who, platform, session, branch, month)
    return _shown(request, who, platform, branch, month, lines)


async def plan_month_sent(request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession) -> Response[Any]:
    """Sends the notices of all lines that are wanted, or none where one is wrong."""
    branch, month = await _asked(request, who, session)
    form = await request.form()
    lines = [
        _typed(form, line, number)
        for number, line in enumerate(await _proposed(request, who, platform, session, branch, month), 1)
    ]
    async with session.begin_nested() as kept:
        checked = [await _plan(session, who, branch, line) if line.wanted else line for line in lines]
        if any(line.trouble for line in checked):
            await kept.rollback()
    if any(line.trouble for line in checked):
        branch, month = await _asked(request, who, session)
        return _shown(request, who, platform, branch, month, checked)
    tail = f"month={month.name}&org={branch.code}"
    return Redirect(f"{prefix_of(request)}/life/workbench?{tail}", status_code=303)


async def _asked(request: AnyRequest, who: Scope, session: AsyncSession) -> tuple[Organization, Period]:
    branch = await branch_named(session, who, request.query_params.get("org"), PLAN)
    if branch is None:
        raise NotFound(
            "not_found", Words("没有找到这个党支部。请核对后重试。", "There is no such branch. Check it and try again.")
        )
    return branch, unit_of("month", parse_period(request.query_params["month"]).start)


async def _proposed(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, branch: Organization, month: Period
) -> list[Line]:
    """The duties of the month, and those of its quarter and year that should not wait for their last month."""
    duties = await meeting_duties(session, platform, who, branch, year_of(month.start))
    live = await meetings_between(session, branch, dt.date(month.start.year, 1, 1), dt.date(month.start.year, 12, 31))
    held = await held_lately(session, branch, who.today)
    locale = locale_of_request(request)
    found: list[Line] = []
    taken = [one.held_on for one in live]
    for duty in duties:
        if not _due_in(duty, month) or duty.held >= duty.required or any(serves(one, duty) for one in live):
            continue
        window = max(duty.opens_on, month.start), min(duty.due_on, month.end)
        given = proposed(who, (duty.kind,), held, window, ahead=True, taken=taken)
        taken.append(given.day)
        found.append(Line(duty, duty_text(duty, locale, who.today), _fields(duty, given)))
    return sorted(found, key=lambda line: line.fields.day)


def _due_in(duty: Duty, month: Period) -> bool:
    """Whether the month is one of the duty's; a yearly one is proposed when its reminder comes."""
    if duty.state not in ("open", "upcoming") or not (duty.opens_on <= month.end and month.start <= duty.due_on):
        return False
    every = duty.version.read(Frequency)
    return every.every != "year" or (duty.due_on - month.end).days <= every.remind_days


def _fields(duty: Duty, given: Proposal) -> Fields:
    return Fields(
        kinds=(duty.kind,), grp=duty.group or "", day=given.day.isoformat(), start=f"{given.start:%H:%M}",
        end=f"{given.end:%H:%M}", place=given.place, chair=given.chair,
    )  # fmt: skip


def _typed(form: Any, line: Line, number: int) -> Line:
    def text(name: str) -> str:
        return str(form.get(f"{name}-{number}", "") or "")

    fields = replace(
        line.fields, day=text("day"), start=text("start"), end=text("end"), place=text("place"), topic=text("topic")
    )
    wanted = form.get(f"duty-{number}") == line.duty.key.text()
    return Line(line.duty, line.title, fields, wanted)


async def _plan(session: AsyncSession, who: Scope, branch: Organization, line: Line) -> Line:
    """Plans one line; the line with its trouble where it cannot be."""
    plan = to_plan(line.fields, branch.id, (line.duty.version.code, line.duty.window))
    if not isinstance(plan, Plan):
        return Line(line.duty, line.title, line.fields, trouble=plan[0])
    try:
        await plan_meeting(session, who, plan)
    except (InvalidInput, Conflict) as error:
        place = PLACES.get(error.field or "", error.field or "day")
        return Line(line.duty, line.title, line.fields, trouble=(place, error.message))
    return line


def _shown(
    request: AnyRequest, who: Scope, platform: Platform, branch: Organization, month: Period, lines: list[Line]
) -> Response[str]:
    prefix, locale = prefix_of(request), locale_of_request(request)
    errors = [(f"{line.trouble[0]}-{n}", line.trouble[1]) for n, line in enumerate(lines, 1) if line.trouble]
    context = {
        "branch": branch,
        "month_name": month_name(month.start.year, month.start.month, locale),
        "lines": lines,
        "action": f"{prefix}/life/plan?month={month.name}&org={branch.code}",
        "crumbs": (Link(_L("Workbench"), f"{prefix}/life/workbench?org={branch.code}"), Link(_L("Plan"))),
        "other": Link(_L("Plan something else"), f"{prefix}/life/plan?org={branch.code}"),
        "errors": errors,
        "wrong": dict(errors),
        "has_errors": bool(errors),
    }
    return page(request, who, platform, "orglife/plan_month.html", context, door="life", status=422 if errors else 200)

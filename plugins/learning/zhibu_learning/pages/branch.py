"""A branch's training: what was organized, and each member's hours and courses in words, in the order of names."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import NotFound
from zhibu_core.i18n import _L
from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.duties import Duty, Reach
from zhibu_core.ledger.duties.learning import course_duties, hours_duties
from zhibu_core.organization.kinds import BRANCH_TYPES
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.periods import Period, unit_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_learning.models import Training
from zhibu_learning.pages.own import year_asked_for
from zhibu_learning.places import READ, RECORD
from zhibu_learning.rule_book import COURSE_RULE, HOURS_RULE
from zhibu_learning.words import CATEGORIES, FORMS
from zhibu_web.components import Cell, Column, Row, State
from zhibu_web.formats import number
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.render import reader

HERE = "/learning/branch"
SHOWN = 20
COLUMNS = (Column(_L("Name")), Column(_L("Study hours of the year")), Column(_L("Required courses")))


@dataclass(frozen=True)
class Learner:
    """A member's duties to learn in a year."""

    name: str
    hours: Duty | None
    courses: tuple[Duty, ...]


@get(HERE, opt={"action": READ})
async def branch_records(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """One branch (`org`, else the asker's own) in a year; or which branch to open."""
    branch = await branch_named(session, who, request.query_params.get("org"), READ)
    if branch is None:
        return await choose_branch(request, who, platform, session)
    year = year_asked_for(request, who.today)
    period = unit_of("year", dt.date(year, 1, 1))
    locale, prefix = locale_of_request(request), prefix_of(request)
    learners = await learners_of(session, platform, who, branch, period)
    here = f"{prefix}{HERE}?org={branch.code}&year="
    context = {
        "branch": branch,
        "year": year,
        "earlier": f"{here}{year - 1}",
        "later": f"{here}{year + 1}" if year < who.today.year else None,
        "columns": COLUMNS,
        "rows": [_row(one, locale) for one in learners],
        "sessions": await _sessions(session, branch, period),
        "add": f"{prefix}{HERE}/add?org={branch.code}" if who.may(RECORD, branch.path) else None,
        "done": request.query_params.get("done"),
    }
    return page(request, who, platform, "learning/branch.html", context, door="people")


async def learners_of(
    session: AsyncSession, platform: Platform, who: Scope, branch: Organization, period: Period
) -> list[Learner]:
    """The members of whom learning is asked, by name, with hours and courses of a year (four statements)."""
    book = await rule_book(platform, session, who)
    reach = Reach(branch.path, organization_id=branch.id)
    found: dict[uuid.UUID, tuple[str, list[Duty], list[Duty]]] = {}
    day = min(period.end, who.today)
    if hours := book.in_force(HOURS_RULE, day):
        for duty in await hours_duties(session, hours, reach, [period], who.today):
            _of(found, duty)[1].append(duty)
    if courses := book.in_force(COURSE_RULE, day):
        for duty in await course_duties(session, courses, reach, period, who.today):
            _of(found, duty)[2].append(duty)
    return [Learner(name, own[0] if own else None, tuple(rest)) for name, own, rest in found.values()]


def _of(found: dict[uuid.UUID, tuple[str, list[Duty], list[Duty]]], duty: Duty) -> tuple[str, list[Duty], list[Duty]]:
    person = duty.person_id or duty.organization_id
    return found.setdefault(person, (duty.person_name or "", [], []))


def _row(one: Learner, locale: str) -> Row:
    return Row(one.name, (_hours(one.hours, locale), _courses(one.courses, locale)))


def _hours(duty: Duty | None, locale: str) -> Cell:
    words = reader(locale)
    if duty is None:
        return Cell(words.gettext("not asked for"), state="waived")
    held, required = (
        number(value, locale, digits=0 if value == int(value) else 1) for value in (duty.held, duty.required)
    )
    text = words.gettext("%(held)s of %(required)s hours") % {"held": held, "required": required}
    return Cell(text, state=_state(duty))


def _courses(duties: Sequence[Duty], locale: str) -> Cell:
    words = reader(locale)
    if not duties:
        return Cell(words.gettext("none required"))
    done = sum(duty.state in ("met", "late") for duty in duties)
    missed = any(duty.state == "missed" for duty in duties)
    text = words.gettext("%(done)s of %(all)s done") % {"done": done, "all": len(duties)}
    return Cell(text, state="met" if done == len(duties) else "missed" if missed else "open")


def _state(duty: Duty) -> State:
    return "met" if duty.state in ("met", "late") else duty.state


async def _sessions(session: AsyncSession, branch: Organization, period: Period) -> list[dict[str, Any]]:
    """What was organized, the newest first: day, form, category, hours, how many took part (one statement)."""
    columns = (Training.day, Training.form_name, Training.category, Training.organiser, Training.hours)
    query = (
        select(*columns, func.count().label("people"))
        .where(
            Training.organization_id == branch.id,
            Training.withdrawn_on.is_(None),
            Training.day.between(period.start, period.end),
            Training.form != "self_study",
        )
        .group_by(*columns)
        .order_by(Training.day.desc(), Training.form_name)
        .limit(SHOWN)
    )
    rows = (await session.execute(query)).all()
    return [dict(row._mapping) | {"category": CATEGORIES.get(row.category, row.category)} for row in rows]


async def branch_named(session: AsyncSession, who: Scope, code: str | None, action: str) -> Organization | None:
    """The branch of this code, else the asker's own, else the only one in reach; None where one must choose.

    Raises `NotFound` alike for a code that is unknown, another tenant's, no branch's, or out of reach.
    """
    query = branches(who, action)
    if code:
        found = await session.scalar(query.where(Organization.code == code))
        if found is None:
            raise NotFound(
                "not_found",
                Words("没有找到这个党支部。请核对后重试。", "There is no such branch. Check it and try again."),
            )
        return found
    own = [grant.node_id for grant in who.grants if action in grant.actions and grant.node_id is not None]
    if who.actor and who.actor.branch_id and (not own or who.actor.branch_id in own):
        own = [who.actor.branch_id]
    if own and (found := await session.scalar(query.where(Organization.id.in_(own)).limit(1))) is not None:
        return found
    rows = list(await session.scalars(query.limit(2)))
    return rows[0] if len(rows) == 1 else None


def branches(who: Scope, action: str) -> Select[Organization]:
    """The branches at which the asker holds the action."""
    where = in_subtrees(Organization.path, who.paths(action))
    return select(Organization).where(where, Organization.kind.in_(BRANCH_TYPES), Organization.abolished_on.is_(None))


async def choose_branch(request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession) -> Response[str]:
    """The branches in reach, in the order of the tree."""
    found = list(await session.scalars(branches(who, READ).order_by(Organization.path)))
    context = {"branches": found, "here": f"{prefix_of(request)}{HERE}"}
    return page(request, who, platform, "learning/choose.html", context, door="people")


async def panel(session: AsyncSession, scope: Scope, organization_id: uuid.UUID) -> Mapping[str, Any] | None:
    """The year's organized training of a branch, for the organization's page; None where there was none."""
    query = branches(scope, READ).where(Organization.id == organization_id)
    branch = await session.scalar(query)
    if branch is None:
        return None
    found = await _sessions(session, branch, unit_of("year", scope.today))
    return {"sessions": found[:3], "code": branch.code} if found else None


def form_words() -> Mapping[str, Any]:
    """The forms that are organized: all but studying alone."""
    return {key: words for key, words in FORMS.items() if key != "self_study"}

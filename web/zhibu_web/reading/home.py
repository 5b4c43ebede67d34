"""What the home page shows: the duties of a branch or a person, and of a whole tree in short."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.duties import Duty, DutyState, Reach, duties_of
from zhibu_core.ledger.duties.duty import DutyKey
from zhibu_core.ledger.duties.frequency import frequency_duties
from zhibu_core.ledger.duties.timers import term_duties, timer_duties
from zhibu_core.ledger.models import DutyWaiver
from zhibu_core.ledger.rules import RuleBook, RuleVersion
from zhibu_core.ledger.shapes import Course
from zhibu_core.ledger.windows import plan_windows
from zhibu_core.organization.people import Membership
from zhibu_core.periods import Period, add_months
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of

MISSED_MONTHS = 3
"""How far back a missed duty is still shown: what is older is for the workbench and the portrait."""
TO_DO: frozenset[DutyState] = frozenset({"open", "missed"})
DONE: frozenset[DutyState] = frozenset({"met", "late"})
PERSONAL = frozenset({"hours", "course"})
"""Shapes that ask something of each person: others see their own only."""

_COURSES = text(
    """select distinct f.mark, f.detail->>'name' as name from fact f
    where f.tenant_id = :t and f.kind = any(:kinds) and f.mark = any(:marks)"""
)


@dataclass(frozen=True)
class Home:
    """The duties of one reader: to do by deadline, done lately, the next that opens, and this month by state."""

    to_do: list[Duty] = field(default_factory=list)
    done: list[Duty] = field(default_factory=list)
    upcoming: Duty | None = None
    month: Counter[DutyState] = field(default_factory=Counter)
    names: dict[str, str] = field(default_factory=dict)
    learners: int = 0


@dataclass(frozen=True)
class Overdue:
    """One rule that branches of a tree have not met: how many, and the first of them in the order of the tree."""

    version: RuleVersion
    branches: int
    duties: int
    first: tuple[Duty, ...]


def year_of(today: dt.date) -> Period:
    """The calendar year, from which the missed ones of the last months and all to the year's end are taken."""
    start = min(dt.date(today.year, 1, 1), first_missed(today))
    return Period.of(start, dt.date(today.year, 12, 31))


def first_missed(today: dt.date) -> dt.date:
    """The first day whose missed duties are shown: the first of a month."""
    return add_months(today.replace(day=1), -MISSED_MONTHS)


async def home_of(platform: Platform, session: AsyncSession, scope: Scope, branches: Sequence[uuid.UUID]) -> Home:
    """The duties of the reader's branches (none: only the reader's own) and of the reader as a person."""
    book = await rule_book(platform, session, scope)
    today, me = scope.today, scope.person()
    reach = Reach(organization_ids=tuple(branches)) if branches else Reach(person_id=me)
    found = await duties_of(session, book, year_of(today), reach, today)
    if branches and scope.actor and scope.actor.branch_id not in branches:
        found += await duties_of(session, book, year_of(today), Reach(person_id=me), today)
    mine = [duty for duty in found if duty.version.rule.shape not in PERSONAL or duty.person_id == me]
    others = {duty.person_id for duty in found if duty.state in TO_DO and duty.version.rule.shape in PERSONAL} - {me}
    return await _sorted(session, mine, today, learners=len(others))


async def _sorted(session: AsyncSession, duties: Sequence[Duty], today: dt.date, *, learners: int) -> Home:
    since = first_missed(today)
    to_do = sorted((d for d in duties if d.state in TO_DO and d.due_on >= since), key=lambda d: d.due_on)
    done = [d for d in duties if d.state in DONE and since <= d.due_on]
    coming = [d for d in duties if d.state == "upcoming" and d.opens_on > today]
    this_month = (d.state for d in duties if (d.due_on.year, d.due_on.month) == (today.year, today.month))
    return Home(
        to_do=to_do,
        done=sorted(done, key=lambda d: d.due_on, reverse=True),
        upcoming=min(coming, key=lambda d: d.opens_on, default=None),
        month=Counter(this_month),
        names=await course_names(session, [*to_do, *done]),
        learners=learners,
    )


async def course_names(session: AsyncSession, duties: Iterable[Duty]) -> dict[str, str]:
    """The titles of required courses by their code (no statement where there are none)."""
    courses = [duty for duty in duties if duty.version.rule.shape == "course"]
    if not courses:
        return {}
    kinds = {duty.version.read(Course).required_by for duty in courses}
    values = {"t": tenant_of(session), "kinds": list(kinds), "marks": list({duty.window for duty in courses})}
    return {row.mark: row.name or row.mark for row in await session.execute(_COURSES, values)}


async def members_among(session: AsyncSession, duties: Iterable[Duty]) -> frozenset[uuid.UUID]:
    """Those of the people named in duties who are members, so have a record (no statement where nobody is named)."""
    people = {duty.person_id for duty in duties if duty.person_id and duty.version.rule.shape not in PERSONAL}
    if not people:
        return frozenset()
    query = select(Membership.person_id).where(Membership.person_id.in_(people), Membership.until.is_(None))
    return frozenset(await session.scalars(query))


async def overdue_below(
    platform: Platform, session: AsyncSession, scope: Scope, path: str, *, show: int
) -> list[Overdue]:
    """What branches below a path have not met in the last months, by rule in the order of the packs.

    Only what organizations owe; a statement for all windows, one for all clocks, one for terms, whatever the tree.
    """
    book = await rule_book(platform, session, scope)
    today = scope.today
    missed = await missed_of_organizations(session, book, Period.of(first_missed(today), today), Reach(path), today)
    order = {code: place for place, code in enumerate(book.rules)}
    grouped: dict[str, list[Duty]] = {}
    for duty in missed:
        grouped.setdefault(duty.version.code, []).append(duty)
    return [_overdue(grouped[code], show) for code in sorted(grouped, key=order.__getitem__)]


async def missed_of_organizations(
    session: AsyncSession, book: RuleBook, period: Period, reach: Reach, today: dt.date
) -> list[Duty]:
    """What organizations (not persons) in reach have missed and nobody waived, in the order of the tree by shape."""
    found = await frequency_duties(session, plan_windows(book, period), reach, today, with_facts=False)
    found += await timer_duties(session, book.all_in_force(today, "timer"), reach, period, today)
    for version in book.all_in_force(today, "term"):
        found += await term_duties(session, version, reach, period, today)
    waived = {
        DutyKey(w.rule, w.organization_id, w.person_id, w.window, w.grp)
        for w in await session.scalars(select(DutyWaiver))
    }
    return [duty for duty in found if duty.state == "missed" and duty.key not in waived]


def _overdue(duties: list[Duty], show: int) -> Overdue:
    by_branch: dict[uuid.UUID, Duty] = {}
    for duty in duties:
        by_branch.setdefault(duty.organization_id, duty)
    return Overdue(duties[0].version, len(by_branch), len(duties), tuple(by_branch.values())[:show])

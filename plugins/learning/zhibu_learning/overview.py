"""What one person studied in a period: entries, hours that count against the target, required courses."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.rules import RuleBook
from zhibu_core.ledger.shapes import Course as CourseRule
from zhibu_core.ledger.shapes import Hours
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership
from zhibu_core.periods import Period
from zhibu_core.tenancy.scope import Scope
from zhibu_learning.facts import counting, entry_of
from zhibu_learning.models import Course, Training
from zhibu_learning.places import branch_of, require_reading
from zhibu_learning.rule_book import COURSE_RULE, HOURS_RULE, rule_book
from zhibu_learning.study_hours import Stay, StudyHours, study_hours
from zhibu_learning.words import read_audience

Places = Mapping[uuid.UUID, tuple[Membership, Organization]]
"""People with the membership and branch that they have today."""


@dataclass(frozen=True)
class TrainingEntry:
    """An entry, and whether it counts as organized training."""

    training: Training
    counted: bool


@dataclass(frozen=True)
class RequiredCourse:
    """A course due in the period; `done_on` is the first day it was completed up to the period's end, else None."""

    course: Course
    done_on: date | None


@dataclass(frozen=True)
class TrainingOverview:
    """A person's training in a period; `hours` is None where the tenant has no rule of hours."""

    period: Period
    entries: tuple[TrainingEntry, ...]
    hours: StudyHours | None
    courses: tuple[RequiredCourse, ...]

    @property
    def done(self) -> tuple[RequiredCourse, ...]:
        """The required courses that are completed."""
        return tuple(one for one in self.courses if one.done_on)

    @property
    def open(self) -> tuple[RequiredCourse, ...]:
        """The required courses that are not."""
        return tuple(one for one in self.courses if not one.done_on)


async def training_of(session: AsyncSession, scope: Scope, person_id: uuid.UUID, period: Period) -> TrainingOverview:
    """One's own training, or with `learning.training.read` that of a member of the branch.

    Raises `NotFound` for an unknown person, `InvalidInput` for one without a branch, `Unauthenticated`, `Forbidden`.
    """
    member, branch = await branch_of(session, person_id)
    require_reading(scope, person_id, branch.path)
    return (await _overviews(session, {person_id: (member, branch)}, period))[person_id]


async def trainings_of(
    session: AsyncSession, people: Collection[uuid.UUID], period: Period
) -> dict[uuid.UUID, TrainingOverview]:
    """The same for many people who belong to a branch; the caller has checked that they may be read.

    Four statements, however many people.
    """
    query = (
        select(Membership, Organization)
        .join(
            Organization,
            (Organization.tenant_id == Membership.tenant_id) & (Organization.id == Membership.organization_id),
        )
        .where(Membership.person_id.in_(people), Membership.until.is_(None))
    )
    return await _overviews(
        session, {row[0].person_id: (row[0], row[1]) for row in await session.execute(query)}, period
    )


async def _overviews(session: AsyncSession, places: Places, period: Period) -> dict[uuid.UUID, TrainingOverview]:
    query = select(Training).where(
        Training.person_id.in_(places), Training.withdrawn_on.is_(None), Training.day <= period.end
    )
    book = await rule_book(session)
    counted = counting(book)
    found: dict[uuid.UUID, list[TrainingEntry]] = {person: [] for person in places}
    for one in await session.scalars(query.order_by(Training.day, Training.id)):
        found[one.person_id].append(TrainingEntry(one, counted(one.form, one.confirmed, one.day)))
    due = await _due(session, period)
    return {
        person: TrainingOverview(
            period,
            tuple(entry for entry in entries if entry.training.day in period),
            _hours(period, entries, places[person][0], book),
            _courses(period, entries, *places[person], due, book),
        )
        for person, entries in found.items()
    }


def _hours(period: Period, entries: Sequence[TrainingEntry], member: Membership, book: RuleBook) -> StudyHours | None:
    rule = book.in_force(HOURS_RULE, period.end)
    if rule is None:
        return None
    proven = [
        entry_of(one.training.day, one.training.form, one.training.hours, one.training.evidence)
        for one in entries
        if one.counted
    ]
    stay = Stay(member.joined_on, member.until)
    return study_hours(period, proven, rule.read(Hours), stay=stay, post_holder=bool(member.party_post))


def _courses(
    period: Period,
    entries: Sequence[TrainingEntry],
    member: Membership,
    branch: Organization,
    due: Sequence[tuple[Course, str]],
    book: RuleBook,
) -> tuple[RequiredCourse, ...]:
    rule = book.in_force(COURSE_RULE, period.end)
    if rule is None:
        return ()
    uncounted = rule.read(CourseRule).uncounted_forms
    done: dict[str, date] = {}
    for one in (entry.training for entry in entries):
        if one.confirmed and one.form not in uncounted:
            done.setdefault(one.course, one.day)
    required = [c for c, path in due if branch.path.startswith(path) and _addresses(c, member, branch)]
    return tuple(RequiredCourse(course, done.get(course.code)) for course in required)


async def _due(session: AsyncSession, period: Period) -> list[tuple[Course, str]]:
    """The courses due in the period, each with the path of the organization it is required in (the whole tenant: "")."""
    joined = (Organization.tenant_id == Course.tenant_id) & (Organization.id == Course.organization_id)
    query = (
        select(Course, Organization.path)
        .outerjoin(Organization, joined)
        .where(Course.deadline >= period.start, Course.deadline <= period.end)
        .order_by(Course.deadline, Course.code)
    )
    return [(course, path or "") for course, path in await session.execute(query)]


def _addresses(course: Course, member: Membership, branch: Organization) -> bool:
    audience = read_audience(course.audience)
    return audience.addresses(member.member_class, post_holder=bool(member.party_post), branch_type=branch.type)

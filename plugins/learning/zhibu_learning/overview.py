"""What one person studied in a period: entries, hours that count against the target, required courses."""

import uuid
from collections.abc import Sequence
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
    query = select(Training).where(
        Training.person_id == person_id, Training.withdrawn_on.is_(None), Training.day <= period.end
    )
    trainings = list(await session.scalars(query.order_by(Training.day, Training.id)))
    book = await rule_book(session)
    counted = counting(book)
    entries = [TrainingEntry(one, counted(one.form, one.confirmed, one.day)) for one in trainings]
    return TrainingOverview(
        period,
        tuple(entry for entry in entries if entry.training.day in period),
        _hours(period, entries, member, book),
        await _courses(session, period, trainings, member, branch, book),
    )


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


async def _courses(
    session: AsyncSession,
    period: Period,
    trainings: Sequence[Training],
    member: Membership,
    branch: Organization,
    book: RuleBook,
) -> tuple[RequiredCourse, ...]:
    rule = book.in_force(COURSE_RULE, period.end)
    if rule is None:
        return ()
    uncounted = rule.read(CourseRule).uncounted_forms
    done: dict[str, date] = {}
    for one in trainings:
        if one.confirmed and one.form not in uncounted:
            done.setdefault(one.course, one.day)
    required = [c for c in await _due(session, period, branch) if _addresses(c, member, branch)]
    return tuple(RequiredCourse(course, done.get(course.code)) for course in required)


async def _due(session: AsyncSession, period: Period, branch: Organization) -> list[Course]:
    """The courses due in the period for the whole tenant, the branch, or an organization above it."""
    above = select(Organization.id).where(Organization.code.in_(branch.path.rstrip("/").split("/")))
    query = select(Course).where(
        Course.deadline >= period.start,
        Course.deadline <= period.end,
        Course.organization_id.is_(None) | Course.organization_id.in_(above),
    )
    return list(await session.scalars(query.order_by(Course.deadline, Course.code)))


def _addresses(course: Course, member: Membership, branch: Organization) -> bool:
    audience = read_audience(course.audience)
    return audience.addresses(member.member_class, post_holder=bool(member.party_post), branch_type=branch.type)

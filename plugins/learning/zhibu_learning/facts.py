"""The facts that learning writes: `training` for each entry, `course_required` for each course with a deadline."""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, cast

from sqlalchemy import CollectionAggregate, Row, Table, Uuid, any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.facts import FactDraft, Grade, write_facts
from zhibu_core.ledger.rules import RuleBook
from zhibu_core.ledger.shapes import Hours
from zhibu_core.tenancy.session import tenant_of
from zhibu_learning.models import Course, Training
from zhibu_learning.rule_book import HOURS_RULE, rule_book
from zhibu_learning.study_hours import Entry, counts
from zhibu_learning.words import read_audience

SOURCE = "learning"
TRAININGS = cast("Table", Training.__table__)
COURSES = cast("Table", Course.__table__)
Counted = Callable[[str, bool, date], bool]


async def write_training_facts(
    session: AsyncSession, ids: Collection[uuid.UUID], *, grade: Grade, written_by: uuid.UUID | None
) -> int:
    """Writes the facts of these entries as they stand in the table, withdrawn ones left out; returns their number."""
    query = select(TRAININGS).where(
        TRAININGS.c.tenant_id == tenant_of(session), TRAININGS.c.id == _any(ids), TRAININGS.c.withdrawn_on.is_(None)
    )
    counted = counting(await rule_book(session))
    drafts = [_training_fact(row, counted, grade) for row in await session.execute(query)]
    return await write_facts(session, drafts, source=SOURCE, written_by=written_by)


async def write_course_facts(
    session: AsyncSession, ids: Collection[uuid.UUID], *, grade: Grade, written_by: uuid.UUID | None
) -> int:
    """Writes the facts of these courses, one for each organization on top of those that must take it."""
    query = select(COURSES).where(
        COURSES.c.tenant_id == tenant_of(session), COURSES.c.id == _any(ids), COURSES.c.deadline.is_not(None)
    )
    tops = await _roots(session)
    drafts = [fact for row in await session.execute(query) for fact in _course_facts(row, tops, grade)]
    return await write_facts(session, drafts, source=SOURCE, written_by=written_by)


def counting(book: RuleBook) -> Counted:
    """Answers whether an entry of a form, confirmed or not, counts as organized training on a day."""

    @cache
    def counted(form: str, confirmed: bool, day: date) -> bool:
        rule = book.in_force(HOURS_RULE, day)
        return rule is not None and confirmed and counts(entry_of(day, form, 0.0, ""), rule.read(Hours))

    return counted


def entry_of(day: date, form: str, hours: float, evidence: str) -> Entry:
    """A confirmed entry for the rules: the branch's word stands for the list and for the course marked and finished."""
    exact = Fraction(str(hours))
    return Entry(day, form, exact, signed=True, concentrated=True, completed=True, evidence=evidence or None)


def _training_fact(row: Row[Any], counted: Counted, grade: Grade) -> FactDraft:
    return FactDraft(
        kind="training",
        organization_id=row.organization_id,
        person_id=row.person_id,
        happened_on=row.day,
        quantity=row.hours,
        mark=row.course or None,
        grade=grade,
        record_type="learning_training",
        record_id=row.id,
        detail={
            "form": row.form,
            "category": row.category,
            "confirmed": row.confirmed,
            "evidence": row.evidence,
            "counted": counted(row.form, row.confirmed, row.day),
        },
    )


def _course_facts(row: Row[Any], tops: Sequence[uuid.UUID], grade: Grade) -> list[FactDraft]:
    audience = read_audience(row.audience)
    return [
        FactDraft(
            kind="course_required",
            organization_id=top,
            # The day a course was set is not known to spreadsheets: a period is asked for by the deadline alone.
            happened_on=row.deadline,
            until_on=row.deadline,
            quantity=row.hours,
            mark=row.code,
            grade=grade,
            record_type="learning_course",
            record_id=row.id,
            detail={"audience": audience.key, "type": audience.type, "name": row.name},
        )
        for top in ([row.organization_id] if row.organization_id else tops)
    ]


def _any(ids: Collection[uuid.UUID]) -> CollectionAggregate[bool]:
    """One array parameter, however many ids there are."""
    return any_(literal(list(ids), ARRAY(Uuid())))


async def _roots(session: AsyncSession) -> list[uuid.UUID]:
    query = text("select id from organization where tenant_id = :t and parent_id is null order by code")
    return list(await session.scalars(query, {"t": tenant_of(session)}))

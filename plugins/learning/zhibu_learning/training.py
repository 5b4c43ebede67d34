"""Recording, correcting and withdrawing entries of training, each with its fact in the same transaction."""

import uuid
from dataclasses import dataclass, fields
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.ledger.facts import end_facts
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_learning.facts import write_training_facts
from zhibu_learning.models import Course, Training
from zhibu_learning.places import RECORD, branch_of, organization_for
from zhibu_learning.words import CATEGORIES, FORMS, Form

DAY_HOURS = 24.0
OBJECT = "learning_training"


@dataclass(frozen=True)
class TrainingDraft:
    """An entry as somebody records it; `hours` are study hours, `course` a course's code or "".

    `form_name` is the word for the form where it is another than the form's own.
    """

    day: date
    hours: float
    category: str
    form: Form
    organiser: str = ""
    evidence: str = ""
    course: str = ""
    confirmed: bool = True
    form_name: str = ""


async def record_training(session: AsyncSession, scope: Scope, person_id: uuid.UUID, draft: TrainingDraft) -> Training:
    """Adds an entry at the person's branch.

    Raises `Forbidden` without `learning.training.record` there, `NotFound` for an unknown person, `InvalidInput` for a
    day to come, hours outside 0–24, or an unknown category, form or course.
    """
    _, branch = await branch_of(session, person_id)
    scope.require(RECORD, branch.path)
    await check_draft(session, scope, draft)
    entry = Training(
        id=new_id(),
        person_id=person_id,
        organization_id=branch.id,
        withdrawn_on=None,
        written_by=scope.person(),
        **columns_of(draft),
    )
    entry.occurrence = await _next_occurrence(session, entry)
    session.add(entry)
    await session.flush()
    await _write_down(session, scope, entry, "training.recorded", [field.name for field in fields(draft)])
    return entry


async def correct_training(
    session: AsyncSession, scope: Scope, training_id: uuid.UUID, draft: TrainingDraft, *, reason: str
) -> Training:
    """Replaces an entry's values and supersedes its fact; raises as `record_training`, and without a reason."""
    entry = await _entry(session, scope, training_id)
    _require_reason(reason)
    await check_draft(session, scope, draft)
    columns = columns_of(draft)
    changed = [name for name, value in columns.items() if getattr(entry, name) != value]
    if not changed:
        return entry
    with session.no_autoflush:
        for name in changed:
            setattr(entry, name, columns[name])
        if {"day", "form_name", "category", "course"} & set(changed):
            entry.occurrence = await _next_occurrence(session, entry)
    await session.flush()
    await end_facts(session, [entry.id], "superseded", note=reason, ended_by=scope.person())
    await _write_down(session, scope, entry, "training.corrected", changed)
    return entry


async def withdraw_training(session: AsyncSession, scope: Scope, training_id: uuid.UUID, *, reason: str) -> Training:
    """Takes an entry back: it stays with the day of withdrawal, its fact is retracted, imports leave it withdrawn."""
    entry = await _entry(session, scope, training_id)
    _require_reason(reason)
    entry.withdrawn_on = scope.today
    await session.flush()
    await end_facts(session, [entry.id], "retracted", note=reason, ended_by=scope.person())
    await note(session, scope, RECORD, OBJECT, entry.id, fields=["withdrawn_on"], purpose=reason)
    await publish(session, "training.withdrawn", OBJECT, entry.id)
    return entry


async def _entry(session: AsyncSession, scope: Scope, training_id: uuid.UUID) -> Training:
    entry = await session.scalar(select(Training).where(Training.id == training_id))
    if entry is None:
        raise not_found(Words("学习记录", "study record"), str(training_id))
    await organization_for(session, scope, entry.organization_id, RECORD)
    if entry.withdrawn_on is not None:
        raise InvalidInput(
            "withdrawn",
            Words(
                f"这条学习记录已在 {entry.withdrawn_on} 撤回。请重新登记一条。",
                f"This study record was withdrawn on {entry.withdrawn_on}. Record a new one.",
            ),
            field="training",
        )
    return entry


async def check_draft(session: AsyncSession, scope: Scope, draft: TrainingDraft) -> None:
    """Raises `InvalidInput` for what an entry may not say."""
    if draft.day > scope.today:
        raise InvalidInput(
            "date_future",
            Words(
                f"学习日期 {draft.day} 在今天之后。请改为实际学习的日期。",
                f"The day {draft.day} is after today. Give the day of the study.",
            ),
            field="day",
        )
    if not 0 < draft.hours <= DAY_HOURS:
        raise InvalidInput(
            "number_range",
            Words("学时应大于 0，且一天不超过 24。请核对。", "Hours must be above 0 and at most 24 a day. Check them."),
            field="hours",
        )
    if draft.category not in CATEGORIES:
        raise InvalidInput(
            "category_unknown",
            Words("内容类别不认识。请从列表中选择。", "The category is not known. Choose one from the list."),
            field="category",
        )
    if draft.form not in FORMS:
        raise InvalidInput(
            "form_unknown",
            Words("学习形式不认识。请从列表中选择。", "The form is not known. Choose one from the list."),
            field="form",
        )
    if draft.course and await session.scalar(select(Course.id).where(Course.code == draft.course)) is None:
        raise InvalidInput(
            "course_unknown",
            Words(
                f"没有课程“{draft.course}”。请先在必修课程中登记。",
                f"There is no course “{draft.course}”. Enter it among the required courses first.",
            ),
            field="course",
        )


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput(
            "required_missing",
            Words("请写明原因，便于日后核对。", "State the reason, so that it can be checked later."),
            field="reason",
        )


def columns_of(draft: TrainingDraft) -> dict[str, object]:
    """The columns of an entry that the draft fills."""
    given = {field.name: getattr(draft, field.name) for field in fields(draft)}
    return given | {"hours": float(draft.hours), "form_name": draft.form_name or FORMS[draft.form].zh}


async def _next_occurrence(session: AsyncSession, entry: Training) -> int:
    alike = select(func.max(Training.occurrence)).where(
        Training.person_id == entry.person_id,
        Training.day == entry.day,
        Training.form_name == entry.form_name,
        Training.category == entry.category,
        Training.course == entry.course,
        Training.id != entry.id,
    )
    return (await session.scalar(alike) or 0) + 1


async def _write_down(session: AsyncSession, scope: Scope, entry: Training, topic: str, changed: list[str]) -> None:
    """The fact, the audit and the event of an entry that was recorded or corrected."""
    await write_training_facts(session, [entry.id], grade="recorded", written_by=scope.person())
    await note(session, scope, RECORD, OBJECT, entry.id, fields=changed)
    await publish(session, topic, OBJECT, entry.id)

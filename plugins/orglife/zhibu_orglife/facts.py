"""Facts of approved meetings: what each version says in the ledger, and how a person's own word changes a grade."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.facts import FactDraft, Grade, write_facts
from zhibu_core.ledger.models import Fact, FactEnd
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import instant_of
from zhibu_orglife.kinds import HEART_TALK, STUDIED_LATER, THERE
from zhibu_orglife.models import Attendance, Meeting

SOURCE = "orglife"
RECORD = "meeting"
ACTIVITY, ATTENDANCE, TALK = "activity", "attendance", "talk"


@dataclass(frozen=True, slots=True)
class Held:
    """What the facts of a meeting need to know of it; `grade` is "recorded" or "imported"."""

    id: uuid.UUID
    organization_id: uuid.UUID
    held_on: dt.date
    starts_at: dt.datetime
    submitted_on: dt.date | None
    kinds: Sequence[str]
    grp: str | None
    tasks: int
    tasks_closed: int
    grade: Grade


@dataclass(frozen=True, slots=True)
class Marked:
    """One line of the roll; `confirmed`: the person said so too."""

    person_id: uuid.UUID
    mark: str
    confirmed: bool = False


def held(meeting: Meeting) -> Held:
    """A stored meeting, for its facts."""
    return Held(
        meeting.id, meeting.organization_id, meeting.held_on, meeting.starts_at, meeting.submitted_on, meeting.kinds,
        meeting.grp, meeting.tasks, meeting.tasks_closed, "imported" if meeting.origin == "imported" else "recorded",
    )  # fmt: skip


def facts_of(meeting: Held, roll: Iterable[Marked]) -> Iterator[FactDraft]:
    """Everything that a meeting in force says: that it was held, once for each kind, and who was there."""
    yield activity_fact(meeting)
    for kind in meeting.kinds:
        yield _fact(meeting, kind)
    for line in roll:
        yield from person_facts(meeting, line)


def activity_fact(meeting: Held) -> FactDraft:
    """That something was held, when it was handed in (`until_on`), and what was agreed and done in time."""
    detail = {"kinds": list(meeting.kinds), "tasks": meeting.tasks, "tasks_closed": meeting.tasks_closed}
    return FactDraft(
        ACTIVITY, meeting.organization_id, meeting.held_on, RECORD, meeting.id, meeting.grade,
        started_at=meeting.starts_at, until_on=meeting.submitted_on, grp=meeting.grp, detail=detail,
    )  # fmt: skip


def person_facts(meeting: Held, line: Marked) -> Iterator[FactDraft]:
    """A person's attendance and, where it was a talk that took place, the talk."""
    grade = grade_of(meeting.grade, line)
    yield _fact(meeting, ATTENDANCE, grade, line.person_id, line.mark)
    if HEART_TALK in meeting.kinds and line.mark in THERE:
        yield _fact(meeting, TALK, grade, line.person_id)


def grade_of(recorded: Grade, line: Marked) -> Grade:
    """The evidence for a mark: the person's own word over the sheet's or the recorder's; studying later is its own."""
    if line.mark in STUDIED_LATER.values() and recorded != "imported":
        return "makeup"
    return "confirmed" if line.confirmed else recorded


def _fact(
    meeting: Held, kind: str, grade: Grade | None = None, person: uuid.UUID | None = None, mark: str | None = None
) -> FactDraft:
    return FactDraft(
        kind, meeting.organization_id, meeting.held_on, RECORD, meeting.id, grade or meeting.grade, person,
        meeting.starts_at, mark=mark, grp=meeting.grp,
    )  # fmt: skip


async def write_meeting_facts(session: AsyncSession, meeting: Meeting, *, written_by: uuid.UUID | None) -> None:
    """Writes the facts of a version that has just been approved."""
    roll = await session.scalars(select(Attendance).where(Attendance.meeting_id == meeting.id))
    lines = [marked(line) for line in roll]
    await write_facts(session, list(facts_of(held(meeting), lines)), source=SOURCE, written_by=written_by)


def marked(line: Attendance) -> Marked:
    """A stored line of the roll, for its facts."""
    return Marked(line.person_id, line.mark, line.confirmed_at is not None)


async def supersede(
    session: AsyncSession,
    record_id: uuid.UUID,
    drafts: Sequence[FactDraft],
    *,
    note: str,
    written_by: uuid.UUID,
) -> None:
    """Puts these facts in place of those of the record that have the same kinds and person; the others stay."""
    kinds = {draft.kind for draft in drafts}
    person = drafts[0].person_id
    ended = select(FactEnd.id).where(FactEnd.tenant_id == Fact.tenant_id, FactEnd.fact_id == Fact.id)
    query = select(Fact.id).where(
        Fact.record_id == record_id, Fact.kind.in_(kinds), Fact.person_id.is_not_distinct_from(person), ~ended.exists()
    )
    now = instant_of(session)
    ends = [
        {"id": new_id(), "fact_id": fact, "reason": "superseded", "note": note, "ended_by": written_by, "ended_at": now}
        for fact in await session.scalars(query)
    ]
    await insert_rows(session, cast("Table", FactEnd.__table__), ends)
    await write_facts(session, drafts, source=SOURCE, written_by=written_by)

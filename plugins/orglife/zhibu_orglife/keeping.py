"""Keeps what people say: fills the row of a version, and puts its roll and tasks beside it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.changes import tell
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.access import instant
from zhibu_orglife.content import Minutes, Occasion, RollEntry, TaskEntry
from zhibu_orglife.facts import RECORD
from zhibu_orglife.kinds import in_order
from zhibu_orglife.models import Attendance, Meeting, Task


def new_meeting(scope: Scope, said: Occasion, first: uuid.UUID | None = None) -> Meeting:
    """The first version of a record, to be filled; `first` is its id where the form has chosen one."""
    first = first or new_id()
    return Meeting(
        id=first, series_id=first, organization_id=said.organization_id, version=1, replaces_id=None, reason="",
        points="", resolution="", recorder="", attachments=0, tasks=0, tasks_closed=0, origin="recorded", digest=None,
        submitted_on=None, submitted_by=None, approved_by=None, approved_at=None, duty_rule=None, duty_window=None,
        written_by=scope.person(), written_at=dt.datetime.now(dt.UTC),
    )  # fmt: skip


def next_version(scope: Scope, old: Meeting, number: int, reason: str) -> Meeting:
    """The version after `old`, to be filled; it counts as handed in when the first one was."""
    meeting = new_meeting(scope, Occasion(organization_id=old.organization_id, kinds=(), starts_at=old.starts_at))
    meeting.series_id, meeting.replaces_id = old.series_id, old.id
    meeting.version, meeting.reason = number, reason
    meeting.submitted_on = old.submitted_on
    meeting.duty_rule, meeting.duty_window = old.duty_rule, old.duty_window
    return meeting


def fill_occasion(scope: Scope, meeting: Meeting, said: Occasion) -> None:
    """Puts what plan and record share into the row."""
    starts = instant(scope, said.starts_at)
    meeting.kinds = in_order(said.kinds)
    meeting.starts_at = starts
    meeting.ends_at = instant(scope, said.ends_at) if said.ends_at else None
    meeting.held_on = starts.date()
    meeting.online = said.online
    meeting.grp = (said.grp or "").strip() or None
    meeting.place, meeting.chair, meeting.topic = said.place.strip(), said.chair.strip(), said.topic.strip()


def fill(scope: Scope, meeting: Meeting, minutes: Minutes) -> None:
    """Puts a record into the row."""
    fill_occasion(scope, meeting, minutes)
    writer = scope.actor.name if scope.actor else ""
    meeting.recorder = minutes.recorder.strip() or writer
    meeting.points, meeting.resolution = minutes.points.strip(), minutes.resolution.strip()
    meeting.attachments = minutes.attachments
    meeting.tasks = len(minutes.tasks)
    meeting.written_by, meeting.written_at = scope.person(), dt.datetime.now(dt.UTC)


async def keep_roll(
    session: AsyncSession,
    meeting: Meeting,
    roll: Iterable[RollEntry],
    marked_by: uuid.UUID,
    before: Mapping[tuple[uuid.UUID, str], Attendance],
) -> None:
    """Replaces the roll of a version; whose mark is as `before` (see `marks_before`) keeps the own word on it."""
    rows = [_line(meeting.id, entry, marked_by, before.get((entry.person_id, entry.mark))) for entry in roll]
    await session.execute(delete(Attendance).where(Attendance.meeting_id == meeting.id))
    await insert_rows(session, cast("Table", Attendance.__table__), rows)
    await tell(session, "roll.kept", RECORD, meeting.id)


def _line(meeting_id: uuid.UUID, entry: RollEntry, marked_by: uuid.UUID, kept: Attendance | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "meeting_id": meeting_id,
        "person_id": entry.person_id,
        "mark": entry.mark,
        "reason": entry.reason.strip(),
        "marked_by": kept.marked_by if kept else marked_by,
        "confirmed_at": kept.confirmed_at if kept else None,
        "disputed": kept.disputed if kept else None,
    }


async def keep_tasks(
    session: AsyncSession, meeting: Meeting, tasks: Iterable[TaskEntry], before: Iterable[Task] = ()
) -> None:
    """Replaces the tasks of a version; those that stood there `before` in the same words stay done."""
    closed = {(task.text, task.owner_person_id): task.closed_on for task in before}
    await session.execute(delete(Task).where(Task.meeting_id == meeting.id))
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "meeting_id": meeting.id,
            "text": task.text.strip(),
            "owner_person_id": task.owner_person_id,
            "due_on": task.due_on,
            "closed_on": closed.get((task.text.strip(), task.owner_person_id)),
        }
        for task in tasks
    ]
    meeting.tasks_closed = sum(closed_in_time(row["due_on"], row["closed_on"]) for row in rows)
    await insert_rows(session, cast("Table", Task.__table__), rows)


def closed_in_time(due_on: dt.date | None, closed_on: dt.date | None) -> bool:
    """Whether a task was done, and not after its day."""
    return closed_on is not None and (due_on is None or closed_on <= due_on)


async def marks_before(session: AsyncSession, *versions: uuid.UUID | None) -> dict[tuple[uuid.UUID, str], Attendance]:
    """The lines of earlier versions by person and mark; of two alike the one with the person's word, then the later."""
    known = [one for one in versions if one is not None]
    lines = await session.scalars(select(Attendance).where(Attendance.meeting_id.in_(known)))

    def weight(line: Attendance) -> tuple[bool, int]:
        return line.confirmed_at is not None or line.disputed is not None, known.index(line.meeting_id)

    return {(line.person_id, line.mark): line for line in sorted(lines, key=weight)}


async def roll_by_person(session: AsyncSession, meeting_id: uuid.UUID) -> dict[uuid.UUID, Attendance]:
    """The stored roll of a version."""
    lines = await session.scalars(select(Attendance).where(Attendance.meeting_id == meeting_id))
    return {line.person_id: line for line in lines}


async def tasks_of_version(session: AsyncSession, meeting_id: uuid.UUID) -> list[Task]:
    """The stored tasks of a version, in the order in which they were agreed."""
    return list(await session.scalars(select(Task).where(Task.meeting_id == meeting_id).order_by(Task.id)))


async def minutes_of(session: AsyncSession, meeting: Meeting) -> Minutes:
    """A stored version as it was said."""
    roll = [RollEntry(a.person_id, a.mark, a.reason) for a in (await roll_by_person(session, meeting.id)).values()]
    tasks = [TaskEntry(t.text, t.owner_person_id, t.due_on) for t in await tasks_of_version(session, meeting.id)]
    return Minutes(
        organization_id=meeting.organization_id, kinds=tuple(meeting.kinds), starts_at=meeting.starts_at,
        ends_at=meeting.ends_at, place=meeting.place, online=meeting.online, chair=meeting.chair, topic=meeting.topic,
        grp=meeting.grp, recorder=meeting.recorder, points=meeting.points, resolution=meeting.resolution,
        attachments=meeting.attachments, roll=tuple(roll), tasks=tuple(tasks),
    )  # fmt: skip

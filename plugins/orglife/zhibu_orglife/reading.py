"""What pages and the API read: meetings that the asker may see, with rolls and tasks of many meetings in one statement."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import ColumnElement, FromClause, Select, Table, all_, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.access import meeting_not_found
from zhibu_orglife.actions import READ, READ_ROLL, RECORD
from zhibu_orglife.kinds import HEART_TALK
from zhibu_orglife.models import Attendance, Meeting, Task

OPEN_STATES = ("planned", "submitted", "approved")
"""What everybody of the branch sees; drafts and what is over are for those who record."""


@dataclass(frozen=True, slots=True)
class RollLine:
    """One line of a roll as it is shown; `confirmed` and `disputed` are the person's own word."""

    attendance: Attendance
    name: str
    number: str | None

    @property
    def confirmed(self) -> bool:
        """Whether the person agreed with the mark."""
        return self.attendance.confirmed_at is not None


def visible_meetings(scope: Scope) -> Select[Meeting, Organization]:
    """A statement of all meetings that the asker may read, with their organizations, to be narrowed, ordered, limited."""
    joined = (Organization.tenant_id == Meeting.tenant_id) & (Organization.id == Meeting.organization_id)
    seen = or_(Meeting.state.in_(OPEN_STATES), within(scope, RECORD))
    open_to = or_(within(scope, READ_ROLL), private_to_none(cast("Table", Meeting.__table__), scope))
    return select(Meeting, Organization).join(Organization, joined).where(within(scope, READ), seen, open_to)


def private_to_none(meetings: FromClause, scope: Scope) -> ColumnElement[bool]:
    """That a meeting is no heart-to-heart talk, or that the asker took part in it: such talks are private."""
    person = scope.actor.person_id if scope.actor else None
    own = select(Attendance.id).where(
        Attendance.tenant_id == meetings.c.tenant_id,
        Attendance.meeting_id == meetings.c.id,
        Attendance.person_id == person,
    )
    return or_(literal(HEART_TALK) != all_(meetings.c.kinds), own.exists())


def within(scope: Scope, action: str) -> ColumnElement[bool]:
    """That an organization's path lies where the asker holds the action."""
    return in_subtrees(Organization.path, scope.paths(action))


async def meeting_seen(session: AsyncSession, scope: Scope, meeting_id: uuid.UUID) -> tuple[Meeting, Organization]:
    """One meeting with its organization; raises `NotFound` alike for foreign, unknown and unreadable ones."""
    found = (await session.execute(visible_meetings(scope).where(Meeting.id == meeting_id))).one_or_none()
    if found is None:
        raise meeting_not_found()
    return found[0], found[1]


async def versions_of(session: AsyncSession, scope: Scope, meeting: Meeting) -> Sequence[Meeting]:
    """The versions of a record that the asker may read, the newest first."""
    query = visible_meetings(scope).where(Meeting.series_id == meeting.series_id).order_by(Meeting.version.desc())
    return [meeting for meeting, _ in await session.execute(query)]


async def rolls_of(
    session: AsyncSession, scope: Scope, meeting_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[RollLine]]:
    """The rolls of these meetings by meeting, in the order of names: whole where the asker may read rolls, else the
    asker's own line alone.
    """
    wanted = list(meeting_ids)
    query = (
        select(Attendance, Person.name, Person.number)
        .join(Person, (Person.tenant_id == Attendance.tenant_id) & (Person.id == Attendance.person_id))
        .join(Meeting, (Meeting.tenant_id == Attendance.tenant_id) & (Meeting.id == Attendance.meeting_id))
        .join(
            Organization, (Organization.tenant_id == Meeting.tenant_id) & (Organization.id == Meeting.organization_id)
        )
        .where(
            Attendance.meeting_id.in_(wanted),
            or_(within(scope, READ_ROLL), Attendance.person_id == scope.person()),
        )
        .order_by(Person.sort_name, Person.id)
    )
    found: dict[uuid.UUID, list[RollLine]] = {meeting_id: [] for meeting_id in wanted}
    for attendance, name, number in await session.execute(query):
        found[attendance.meeting_id].append(RollLine(attendance, name, number))
    return found


async def tasks_of(session: AsyncSession, meeting_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Task]]:
    """The tasks of meetings that the asker has been shown, by meeting, in the order in which they were agreed."""
    wanted = list(meeting_ids)
    found: dict[uuid.UUID, list[Task]] = {meeting_id: [] for meeting_id in wanted}
    for task in await session.scalars(select(Task).where(Task.meeting_id.in_(wanted)).order_by(Task.id)):
        found[task.meeting_id].append(task)
    return found


def own_attendance(scope: Scope) -> Select[Attendance, Meeting]:
    """A statement of the asker's own lines in records handed in or in force, to be ordered and limited."""
    joined = (Meeting.tenant_id == Attendance.tenant_id) & (Meeting.id == Attendance.meeting_id)
    return (
        select(Attendance, Meeting)
        .join(Meeting, joined)
        .where(Attendance.person_id == scope.person(), Meeting.state.in_(("submitted", "approved")))
    )

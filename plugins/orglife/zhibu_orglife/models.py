"""Tables of organizational life: meetings in all their versions, who was there, and what was agreed to be done."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class Meeting(TenantOwned):
    """One version of one activity's record; the versions of a record share `series_id`, the id of the first.

    `state`: planned, draft, submitted (waits for approval), approved (in force: the one version that has facts),
    replaced (by a later version), withdrawn. `held_on` is the day of `starts_at` in the tenant's zone, `submitted_on`
    the day the first version was handed in. `tasks` and `tasks_closed` count what was agreed and what was done in time,
    also where a spreadsheet gave only the numbers. `digest` belongs to imported versions: the hash of their row.
    """

    __tablename__ = "orglife_meeting"

    organization_id: Mapped[uuid.UUID]
    grp: Mapped[str | None]
    kinds: Mapped[list[str]]
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime | None]
    held_on: Mapped[dt.date]
    place: Mapped[str]
    online: Mapped[bool]
    chair: Mapped[str]
    recorder: Mapped[str]
    topic: Mapped[str]
    points: Mapped[str]
    resolution: Mapped[str]
    attachments: Mapped[int]
    tasks: Mapped[int]
    tasks_closed: Mapped[int]
    submitted_on: Mapped[dt.date | None]
    state: Mapped[str]
    version: Mapped[int]
    series_id: Mapped[uuid.UUID]
    replaces_id: Mapped[uuid.UUID | None]
    reason: Mapped[str]
    duty_rule: Mapped[str | None]
    duty_window: Mapped[str | None]
    origin: Mapped[str]
    digest: Mapped[bytes | None]
    written_by: Mapped[uuid.UUID | None]
    written_at: Mapped[dt.datetime]
    submitted_by: Mapped[uuid.UUID | None]
    approved_by: Mapped[uuid.UUID | None]
    approved_at: Mapped[dt.datetime | None]


class Attendance(TenantOwned):
    """One person on the roll of one version; `confirmed_at` and `disputed` are the person's own word on the mark."""

    __tablename__ = "orglife_attendance"

    meeting_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID]
    mark: Mapped[str]
    reason: Mapped[str]
    marked_by: Mapped[uuid.UUID | None]
    confirmed_at: Mapped[dt.datetime | None]
    disputed: Mapped[str | None]


class Task(TenantOwned):
    """Something agreed in a meeting: what, by whom, until when, and when it was done."""

    __tablename__ = "orglife_task"

    meeting_id: Mapped[uuid.UUID]
    text: Mapped[str]
    owner_person_id: Mapped[uuid.UUID | None]
    due_on: Mapped[dt.date | None]
    closed_on: Mapped[dt.date | None]

"""What people say about a meeting: the plan, and the record with its roll and tasks."""

import datetime as dt
import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RollEntry:
    """One person of the roll; `reason` is why the person was on leave or absent."""

    person_id: uuid.UUID
    mark: str = "present"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """Something agreed: what, by whom, until when."""

    text: str
    owner_person_id: uuid.UUID | None = None
    due_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What plan and record share. A time without zone is the tenant's own; `grp` is the 党小组 that meets."""

    organization_id: uuid.UUID
    kinds: tuple[str, ...]
    starts_at: dt.datetime
    ends_at: dt.datetime | None = None
    place: str = ""
    online: bool = False
    chair: str = ""
    topic: str = ""
    grp: str | None = None


@dataclass(frozen=True, kw_only=True)
class Plan(Occasion):
    """A meeting to come; `duty_rule` and `duty_window` name the duty that it is planned for."""

    duty_rule: str | None = None
    duty_window: str | None = None


@dataclass(frozen=True, kw_only=True)
class Minutes(Occasion):
    """The record of a meeting that was held; an empty `recorder` is whoever writes."""

    recorder: str = ""
    points: str = ""
    resolution: str = ""
    attachments: int = 0
    roll: tuple[RollEntry, ...] = ()
    tasks: tuple[TaskEntry, ...] = ()

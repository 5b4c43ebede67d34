"""What stands in the fields of a record or plan: read from a form, taken from a meeting or a proposal, and back."""

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from zhibu_core.i18n import _L, Lazy
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.content import Minutes, Plan, RollEntry, TaskEntry
from zhibu_orglife.kinds import MARKS, STUDIED_LATER
from zhibu_orglife.models import Attendance, Meeting, Task
from zhibu_orglife.pages.places import local
from zhibu_orglife.pages.proposal import Proposal

Trouble = tuple[str, Words | Lazy]
"""The id of a field, and what is wrong in it."""

MARK = re.compile(r"mark-([0-9a-f]{32})")
REASON = re.compile(r"mark-([0-9a-f]{32})-reason")
TASK = re.compile(r"task-(\d{1,2})")
MOST_TASKS = 20
TIME = re.compile(r"(\d{1,2})[:：](\d{2})")
TIME_HINT = _L("Write the time like 14:00.")
DAY_HINT = _L("Write the day like 2026-09-01.")
"""What is said of a day or time that cannot be read."""

PLACES = {
    "starts_at": "day",
    "ends_at": "end",
    "kinds": "kinds",
    "roll": "roll",
    "tasks": "task-1",
    "organization": "kinds",
    "meeting": "day",
}
"""Where on the page a field of the domain is found, where its id is another."""


@dataclass(frozen=True)
class TaskFields:
    """One task as typed; `owner` is a person's id in hex or empty."""

    text: str = ""
    owner: str = ""
    due: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.text.strip() or self.due.strip())


@dataclass(frozen=True)
class Fields:
    """The fields of the one form, as typed or as proposed; `marks` and `reasons` by the person's id in hex."""

    kinds: tuple[str, ...] = ()
    day: str = ""
    start: str = ""
    end: str = ""
    place: str = ""
    online: bool = False
    chair: str = ""
    recorder: str = ""
    topic: str = ""
    grp: str = ""
    points: str = ""
    resolution: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    later: frozenset[str] = frozenset()
    tasks: tuple[TaskFields, ...] = (TaskFields(),)
    why: str = ""

    @property
    def held_on(self) -> dt.date | None:
        """The day, if it can be read."""
        return read_day(self.day)

    def with_all_present(self, people: Sequence[str]) -> "Fields":
        """Everybody who has not been called is present."""
        return replace(self, marks={**dict.fromkeys(people, "present"), **_exceptions(self.marks)})

    def with_task(self) -> "Fields":
        """One more line for a task."""
        return replace(self, tasks=(*self.tasks, TaskFields())) if len(self.tasks) < MOST_TASKS else self


def _exceptions(marks: Mapping[str, str]) -> dict[str, str]:
    return {person: mark for person, mark in marks.items() if mark and mark != "present"}


def from_proposal(kinds: Sequence[str], grp: str | None, given: Proposal) -> Fields:
    """The fields of a meeting that nobody has planned."""
    return Fields(
        kinds=tuple(kinds), grp=grp or "", day=given.day.isoformat(), start=f"{given.start:%H:%M}",
        end=f"{given.end:%H:%M}", place=given.place, chair=given.chair, recorder=given.recorder,
    )  # fmt: skip


def from_meeting(who: Scope, meeting: Meeting, roll: Mapping[uuid.UUID, Attendance], tasks: Sequence[Task]) -> Fields:
    """The fields of a plan, a draft, or a record to be corrected."""
    starts = local(who, meeting.starts_at)
    before = {later: first for first, later in STUDIED_LATER.items()}
    return Fields(
        kinds=tuple(meeting.kinds),
        day=starts.date().isoformat(),
        start=f"{starts:%H:%M}",
        end=f"{local(who, meeting.ends_at):%H:%M}" if meeting.ends_at else "",
        place=meeting.place,
        online=meeting.online,
        chair=meeting.chair,
        recorder=meeting.recorder or (who.actor.name if who.actor else ""),
        topic=meeting.topic,
        grp=meeting.grp or "",
        points=meeting.points,
        resolution=meeting.resolution,
        marks={person.hex: before.get(line.mark, line.mark) for person, line in roll.items()},
        reasons={person.hex: line.reason for person, line in roll.items()},
        later=frozenset(person.hex for person, line in roll.items() if line.mark in before),
        tasks=tuple(_task(task) for task in tasks) or (TaskFields(),),
    )


def _task(task: Task) -> TaskFields:
    owner = task.owner_person_id.hex if task.owner_person_id else ""
    return TaskFields(task.text, owner, task.due_on.isoformat() if task.due_on else "")


def from_form(form: Any) -> Fields:
    """The fields as somebody sent them (a form with several values a name)."""

    def text(name: str) -> str:
        return str(form.get(name, "") or "")

    names = [str(name) for name in form]
    people = sorted({found[1] for name in names if (found := MARK.fullmatch(name))})
    numbers = sorted({int(found[1]) for name in names if (found := TASK.fullmatch(name))})[:MOST_TASKS]
    tasks = tuple(TaskFields(text(f"task-{n}"), text(f"owner-{n}"), text(f"due-{n}")) for n in numbers)
    return Fields(
        kinds=tuple(str(kind) for kind in form.getall("kinds", [])),
        online=bool(text("online")),
        marks={person: text(f"mark-{person}") for person in people if text(f"mark-{person}")},
        reasons={person: text(f"mark-{person}-reason") for person in people},
        later=frozenset(str(person) for person in form.getall("later", [])),
        tasks=tasks or (TaskFields(),),
        **{
            name: text(name)
            for name in (
                "day", "start", "end", "place", "chair", "recorder", "topic", "grp", "points", "resolution", "why",
            )
        },
    )  # fmt: skip


def rows_of(form: Any) -> frozenset[str]:
    """The keys of everybody on the roll that was sent: each row has a field for a reason, called or not."""
    return frozenset(found[1] for name in form if (found := REASON.fullmatch(str(name))))


def to_minutes(said: Fields, organization_id: uuid.UUID, *, attachments: int = 0) -> Minutes | list[Trouble]:
    """The record that the fields say, or what cannot be read in them."""
    troubles: list[Trouble] = []
    starts, ends = _times(said, troubles)
    tasks = tuple(_entry(task, n, troubles) for n, task in enumerate(said.tasks, 1) if not task.empty)
    roll = tuple(_line(said, person) for person, mark in said.marks.items() if mark in MARKS)
    if troubles or starts is None:
        return troubles
    return Minutes(
        organization_id=organization_id, kinds=said.kinds, starts_at=starts, ends_at=ends, place=said.place,
        online=said.online, chair=said.chair, topic=said.topic, grp=said.grp or None, recorder=said.recorder,
        points=said.points, resolution=said.resolution, attachments=attachments, roll=roll, tasks=tasks,
    )  # fmt: skip


def to_plan(said: Fields, organization_id: uuid.UUID, duty: tuple[str, str] | None = None) -> Plan | list[Trouble]:
    """The plan that the fields say, or what cannot be read in them; `duty` names rule and window."""
    troubles: list[Trouble] = []
    starts, ends = _times(said, troubles)
    if troubles or starts is None:
        return troubles
    rule, window = duty or (None, None)
    return Plan(
        organization_id=organization_id, kinds=said.kinds, starts_at=starts, ends_at=ends, place=said.place,
        online=said.online, chair=said.chair, topic=said.topic, grp=said.grp or None, duty_rule=rule,
        duty_window=window,
    )  # fmt: skip


def _times(said: Fields, troubles: list[Trouble]) -> tuple[dt.datetime | None, dt.datetime | None]:
    day, start, end = said.held_on, read_time(said.start), read_time(said.end)
    if day is None:
        troubles.append(("day", DAY_HINT))
    if start is None:
        troubles.append(("start", TIME_HINT))
    if end is None and said.end.strip():
        troubles.append(("end", TIME_HINT))
    if day is None or start is None:
        return None, None
    return dt.datetime.combine(day, start), dt.datetime.combine(day, end) if end else None


def _line(said: Fields, person: str) -> RollEntry:
    mark = said.marks[person]
    if person in said.later:
        mark = STUDIED_LATER.get(mark, mark)
    reason = said.reasons.get(person, "") if mark in ("leave", "absent", *STUDIED_LATER.values()) else ""
    return RollEntry(uuid.UUID(hex=person), mark, reason)


def _entry(task: TaskFields, number: int, troubles: list[Trouble]) -> TaskEntry:
    due = read_day(task.due)
    if due is None and task.due.strip():
        troubles.append((f"due-{number}", DAY_HINT))
    owner = uuid.UUID(hex=task.owner) if re.fullmatch(r"[0-9a-f]{32}", task.owner) else None
    return TaskEntry(task.text.strip(), owner, due)


def read_day(text: str) -> dt.date | None:
    """A day such as 2026-09-01, or None."""
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


def read_time(text: str) -> dt.time | None:
    """A time such as 14:00 or 9:30, or None."""
    found = TIME.fullmatch(text.strip())
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return dt.time(int(found[1]), int(found[2]))

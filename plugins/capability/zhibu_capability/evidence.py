"""The way down from each number of a portrait: the sessions, learners, duties, records and timers it is made of."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.actions import READ
from zhibu_capability.books import book_of
from zhibu_capability.measure import evidence as asked_for
from zhibu_capability.measure.spans import Survey
from zhibu_capability.scoring import survey_of
from zhibu_core.errors import InvalidInput
from zhibu_core.ledger.duties import Duty, Reach, duties_of
from zhibu_core.ledger.rules import RuleVersion
from zhibu_core.organization.models import Organization
from zhibu_core.periods import Period
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

PartKey = Literal["attendance", "learning", "windows", "records", "talks", "timers"]
NAMES = "member.read"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session of part A: `weight` times the marks' credits over weight times `owed` people; `forgiven` leaves are out."""

    record_id: uuid.UUID
    day: dt.date
    kinds: tuple[str, ...]
    weight: float
    listed: int
    owed: int
    forgiven: int
    marks: Mapping[str, int]
    credit: float


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A member in scope: hours and target, courses required and completed, talked with in the months that count."""

    person_id: uuid.UUID
    name: str
    hours: float
    target: float
    required: int
    completed: int
    has_talk: bool

    @property
    def confirmed(self) -> bool | None:
        """Whether every required course is completed; None where none was due."""
        return self.completed == self.required if self.required else None


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record of the period: handed in when, in time or not, tasks agreed and closed; `useful` kinds among its kinds."""

    record_id: uuid.UUID
    day: dt.date
    kinds: tuple[str, ...]
    handed_in_on: dt.date | None
    in_time: bool
    tasks: int
    tasks_closed: int
    useful: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimerRow:
    """An open timer at the period's end; the person only for those who may read members, the term has none."""

    version: RuleVersion
    record_id: uuid.UUID
    fact_id: uuid.UUID
    person_id: uuid.UUID | None
    name: str | None
    started_on: dt.date
    due_on: dt.date
    overdue: bool


@dataclass(frozen=True)
class Evidence:
    """What one part of a branch's score is made of; only the rows of the part asked for are filled.

    `people` is None where the reader may not read members: then the counts of the score itself are all there is.
    """

    part: PartKey
    period: Period
    versions: tuple[RuleVersion, ...]
    sessions: tuple[SessionRow, ...] = ()
    people: tuple[PersonRow, ...] | None = None
    duties: tuple[Duty, ...] = ()
    records: tuple[RecordRow, ...] = ()
    timers: tuple[TimerRow, ...] = ()

    @property
    def record_ids(self) -> list[uuid.UUID]:
        """The records that the rows lead to."""
        held = (duty.facts[0].record for duty in self.duties if duty.facts)
        return [*(one.record_id for one in self.sessions), *(one.record_id for one in self.records), *held]


async def inputs(
    session: AsyncSession, scope: Scope, platform: Platform, organization: Organization, period: Period, part: str
) -> Evidence:
    """The rows behind a part, with the rule versions (source, article) that make them count; never more than a few statements.

    People stand in the order of their names, never of a figure. Raises `InvalidInput` for an unknown part, and what
    `portrait` raises.
    """
    if part not in _READERS:
        raise InvalidInput(
            "part_unknown", Words(f"没有“{part}”这一部分。", f"There is no part “{part}”."), field="part"
        )
    scope.require(READ, organization.path)
    book = await book_of(session, scope, platform)
    asked = survey_of(session, scope, book, [period], Reach(organization_id=organization.id))
    return await _READERS[part](session, scope, asked, organization)


async def _sessions(session: AsyncSession, _scope: Scope, asked: Survey, _organization: Organization) -> Evidence:
    rows = [
        SessionRow(
            r.record_id, r.happened_on, tuple(r.kinds), r.weight, r.listed, r.owed, r.forgiven, _counts(r.marks), r.credit
        )
        for r in await asked_for.sessions(session, asked)
    ]  # fmt: skip
    return _evidence(asked, "attendance", [asked.spans[0].index], sessions=tuple(rows))


async def _learners(session: AsyncSession, scope: Scope, asked: Survey, organization: Organization) -> Evidence:
    span = asked.spans[0]
    return _evidence(
        asked,
        "learning",
        [span.index, span.hours, span.course],
        people=await _people(session, scope, asked, organization),
    )


async def _talks(session: AsyncSession, scope: Scope, asked: Survey, organization: Organization) -> Evidence:
    span = asked.spans[0]
    return _evidence(
        asked, "talks", [span.index, span.talks], people=await _people(session, scope, asked, organization)
    )


async def _windows(session: AsyncSession, _scope: Scope, asked: Survey, _organization: Organization) -> Evidence:
    span = asked.spans[0]
    found = await duties_of(session, asked.book, span.period, asked.reach, span.period.end, with_facts=True)
    duties = [duty for duty in found if duty.version.rule.shape == "frequency"]
    return _evidence(asked, "windows", [span.index, *span.frequencies], duties=tuple(duties))


async def _records(session: AsyncSession, _scope: Scope, asked: Survey, _organization: Organization) -> Evidence:
    weights = asked.spans[0].weights
    rows = [
        RecordRow(
            r.record_id,
            r.happened_on,
            tuple(r.kinds),
            r.until_on,
            r.until_on is not None and (r.until_on - r.happened_on).days <= weights.handed_in_days,
            r.tasks,
            r.tasks_closed,
            tuple(kind for kind in r.kinds if kind in weights.useful_kinds),
        )
        for r in await asked_for.records(session, asked)
    ]
    return _evidence(asked, "records", [asked.spans[0].index], records=tuple(rows))


async def _timers(session: AsyncSession, scope: Scope, asked: Survey, organization: Organization) -> Evidence:
    span, named = asked.spans[0], scope.may(NAMES, organization.path)
    rows = [
        _timer(row, span.timers[row.n], span.period.end, named=named) for row in await asked_for.clocks(session, asked)
    ]
    if span.term:
        rows += [
            TimerRow(span.term, t.record_id, t.fact_id, None, None, t.starts_on, t.ends_on, bool(t.term_overdue))
            for t in await asked_for.terms(session, asked)
        ]
    used = {row.version.code for row in rows}
    versions = [span.index, *(v for v in (*span.timers, span.term) if v and v.code in used)]
    return _evidence(asked, "timers", versions, timers=tuple(rows))


_READERS = {
    "attendance": _sessions,
    "learning": _learners,
    "windows": _windows,
    "records": _records,
    "talks": _talks,
    "timers": _timers,
}
PARTS: Sequence[str] = tuple(_READERS)
"""The parts that can be opened."""


async def _people(
    session: AsyncSession, scope: Scope, asked: Survey, organization: Organization
) -> tuple[PersonRow, ...] | None:
    """All members in scope for those who may read members, a member's own row for the member, else None."""
    own = scope.actor.person_id if scope.actor else None
    everybody = scope.may(NAMES, organization.path)
    rows = await asked_for.people(session, asked)
    found = tuple(
        PersonRow(r.person_id, r.name, r.hours, r.target or 0.0, r.required, r.completed, r.has_talk)
        for r in rows
        if everybody or r.person_id == own
    )
    return found if everybody or found else None


def _timer(row: Row[Any], version: RuleVersion, day: dt.date, *, named: bool) -> TimerRow:
    person, name = (row.person_id, row.name) if named else (None, None)
    return TimerRow(version, row.record_id, row.fact_id, person, name, row.started_on, row.due_on, row.due_on < day)


def _counts(marks: Sequence[str]) -> Mapping[str, int]:
    return {mark: marks.count(mark) for mark in sorted(set(marks))}


def _evidence(asked: Survey, part: PartKey, versions: Sequence[RuleVersion | None], **rows: Any) -> Evidence:
    return Evidence(part, asked.spans[0].period, tuple(version for version in versions if version), **rows)

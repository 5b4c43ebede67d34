"""The statements by name: each finds some fields of `Inputs`, so that what a fact touches can be measured alone."""

import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.measure import attendance, learning, vitality
from zhibu_capability.measure.inputs import Inputs
from zhibu_capability.measure.spans import Span, Survey
from zhibu_core.tenancy.direct import Named

Place = tuple[int, uuid.UUID]
"""The number of a span, and a branch."""


@dataclass(frozen=True)
class Part:
    """A statement: the fields it answers for, and how its rows are read."""

    fields: tuple[str, ...]
    ask: Callable[[AsyncSession, Survey], Awaitable[list[Named]]]


PARTS: dict[str, Part] = {
    "people": Part(("n", "members_with_talk", "talks_kept"), vitality.people),
    "attendance": Part(("credit", "owed", "sessions", "sessions_listed"), attendance.attendance),
    "learning": Part(("learners", "learners_recorded", "share", "asked", "confirmed"), learning.learning),
    "records": Part(
        (
            "records",
            "records_in_time",
            "records_handed_in",
            "tasks",
            "tasks_in_time",
            "useful_kinds_by_quarter",
        ),
        vitality.records,
    ),
    "windows": Part(("windows_credited", "windows_required"), vitality.windows),
    "clocks": Part(("clocks_open", "clocks_overdue"), vitality.clocks),
    "term": Part(("term_open", "term_overdue", "term_vetoes"), vitality.terms),
}
EVERY = frozenset(PARTS)
_QUARTERS = "useful_kinds_by_quarter"


async def measure(session: AsyncSession, asked: Survey, parts: Collection[str] = EVERY) -> dict[Place, dict[str, Any]]:
    """The fields of these parts where something was found: one statement a part, whatever the branches and periods."""
    found: dict[Place, dict[str, Any]] = {}
    for name, part in PARTS.items():
        if name in parts:
            for row in await part.ask(session, asked):
                fields = {field: getattr(row, field) for field in part.fields}
                found.setdefault((row.p, row.organization_id), {}).update(fields)
    return found


def renewed(old: Inputs, span: Span, fields: dict[str, Any], parts: Collection[str]) -> Inputs:
    """`old` with these parts measured anew: what was not found is as nothing."""
    plain = Inputs(useful_kinds_by_quarter=(0,) * len(span.quarters))
    blank = {field: getattr(plain, field) for name in parts for field in PARTS[name].fields}
    if _QUARTERS in fields:
        fields = fields | {_QUARTERS: tuple(fields[_QUARTERS])}
    return msgspec.structs.replace(old, **(blank | fields))


def inputs_of(spans: Sequence[Span], found: dict[Place, dict[str, Any]], place: Place) -> Inputs:
    """The inputs of a place, everything measured."""
    return renewed(Inputs(), spans[place[0]], found.get(place, {}), EVERY)

"""What one number is made of, as tables: the sessions, members, duties, records or clocks behind it."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhibu_capability.evidence import Evidence, PersonRow, RecordRow, SessionRow, TimerRow
from zhibu_capability.pages.portrait_view import View
from zhibu_capability.pages.words import (
    MEASURES,
    Reading,
    day_and_kinds,
    helps,
    kinds_text,
    made_of,
    page_of,
    whole,
    window_words,
)
from zhibu_capability.shares import Measure
from zhibu_core.disclosure import is_small, protect
from zhibu_core.i18n import _L
from zhibu_core.ledger.duties import Duty
from zhibu_web.components import Cell, Column, Row, State
from zhibu_web.formats import fewer

EVIDENCE: Mapping[str, str] = {
    "a": "attendance", "b": "learning", "regularity": "windows", "closure": "records", "breadth": "records",
    "talks": "talks", "order": "timers",
}  # fmt: skip
"""The evidence behind each number; those that are not named here are made of other numbers."""
THERE, LATER, AWAY = ("present", "online"), ("makeup", "leave_makeup"), ("absent",)


@dataclass(frozen=True)
class Made:
    """A table of what a number is made of; `finding` is its sentence, `note` what a reader may miss."""

    columns: tuple[Column, ...]
    rows: Sequence[Row]
    finding: str = ""
    note: str = ""
    largest: tuple[tuple[str, str], ...] = ()
    foot: Sequence[Row] = ()


@dataclass(frozen=True)
class Doors:
    """Addresses that lead on: of records by id, and of rules; none where the reader finds no page there."""

    records: Mapping[uuid.UUID, str]
    rules: str | None

    def record(self, key: uuid.UUID) -> str | None:
        """The page of a record."""
        return self.records.get(key)

    def rule(self, code: str) -> str | None:
        """The page of a rule."""
        return f"{self.rules}/{code}" if self.rules else None


def made(part: str, view: View, evidence: Evidence | None, doors: Doors) -> Made:
    """What the number of a page is made of."""
    if evidence is None:
        return _measures(part, view)
    return _TABLES[part](view, evidence, doors)


def _measures(part: str, view: View) -> Made:
    """The numbers that an index or part C adds up from."""
    read, found = view.read, [one for one in view.shown.measures if part in ("index", one.part)]
    total = sum(one.weight for one in found) or 1
    scale = 1.0 if part == "index" else 100 / total
    columns = (
        Column(_L("Number")), Column(_L("Made of")), Column(_L("Value"), numeric=True), Column(_L("Weight"), numeric=True),
        Column(_L("Contribution"), numeric=True), Column(_L("Bar")),
    )  # fmt: skip
    rows = [_measure(view, one, scale, read) for one in found]
    largest = sorted(found, key=lambda one: -one.contribution)[:4]
    return Made(
        columns,
        rows,
        largest=tuple((read.named_as(MEASURES[one.key]), read.figure(one.contribution * scale, 1)) for one in largest),
    )


def _measure(view: View, one: Measure, scale: float, read: Reading) -> Row:
    name, value = read.named_as(MEASURES[one.key]), whole(100 * one.share)
    said = read.joint.join(filter(None, (f"{name} {value}", made_of(one, read))))
    cells = (
        made_of(one, read),
        Cell(value, href=view.link(page_of(one.key)), name=said),
        read.figure(one.weight * scale / 100, 2),
        read.figure(one.contribution * scale, 1),
        Cell(bar=100 * one.share),
    )
    return Row(name, cells, view.link(page_of(one.key)))


def _sessions(view: View, evidence: Evidence, doors: Doors) -> Made:
    read, total = view.read, sum(one.weight * one.owed for one in evidence.sessions)
    columns = (
        Column(_L("Session")), Column(_L("Weight"), numeric=True), Column(_L("Expected"), _L("people"), numeric=True),
        Column(_L("There"), _L("people"), numeric=True), Column(_L("Late"), _L("people"), numeric=True),
        Column(_L("Studied later"), _L("people"), numeric=True), Column(_L("Absent"), _L("people"), numeric=True),
        Column(_L("Credit points"), numeric=True), Column(_L("Contribution"), numeric=True),
    )  # fmt: skip
    shown = [(one, 100 * one.credit / total if total else 0.0) for one in evidence.sessions]
    lost = max(evidence.sessions, key=lambda one: one.weight * one.owed - one.credit, default=None)
    finding = ""
    if lost and lost.weight * lost.owed - lost.credit > 1e-9:
        finding = read.say("Most was lost in: %(session)s.", session=day_and_kinds(lost.day, lost.kinds, read))
    best = sorted(shown, key=lambda pair: -pair[1])[:4]
    return Made(
        columns,
        [_session(one, points, read, doors) for one, points in shown],
        finding,
        read.say("Leave that is forgiven and people who are exempt are not expected; voluntary activities do not count."),
        tuple((day_and_kinds(one.day, one.kinds, read), read.figure(points, 1)) for one, points in best) if read.named else (),
        [_total(evidence, read)] if read.named and total else [],
    )  # fmt: skip


def _total(evidence: Evidence, read: Reading) -> Row:
    """Points and contributions added up: the number itself."""
    credit, owed = sum(one.credit for one in evidence.sessions), sum(one.weight * one.owed for one in evidence.sessions)
    return Row(_L("Total"), ("", "", "", "", "", "", read.figure(credit, 1), read.figure(100 * credit / owed, 1)))


def _session(one: SessionRow, points: float, read: Reading, doors: Doors) -> Row:
    counts = [sum(one.marks.get(mark, 0) for mark in marks) for marks in (THERE, ("late",), LATER, AWAY)]
    # Those who were on leave have no column, but what is left of the expected tells their number.
    kept = protect([*counts, max(0, one.owed - sum(counts))])
    hidden = not read.named and None in kept.cells
    cells = [
        str(n) if read.named or shown is not None else _kept(n, read)
        for n, shown in zip(counts, kept.cells, strict=False)
    ]
    figures = [read.say("not shown")] * 2 if hidden else [read.figure(one.credit, 1), read.figure(points, 1)]
    name = day_and_kinds(one.day, one.kinds, read)
    return Row(name, (f"{one.weight:g}", read.people(one.owed), *cells, *figures), doors.record(one.record_id))


def _kept(count: int, read: Reading) -> str:
    """What stands for a hidden count: it is small, or would give a small one away."""
    return fewer(read.locale) if is_small(count) else read.say("not shown")


def _learners(view: View, evidence: Evidence, _doors: Doors) -> Made:
    read = view.read
    columns = (Column(_L("Name")), Column(_L("Required courses")), Column(_L("Study hours")), Column(_L("State")))
    note = read.say("Hours are shown to the member and to the branch; in the strict form they are not scored.")
    if evidence.people is None:
        inputs = view.shown.score.inputs
        return _counted(read, inputs.confirmed, inputs.asked, (_L("Confirmed by the branch"), _L("Not confirmed yet")))
    return Made(columns, [_learner(one, read) for one in evidence.people], _own_only(view, evidence), note)


def _learner(one: PersonRow, read: Reading) -> Row:
    courses = read.say("none required")
    if one.required:
        courses = read.say("%(got)s of %(of)s", got=one.completed, of=one.required)
    hours = read.say("%(got)s of %(of)s hours", got=f"{one.hours:g}", of=f"{one.target:g}")
    state: State = "waived" if one.confirmed is None else "met" if one.confirmed else "open"
    words = {"waived": _L("not asked for"), "met": _L("confirmed"), "open": _L("not confirmed yet")}
    return Row(one.name, (courses, hours, Cell(words[state], state=state)))


def _talks(view: View, evidence: Evidence, _doors: Doors) -> Made:
    read, c = view.read, view.shown.score.inputs.c
    if evidence.people is None:
        return _counted(read, c.members_with_talk, c.members, (_L("Talked with"), _L("Not talked with yet")))
    rows = [
        Row(one.name, (Cell(_L("talked with") if one.has_talk else _L("not talked with yet"), state="met" if one.has_talk else "open"),))
        for one in evidence.people
    ]  # fmt: skip
    return Made((Column(_L("Name")), Column(_L("State"))), rows, _own_only(view, evidence))


def _own_only(view: View, evidence: Evidence) -> str:
    if view.read.named or not evidence.people:
        return ""
    return view.read.say("Only your own line is shown; the others are counted in the number.")


def _counted(read: Reading, part: int, total: int, words: tuple[Any, Any]) -> Made:
    """Two counts of persons, hidden where they are small."""
    kept = protect([part, total - part])
    cells = [
        str(n) if shown is not None else _kept(n, read)
        for n, shown in zip((part, total - part), kept.cells, strict=True)
    ]
    rows = [Row(word, (cell,)) for word, cell in zip(words, cells, strict=True)]
    columns = (Column(_L("Members")), Column(_L("Number of people"), numeric=True))
    return Made(columns, rows, note=read.say("Names are shown to those who look after the branch."))


def _duties(view: View, evidence: Evidence, doors: Doors) -> Made:
    columns = (
        Column(_L("Duty")),
        Column(_L("Due")),
        Column(_L("Held so far")),
        Column(_L("State")),
        Column(_L("Record")),
    )
    missed = sum(duty.state in ("missed", "late", "open") for duty in evidence.duties)
    finding = view.read.say("Not held in their window: %(count)s.", count=missed) if missed else ""
    rows = [_duty(duty, view, doors) for duty in evidence.duties]
    return Made(columns, rows, finding, view.read.say("A waived duty is not required."))


def _duty(duty: Duty, view: View, doors: Doors) -> Row:
    read = view.read
    title = duty.version.rule.title.of(read.locale)
    name = read.joint.join(part for part in (title, window_words(duty.window, read.locale), duty.group) if part)
    # The score looks at the last day of the period; by now an open window may be over.
    state: State = "missed" if duty.state == "open" and duty.due_on < view.today else duty.state
    record: Cell | str = ""
    if duty.facts:
        first = duty.facts[0]
        record = Cell(first.date.isoformat(), href=doors.record(first.record))
    held = read.say("%(got)s of %(of)s", got=f"{duty.held:g}", of=f"{duty.required:g}")
    return Row(name, (duty.due_on.isoformat(), held, Cell(state=state), record), doors.rule(duty.version.code))


def _records(view: View, evidence: Evidence, doors: Doors) -> Made:
    read = view.read
    columns = (Column(_L("Record")), Column(_L("Handed in")), Column(_L("In time")), Column(_L("Tasks closed in time")))
    late = sum(not one.in_time for one in evidence.records)
    finding = read.say("Not handed in in time: %(count)s records.", count=late) if late else ""
    return Made(columns, [_record(one, read, doors) for one in evidence.records], finding)


def _record(one: RecordRow, read: Reading, doors: Doors) -> Row:
    handed = one.handed_in_on.isoformat() if one.handed_in_on else read.say("not recorded")
    state: State = "met" if one.in_time else "late" if one.handed_in_on else "missed"
    tasks = read.say("%(got)s of %(of)s", got=one.tasks_closed, of=one.tasks) if one.tasks else read.say("no tasks")
    return Row(day_and_kinds(one.day, one.kinds, read), (handed, Cell(state=state), tasks), doors.record(one.record_id))


def _useful(view: View, evidence: Evidence, doors: Doors) -> Made:
    read = view.read
    useful = [one for one in evidence.records if one.useful]
    rows = [
        Row(
            day_and_kinds(one.day, one.kinds, read), (kinds_text(one.useful, read.locale),), doors.record(one.record_id)
        )
        for one in useful
    ]
    return Made((Column(_L("Record")), Column(_L("Useful kinds"))), rows)


def _timers(view: View, evidence: Evidence, doors: Doors) -> Made:
    read = view.read
    columns = (
        Column(_L("Time limit")),
        Column(_L("Whose")),
        Column(_L("Began")),
        Column(_L("Due")),
        Column(_L("State")),
    )
    over = sum(one.overdue for one in evidence.timers)
    finding = read.say("Past their limit: %(count)s.", count=over) if over else ""
    note = "" if read.named else read.say("Names are shown to those who look after the branch.")
    return Made(columns, [_timer(one, view, doors) for one in evidence.timers], finding, note)


def _timer(one: TimerRow, view: View, doors: Doors) -> Row:
    read = view.read
    whose = one.name or (read.say("The branch") if one.version.rule.shape == "term" else read.say("not shown"))
    state = Cell(_L("past its limit"), state="missed") if one.overdue else Cell(_L("within its limit"), state="open")
    days = (one.started_on.isoformat(), one.due_on.isoformat())
    return Row(one.version.rule.title.of(read.locale), (whose, *days, state), doors.rule(one.version.code))


_TABLES: Mapping[str, Callable[[View, Evidence, Doors], Made]] = {
    "a": _sessions, "b": _learners, "regularity": _duties, "closure": _records, "breadth": _useful, "talks": _talks,
    "order": _timers,
}  # fmt: skip


def ways(part: str, view: View) -> list[str]:
    """What would raise a number, at most three."""
    shown = view.shown
    found = [one for one in shown.measures if part in ("index", one.part) or page_of(one.key) == part]
    texts = [
        helps(one, shown.score.inputs, shown.span.weights, view.read)
        for one in sorted(found, key=lambda one: -one.missing)
    ]
    return [text for text in texts if text][:3]

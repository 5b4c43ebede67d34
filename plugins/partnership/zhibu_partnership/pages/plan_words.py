"""Words for plans and reviews: states of tasks, goals as facts, and the rows that page and paper share."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from zhibu_core.i18n import _L, Lazy
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.drafts import KINDS
from zhibu_partnership.pages.activity_words import STATES as ACTIVITY_STATES
from zhibu_partnership.plan.outcome import Outcome
from zhibu_partnership.plan.reading import TaskHere, TheirTask, is_overdue
from zhibu_partnership.plan.review import Review
from zhibu_partnership.plan.tally import Figure
from zhibu_partnership.plan.words import NUMBERS, TITLES, Goals
from zhibu_web.components import Cell, Column, Fact, Row, State
from zhibu_web.render import reader

STATES: Final[Mapping[str, tuple[Lazy, State]]] = {
    "open": (_L("Open", "shared task"), "open"),
    "overdue": (_L("Overdue", "shared task"), "missed"),
    "done": (_L("Done", "shared task"), "met"),
    "dropped": (_L("Given up", "shared task"), "waived"),
}
FIGURES: Final = (
    Column(_L("Result", "plan")),
    Column(_L("Goal", "plan"), numeric=True),
    Column(_L("Together", "sides"), numeric=True),
    Column(_L("Our side"), numeric=True),
    Column(_L("Other side"), numeric=True),
    Column(_L("Goal reached")),
)
TASKS: Final = (
    Column(_L("Task")),
    Column(_L("State")),
    Column(_L("Done by")),
    Column(_L("Due", "task")),
    Column(_L("Done on")),
    Column(_L("What came of it", "task")),
)
ACTIVITIES: Final = (
    Column(_L("Activity")),
    Column(_L("State")),
    Column(_L("Day")),
    Column(_L("Ours present"), numeric=True),
    Column(_L("Theirs present"), numeric=True),
)
RESOURCES: Final = (Column(_L("Offer or need")), Column(_L("Kind", "entry")), Column(_L("Unit", "tenant")))
YEARS: Final = (
    Column(_L("Year")),
    Column(_L("Activities held"), numeric=True),
    Column(_L("Confirmed by both sides"), numeric=True),
    Column(_L("Ours present"), numeric=True),
    Column(_L("Theirs present"), numeric=True),
    Column(_L("Needs met"), numeric=True),
    Column(_L("Resources used"), numeric=True),
    Column(_L("Tasks done"), numeric=True),
)
ANCHORS: Final = {"held": "activities", "people": "activities", "needs": "resources", "offers": "resources"}
"""The part of a review that has the records behind a figure."""


def state_of(state: str, due_on: Any, who: Scope) -> tuple[Lazy, State]:
    """A task's state as one reads it."""
    return STATES["overdue" if is_overdue(state, due_on, who.today) else state]


def goal_facts(goals: Goals, locale: str) -> list[Fact]:
    """Goals as on a printed form; none is said."""
    none = reader(locale).gettext("no goal")
    return [Fact(title, str(getattr(goals, name) or none)) for name, title in TITLES.items()]


def figure_rows(outcome: Outcome, locale: str) -> list[Row]:
    """Results beside goals; every number of records opens to them on the same page."""
    words = reader(locale)

    def reached(one: Figure) -> Cell | str:
        if not one.goal:
            return words.gettext("no goal")
        if one.is_reached:
            return Cell(words.pgettext("goal", "Reached"), state="met", lead=True)
        return Cell(words.pgettext("goal", "%(num)s missing") % {"num": one.missing}, state="doing", lead=True)

    rows = []
    for one in outcome.figures:
        title, anchor = NUMBERS[one.key].of(locale), f"#{ANCHORS[one.key]}"
        opened = Cell(
            one.ours, anchor, words.gettext("%(what)s: %(num)s, see the records") % {"what": title, "num": one.ours}
        )
        theirs = "" if one.key == "held" else one.theirs
        rows.append(Row(title, (one.goal or "", one.total, opened, theirs, reached(one))))
    return rows


def task_rows(review: Review, who: Scope, prefix: str, locale: str) -> list[Row]:
    """Ours first, then theirs; each by the day on which it is due."""
    ours = [_ours(one, review.names, who, prefix, locale) for one in review.tasks]
    return ours + [_theirs(one, who, locale) for one in review.their_tasks]


def activity_rows(review: Review, prefix: str, locale: str) -> list[Row]:
    """The activities that count, with how many came."""
    words = reader(locale)
    return [
        Row(
            one.title,
            (
                Cell(words.text(ACTIVITY_STATES[one.state][0]), state=ACTIVITY_STATES[one.state][1], lead=True),
                _day(one.held_on),
                one.people,
                review.came.get(one.series),
            ),
            f"{prefix}/partnership/activities/{one.id}",
        )
        for one, _ in review.activities
    ]


def resource_rows(review: Review, prefix: str, locale: str) -> list[Row]:
    """Needs that were met and offers that were used; ours open."""
    return [
        Row(
            one.title,
            (KINDS[one.kind].of(locale) if one.kind in KINDS else "", one.party_name),
            f"{prefix}/partnership/entries/{one.entry.id}" if one.entry is not None else None,
        )
        for one in review.resources
    ]


def year_cells(one: Outcome, review: str) -> tuple[Cell | int | None, ...]:
    """A year's results as the cells of `YEARS` behind the year, each opening to its records."""

    def opened(key: str, value: int | str) -> Cell:
        return Cell(value, f"{review}#{ANCHORS.get(key, 'tasks')}")

    needs, offers, tasks = one.figure("needs"), one.figure("offers"), one.tasks
    return (
        opened("held", share_of(one.held, one.figure("held").goal)),
        opened("held", one.together),
        opened("people", one.people),
        one.their_people,
        opened("needs", share_of(needs.total, needs.goal)),
        opened("offers", share_of(offers.total, offers.goal)),
        opened("tasks", share_of(tasks.done, tasks.tasks)),
    )


def year_rows(outcomes: Sequence[Outcome], here: str) -> list[Row]:
    """The years of one partnership, the newest first; `here` is its address."""
    return [
        Row(str(one.year), year_cells(one, f"{here}/review/{one.year}"), f"{here}/review/{one.year}")
        for one in outcomes
    ]


def share_of(value: int, whole: int) -> int | str:
    """3/4 where there is a whole, else the number alone."""
    return f"{value}/{whole}" if whole else value


def _day(day: dt.date | None) -> str:
    """A day in a narrow column, never broken at its hyphens."""
    return Markup('<span class="nowrap">{}</span>').format(day.isoformat()) if day else ""


def _ours(here: TaskHere, names: Mapping[Any, str], who: Scope, prefix: str, locale: str) -> Row:
    task, _, place = here
    words = reader(locale)
    word, shape = state_of(task.state, task.due_on, who)
    cells = (
        Cell(words.text(word), state=shape, lead=True),
        words.pgettext("list", ", ").join(filter(None, (place.name, names.get(task.person_id)))),
        _day(task.due_on),
        _day(task.done_on),
        task.note or task.reason,
    )
    return Row(task.title, cells, f"{prefix}/partnership/tasks/{task.id}")


def _theirs(task: TheirTask, who: Scope, locale: str) -> Row:
    words = reader(locale)
    state = task.state if task.state in STATES else "open"
    word, shape = state_of(state, task.due_on, who)
    place = words.gettext("%(name)s (%(unit)s)") % {"name": task.organization, "unit": task.party_name}
    cells = (
        Cell(words.text(word), state=shape, lead=True),
        words.pgettext("list", ", ").join(filter(None, (place, task.person))),
        _day(task.due_on),
        _day(task.done_on),
        task.note,
    )
    return Row(task.title, cells)

"""What the component macros take: small frozen values, made by page code, shown by `templates/components/*.html`."""

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from zhibu_core.i18n import Lazy
from zhibu_core.words import Words

Text = str | Words | Lazy | Markup
State = Literal["upcoming", "open", "met", "late", "missed", "waived", "doing", "waiting", "cannot", "wrong"]
Mark = Literal["present", "late", "online", "leave", "absent"]
MARKS: tuple[Mark, ...] = ("present", "late", "online", "leave", "absent")


@dataclass(frozen=True)
class Link:
    """A word and where it leads; without `href` it is plain text (the last crumb)."""

    label: Text
    href: str | None = None


@dataclass(frozen=True)
class DutyItem:
    """Component 2: verb first in `title`; `act` is the one button; `asked_by` a sentence such as 本支部提出."""

    title: Text
    href: str
    due_on: dt.date
    act: Link
    why: Text
    source: Link | None = None
    asked_by: Text | None = None
    minutes: int | None = None


@dataclass(frozen=True)
class Fact:
    """A line of a printed form: label, value, where it comes from, and on check pages where to change it."""

    label: Text
    value: Text
    origin: Text | None = None
    edit: str | None = None


@dataclass(frozen=True)
class Step:
    """One step of component 4; only the one to act on has an `href`, others say why not in `word`."""

    number: int
    title: Text
    state: State
    word: Text | None = None
    href: str | None = None
    note: Text | None = None


@dataclass(frozen=True)
class Stage:
    """A stage of component 4; only the current one lists its steps."""

    title: Text
    state: State
    steps: tuple[Step, ...] = ()
    word: Text | None = None


@dataclass(frozen=True)
class Option:
    """One choice of a radio group, a checkbox group or a select."""

    value: str
    label: Text
    about: Text | None = None


@dataclass(frozen=True)
class RollPerson:
    """A line of the roll: `key` names the fields, `mark` is None while nobody has been called."""

    key: str
    name: str
    mark: Mark | None = None
    reason: str = ""
    note: Text | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table: `unit` stands in the head; `sort` is the address that sorts by it, `sorted` how it is now."""

    label: Text
    unit: Text | None = None
    numeric: bool = False
    sort: str | None = None
    sorted: Literal["ascending", "descending"] | None = None


@dataclass(frozen=True)
class Cell:
    """A table cell that is more than a text: a link, a state, a number that opens (`name` says the whole sentence)."""

    value: Text | int | float | None = None
    href: str | None = None
    name: Text | None = None
    state: State | None = None
    lead: bool = False
    bar: float | None = None
    data: float | None = None


@dataclass(frozen=True)
class Row:
    """A row: its header first, linked where `href` is given, then one cell for each further column.

    `key` marks a row for its chart (see charts.js), `short` is the head's form on an axis.
    """

    head: Text
    cells: tuple[Cell | Text | int | float | None, ...]
    href: str | None = None
    key: str = ""
    short: Text | None = None


@dataclass(frozen=True)
class HistoryEntry:
    """Component 14: who changed what, from what to what, for whom, why."""

    who: str
    when: dt.datetime
    what: Text
    before: Text | None = None
    after: Text | None = None
    behalf: str | None = None
    why: Text | None = None


@dataclass(frozen=True)
class Evidence:
    """Component 15: a record that proves something, with the grade of evidence in words."""

    title: Text
    href: str
    grade: Text
    on: dt.date
    by: Text


@dataclass(frozen=True)
class Paper:
    """A paper that a record yields: ready, or what it still lacks."""

    title: Text
    missing: tuple[Text, ...] = ()


@dataclass(frozen=True)
class DayItem:
    """Something on a day of the month."""

    title: Text
    href: str
    state: State
    note: Text | None = None


@dataclass(frozen=True)
class Day:
    """One day of a month page; `classes` place it in the grid of a wide screen."""

    on: dt.date
    items: tuple[DayItem, ...]
    classes: str
    today: bool


@dataclass(frozen=True)
class MatrixCell:
    """A cell of the year matrix over `span` months; `whole` for one that is only due at the end of the year."""

    state: State
    span: int = 1
    word: Text | None = None
    href: str | None = None
    whole: bool = False


@dataclass(frozen=True)
class MatrixRow:
    """One kind of duty over the year, with how often it is due."""

    title: Text
    often: Text
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True)
class TreeNode:
    """An organization in the tree; a node with children opens in place and links to itself by `own`."""

    name: Text
    href: str
    count: int | None = None
    children: "tuple[TreeNode, ...]" = ()
    open: bool = False
    current: bool = False


def month_days(year: int, month: int, items: Mapping[dt.date, Sequence[DayItem]], today: dt.date) -> tuple[Day, ...]:
    """The days of a month for the `month` macro, in order, with their places in a grid that begins on Monday."""
    first = dt.date(year, month, 1)
    lead, length = first.weekday(), calendar.monthrange(year, month)[1]
    return tuple(
        _day(first.replace(day=number), lead, length, tuple(items.get(first.replace(day=number), ())), today)
        for number in range(1, length + 1)
    )


def _day(on: dt.date, lead: int, length: int, items: tuple[DayItem, ...], today: dt.date) -> Day:
    classes = ["day", f"col-{on.weekday() + 1}"]
    if not items and on != today:
        classes.append("free")
    if on.day == 1:
        classes.append("start")
    if on.day + lead <= 7:
        classes.append("row-1")
    # A day above an empty last cell draws the line that the missing neighbour would have drawn.
    if length - on.day < 7 and on.day + 7 > length and (length + lead - 1) // 7 != (on.day + lead - 1) // 7:
        classes.append("edge")
    if on == today:
        classes.append("today")
    return Day(on, items, " ".join(classes), on == today)

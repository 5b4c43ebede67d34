"""The windows in which duties of a frequency rule fall due (vectors/README.md), made once for all organizations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from zhibu_core.ledger.rules import RuleBook, RuleVersion
from zhibu_core.ledger.shapes import Frequency
from zhibu_core.periods import Period, unit_of


@dataclass(frozen=True, slots=True)
class Window:
    """A span in which something is to be held `required` times; both days included."""

    label: str
    opens_on: date
    due_on: date
    required: int


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """A window of one rule version, with the conditions under which an organization owes it.

    It holds for an organization whose kind is in `applies_to`, that was founded on or before `opens_on`, that has a
    committee (`needs` committee) or once for each group (`needs` group), and, unless `vacation` is None, whose type is
    (True) or is not (False) one of `vacation_types`. `remind_on` is the day from which a reminder is due.
    """

    version: RuleVersion
    window: Window
    vacation: bool | None

    @property
    def frequency(self) -> Frequency:
        """The version's parameters."""
        return self.version.read(Frequency)

    @property
    def remind_on(self) -> date:
        """The day from which the duty is worth a reminder."""
        return self.window.due_on - timedelta(days=self.frequency.remind_days)


def plan_windows(book: RuleBook, period: Period) -> list[PlannedWindow]:
    """Every window of every frequency rule in a period, by rule in the order of the packs, then in time.

    A window belongs to the version in force on the day it opens.
    """
    planned: list[PlannedWindow] = []
    for rule in book.of_shape("frequency"):
        for version, units in _by_version(book, rule.code, period):
            planned += _planned(version, units)
    return planned


def windows(frequency: Frequency, units: Iterable[Period], *, vacation: bool) -> list[Window]:
    """The windows of whole months, quarters or years; those that ask for nothing are left out.

    With `vacation`, consecutive vacation months among the months form one window asking for half of them, rounded down.
    """
    pools = groupby(units, key=lambda unit: vacation and _is_vacation(frequency, unit))
    found: list[Window] = []
    for pooled, group in pools:
        if pooled:
            found += [_window(frequency, run, len(run) // 2) for run in _runs(group)]
        else:
            found += [_window(frequency, [unit], 1) for unit in group]
    return [window for window in found if window.required]


def _window(frequency: Frequency, units: list[Period], share: int) -> Window:
    first, last = units[0], units[-1]
    label = first.name if first is last else f"{first.name}..{last.name}"
    return Window(label, first.start, _due_on(frequency, last), frequency.times * share)


def _runs(months: Iterable[Period]) -> Iterator[list[Period]]:
    """Months split where one is missing between two."""
    run: list[Period] = []
    for month in months:
        if run and run[-1].end + timedelta(days=1) != month.start:
            yield run
            run = []
        run.append(month)
    yield run


def _planned(version: RuleVersion, units: list[Period]) -> list[PlannedWindow]:
    frequency = version.read(Frequency)
    usual = windows(frequency, units, vacation=False)
    relieved = windows(frequency, units, vacation=True)
    both = [PlannedWindow(version, window, None) for window in usual if window in relieved]
    both += [PlannedWindow(version, window, False) for window in usual if window not in relieved]
    both += [PlannedWindow(version, window, True) for window in relieved if window not in usual]
    return sorted(both, key=lambda planned: (planned.window.opens_on, planned.vacation is True))


def _by_version(book: RuleBook, code: str, period: Period) -> Iterator[tuple[RuleVersion, list[Period]]]:
    """Units of the period under the version in force when each begins."""
    for version in book.versions(code):
        units = _units(version.read(Frequency), period)
        yield version, [unit for unit in units if version.holds_on(unit.start)]


def _units(frequency: Frequency, period: Period) -> list[Period]:
    """Whole months and quarters inside the period; the years whose due day lies in it."""
    if frequency.every != "year":
        return period.units(frequency.every)
    years = (unit_of("year", date(year, 1, 1)) for year in range(period.start.year, period.end.year + 1))
    return [year for year in years if _due_on(frequency, year) in period]


def _due_on(frequency: Frequency, unit: Period) -> date:
    if frequency.every == "year":
        return unit_of("month", date(unit.start.year, frequency.due_month, 1)).end
    return unit.end


def _is_vacation(frequency: Frequency, unit: Period) -> bool:
    return frequency.every == "month" and unit.start.month in frequency.vacation_months

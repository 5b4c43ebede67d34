"""Months and working days: the arithmetic behind every deadline (domain.md 3.2)."""

from collections.abc import Collection, Set
from dataclasses import dataclass
from datetime import date
from functools import cache

from zhibu_core.periods import add_months

__all__ = ["OfficialCalendar", "WorkingDays", "add_months", "live_working_days", "official_calendar", "working_days"]


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """How many working days a span has; `provisional` when no official calendar says which days were off."""

    count: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class OfficialCalendar:
    """The published days off and make-up days, and the years for which they are known."""

    holidays: Set[date]
    make_up_days: Set[date]
    first_year: int
    last_year: int

    def covers(self, first: date, last: date) -> bool:
        """Whether the calendar of every year of the span has been published."""
        return self.first_year <= first.year and last.year <= self.last_year


def working_days(
    first: date, last: date, holidays: Collection[date] | None = None, make_up_days: Collection[date] = ()
) -> WorkingDays:
    """Counts Monday to Friday, both ends included, without `holidays`, with `make_up_days`; a reversed span has none.

    An empty collection of holidays is an answer ("there were none"); `None` means nobody said, so the count is
    provisional. A day that is both off and made up counts as worked.
    """
    off = [day for day in set(holidays or ()).difference(make_up_days) if first <= day <= last and day.weekday() < 5]
    extra = [day for day in set(make_up_days) if first <= day <= last and day.weekday() >= 5]
    return WorkingDays(_weekdays(first, last) - len(off) + len(extra), holidays is None)


def live_working_days(first: date, last: date) -> WorkingDays:
    """The same by the State Council's calendar; provisional when a year of the span is not published yet."""
    official = official_calendar()
    count = working_days(first, last, official.holidays, official.make_up_days).count
    return WorkingDays(count, not official.covers(first, last))


@cache
def official_calendar() -> OfficialCalendar:
    """The official calendar as the package `chinesecalendar` carries it, read once."""
    # Imported on first use: most commands never ask for a working day.
    import chinese_calendar

    holidays = frozenset(chinese_calendar.holidays)
    return OfficialCalendar(holidays, frozenset(chinese_calendar.workdays), min(holidays).year, max(holidays).year)


def _weekdays(first: date, last: date) -> int:
    weeks, rest = divmod(max(0, (last - first).days + 1), 7)
    start = first.weekday()
    return weeks * 5 + sum((start + day) % 7 < 5 for day in range(rest))

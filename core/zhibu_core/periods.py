"""Periods as people write them (`2026`, `2026H1`, `2026Q2`, `2026-05`, two dates) and the calendar units inside."""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words

Unit = Literal["month", "quarter", "half", "year"]
MONTHS_IN: dict[Unit, int] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
FIRST_YEAR, LAST_YEAR = 1900, 2199

_NAMED = re.compile(r"(\d{4})(?:H([12])|Q([1-4])|-(\d{2}))?")
_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})\s*/\s*(\d{4}-\d{2}-\d{2})")
_HINT = Words(
    "请写成 2026、2026H1、2026Q2、2026-05 或 2026-01-01/2026-10-31。",
    "Write it like 2026, 2026H1, 2026Q2, 2026-05 or 2026-01-01/2026-10-31.",
)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole days from `start` to `end`, both included; `name` is how it is written, the shortest way there is."""

    start: date
    end: date
    name: str

    @classmethod
    def of(cls, start: date, end: date) -> "Period":
        """The period of two days, named by its calendar unit when it is one; raises `InvalidInput` when reversed."""
        if end < start:
            raise _invalid(
                f"时段的结束日期 {end} 早于开始日期 {start}。请调换两个日期。",
                f"The period ends on {end}, before it begins on {start}. Change the two dates round.",
            )
        for unit in MONTHS_IN:
            whole = unit_of(unit, start)
            if (whole.start, whole.end) == (start, end):
                return whole
        return cls(start, end, f"{start}/{end}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1

    def units(self, unit: Unit) -> list["Period"]:
        """The months, quarters, halves or years that lie whole inside, in order."""
        first = unit_of(unit, self.start)
        if first.start < self.start:
            first = _next(unit, first)
        return list(_run(unit, first, self.end))

    def __str__(self) -> str:
        return self.name


def parse_period(text: str) -> Period:
    """Reads a period; full-width signs and small letters are taken; raises `InvalidInput` (field period)."""
    clean = unicodedata.normalize("NFKC", text).strip().upper()
    if named := _NAMED.fullmatch(clean):
        return _named(text, *named.groups())
    if span := _SPAN.fullmatch(clean):
        return Period.of(_day(text, span[1]), _day(text, span[2]))
    raise _invalid(f"“{text}”不是时段。{_HINT.zh}", f"“{text}” is no period. {_HINT.en}")


def unit_of(unit: Unit, day: date) -> Period:
    """The month, quarter, half or year that holds the day."""
    size = MONTHS_IN[unit]
    first = (day.month - 1) // size * size + 1
    last = first + size - 1
    end = date(day.year, last, monthrange(day.year, last)[1])
    return Period(date(day.year, first, 1), end, _name(unit, day.year, first))


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later (or earlier), else that month's last day (domain.md 3.2)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _name(unit: Unit, year: int, first: int) -> str:
    return {
        "month": f"{year}-{first:02d}",
        "quarter": f"{year}Q{first // 3 + 1}",
        "half": f"{year}H{first // 6 + 1}",
        "year": f"{year}",
    }[unit]


def _next(unit: Unit, period: Period) -> Period:
    return unit_of(unit, period.end + timedelta(days=1))


def _run(unit: Unit, first: Period, end: date) -> Iterator[Period]:
    while first.end <= end:
        yield first
        first = _next(unit, first)


def _named(text: str, year: str, half: str | None, quarter: str | None, month: str | None) -> Period:
    _check_year(text, int(year))
    if half:
        return unit_of("half", date(int(year), int(half) * 6, 1))
    if quarter:
        return unit_of("quarter", date(int(year), int(quarter) * 3, 1))
    if month is None:
        return unit_of("year", date(int(year), 1, 1))
    if not 1 <= int(month) <= 12:
        raise _invalid(f"“{text}”里的月份不存在。{_HINT.zh}", f"“{text}” names a month that does not exist. {_HINT.en}")
    return unit_of("month", date(int(year), int(month), 1))


def _day(text: str, iso: str) -> date:
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        raise _invalid(
            f"“{text}”里的日期 {iso} 不存在。{_HINT.zh}",
            f"“{text}” names a date that does not exist: {iso}. {_HINT.en}",
        ) from None
    _check_year(text, day.year)
    return day


def _check_year(text: str, year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _invalid(
            f"“{text}”里的年份不在 {FIRST_YEAR} 至 {LAST_YEAR} 之间。{_HINT.zh}",
            f"“{text}” names a year outside {FIRST_YEAR} to {LAST_YEAR}. {_HINT.en}",
        )


def _invalid(zh: str, en: str) -> InvalidInput:
    return InvalidInput("period", Words(zh, en), field="period")

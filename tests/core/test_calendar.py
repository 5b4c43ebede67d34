"""Month arithmetic and working days."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.calendar import WorkingDays, add_months, live_working_days, working_days

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-08-31", 3, "2026-11-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2008-02-29", 216, "2026-02-28"),
        ("2026-11-15", 2, "2027-01-15"),
        ("2026-01-31", -2, "2025-11-30"),
        ("2026-12-01", 0, "2026-12-01"),
    ],
)
def test_months_keep_the_day_or_take_the_last(day: str, months: int, expected: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


@given(DAYS, st.integers(-240, 240))
def test_the_month_is_right_and_the_day_is_kept_or_the_last(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == min(day.day, monthrange(later.year, later.month)[1])


@given(DAYS, DAYS, st.integers(0, 240))
def test_adding_months_keeps_the_order_of_days(a: date, b: date, months: int) -> None:
    first, last = sorted((a, b))
    assert add_months(first, months) <= add_months(last, months)


def _one_by_one(first: date, last: date, off: set[date], made_up: set[date]) -> int:
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return sum(day in made_up or (day.weekday() < 5 and day not in off) for day in span)


@given(DAYS, st.integers(-5, 60), st.sets(st.integers(-3, 63), max_size=8), st.sets(st.integers(-3, 63), max_size=8))
def test_counting_weeks_agrees_with_counting_days(first: date, length: int, off: set[int], made_up: set[int]) -> None:
    last = first + timedelta(days=length)
    holidays = {first + timedelta(days=n) for n in off}
    extra = {first + timedelta(days=n) for n in made_up}
    assert working_days(first, last, holidays, extra).count == _one_by_one(first, last, holidays, extra)


def test_both_ends_count() -> None:
    assert working_days(date(2026, 6, 17), date(2026, 6, 24), []) == WorkingDays(6, provisional=False)


def test_without_a_calendar_the_count_is_provisional() -> None:
    assert working_days(date(2026, 6, 17), date(2026, 6, 23)) == WorkingDays(5, provisional=True)


def test_the_official_calendar_knows_the_national_day_and_its_make_up_saturday() -> None:
    assert live_working_days(date(2026, 10, 1), date(2026, 10, 7)) == WorkingDays(0, provisional=False)
    assert live_working_days(date(2026, 10, 10), date(2026, 10, 11)) == WorkingDays(1, provisional=False)


def test_a_year_that_is_not_published_is_provisional() -> None:
    assert live_working_days(date(2060, 3, 1), date(2060, 3, 5)).provisional

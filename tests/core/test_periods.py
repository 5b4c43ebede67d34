"""Periods: every way of writing, the units inside, and month arithmetic."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.errors import InvalidInput
from zhibu_core.periods import MONTHS_IN, Period, add_months, parse_period, unit_of

DAYS = st.dates(date(1900, 1, 1), date(2190, 12, 31))
UNITS = st.sampled_from(list(MONTHS_IN))


@pytest.mark.parametrize(
    ("text", "start", "end", "name"),
    [
        ("2026", "2026-01-01", "2026-12-31", "2026"),
        ("2026H1", "2026-01-01", "2026-06-30", "2026H1"),
        ("2026h2", "2026-07-01", "2026-12-31", "2026H2"),
        ("2026Q2", "2026-04-01", "2026-06-30", "2026Q2"),
        (" 2026Q4 ", "2026-10-01", "2026-12-31", "2026Q4"),
        ("2026-05", "2026-05-01", "2026-05-31", "2026-05"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-02"),
        ("2026-01-01/2026-10-31", "2026-01-01", "2026-10-31", "2026-01-01/2026-10-31"),
        ("2026-04-01/2026-06-30", "2026-04-01", "2026-06-30", "2026Q2"),
        ("２０２６Ｑ２", "2026-04-01", "2026-06-30", "2026Q2"),
        ("2026-03-07/2026-03-07", "2026-03-07", "2026-03-07", "2026-03-07/2026-03-07"),
    ],
)
def test_every_way_of_writing(text: str, start: str, end: str, name: str) -> None:
    assert parse_period(text) == Period(date.fromisoformat(start), date.fromisoformat(end), name)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026Q5", "2026H3", "2026-13", "2026-00", "2026-5", "2026-02-30/2026-03-01", "2026-06-30/2026-04-01",
     "2026/2027", "0001", "9999-01-01/9999-12-31", "2026-01-01", "去年", "2026Q2 2026Q3"],
)  # fmt: skip
def test_what_is_not_a_period_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_period(text)
    assert caught.value.field == "period"
    assert caught.value.message.zh.endswith("。")


@given(DAYS, st.integers(0, 2000))
def test_the_name_reads_back_as_the_same_period(start: date, length: int) -> None:
    period = Period.of(start, start + timedelta(days=length))
    assert parse_period(period.name) == period
    assert period.days == length + 1


@given(DAYS, st.integers(0, 1500), UNITS)
def test_units_lie_whole_inside_and_none_is_left_out(start: date, length: int, unit: str) -> None:
    period = Period.of(start, start + timedelta(days=length))
    units = period.units(unit)  # type: ignore[arg-type]
    assert all(period.start <= u.start <= u.end <= period.end for u in units)
    assert all(later.start == earlier.end + timedelta(days=1) for earlier, later in pairwise(units))
    whole = {unit_of(unit, period.start + timedelta(days=n)) for n in range(period.days)}  # type: ignore[arg-type]
    assert set(units) == {u for u in whole if u.start in period and u.end in period}


@given(DAYS, UNITS)
def test_a_unit_holds_its_day_and_is_named_by_it(day: date, unit: str) -> None:
    whole = unit_of(unit, day)  # type: ignore[arg-type]
    assert day in whole
    assert parse_period(whole.name) == whole


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-07-20", 3, "2026-10-20"),
    ],
)
def test_adding_months(day: str, months: int, then: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(then)


@given(DAYS, st.integers(-600, 100))
def test_added_months_land_in_that_month(day: date, months: int) -> None:
    then = add_months(day, months)
    assert (then.year - day.year) * 12 + then.month - day.month == months
    assert then.day <= day.day

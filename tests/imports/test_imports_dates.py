"""Days, moments and months in the ways people write them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.imports.dates import BASE_1900, BASE_1904, Moment, read_clock, read_moment

DAYS = st.dates(date(1910, 1, 1), date(2199, 12, 31))
NUMERALS = "〇一二三四五六七八九"
WEEKDAYS = "一二三四五六日"


def chinese(number: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens] + "十"
    return head + (NUMERALS[ones] if ones else "")


def wide(text: str) -> str:
    """ASCII digits in full width."""
    return text.translate({ord("0") + i: 0xFF10 + i for i in range(10)})


FORMS = [
    lambda d: f"{d:%Y-%m-%d}",
    lambda d: f"{d.year}.{d.month}.{d.day}",
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d.year} 年 {d.month} 月 {d.day} 号",
    lambda d: f"{d:%Y%m%d}",
    lambda d: int(f"{d:%Y%m%d}"),
    lambda d: float(f"{d:%Y%m%d}"),
    lambda d: wide(f"{d:%Y-%m-%d}"),
    lambda d: f"{d:%Y-%m-%d}\u00a0",
    lambda d: f"\u3000{d.year}．{d.month}．{d.day}",
    lambda d: f"{d:%Y-%m-%d} 00:00:00",
    lambda d: f"{d:%Y-%m-%d} 星期{WEEKDAYS[d.weekday()]}",
    lambda d: f"{d.year}年{d.month}月{d.day}日（周{WEEKDAYS[d.weekday()]}）",
    lambda d: f"星期{WEEKDAYS[d.weekday()]} {d:%Y/%m/%d}",
    lambda d: "".join(NUMERALS[int(c)] for c in str(d.year)) + f"年{chinese(d.month)}月{chinese(d.day)}日",
    lambda d: "".join("零一二三四五六七八九"[int(c)] for c in str(d.year)) + f"年{chinese(d.month)}月{chinese(d.day)}号",
    lambda d: d,
    lambda d: datetime(d.year, d.month, d.day),
]  # fmt: skip


@given(DAYS, st.sampled_from(FORMS))
def test_every_form_means_the_same_day(day: date, form: object) -> None:
    assert read_moment(form(day)) == Moment(day, None, "day")  # type: ignore[operator]


@given(DAYS, st.sampled_from([BASE_1900, BASE_1904]), st.booleans())
def test_serial_numbers_count_from_the_calendar_of_the_workbook(day: date, base: date, as_text: bool) -> None:
    serial = (day - base).days
    if not 2200 <= serial < 190_000:  # smaller ones read as years, larger ones as months
        return
    moment = read_moment(str(serial) if as_text else float(serial), base)
    assert moment == (Moment(day, None, "day") if day >= date(1910, 1, 1) else None)


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)))
def test_moments_keep_their_minute(moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0)
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    clock = moment.time() if moment.time() != time.min else None
    for written in (
        moment,
        serial,
        f"{moment.year}年{moment.month}月{moment.day}日{moment:%H:%M}",
        f"{moment:%Y-%m-%d %H:%M:%S}",
        f"{moment:%Y-%m-%dT%H:%M}",
        f"{moment:%Y/%m/%d} 星期{WEEKDAYS[moment.weekday()]} {moment.hour}时{moment.minute}分",
    ):
        assert read_moment(written) == Moment(moment.date(), clock, "day")


@pytest.mark.parametrize(
    ("written", "clock"),
    [("下午2:30", time(14, 30)), ("上午12点", time(0)), ("14时30分", time(14, 30)), ("14点半", time(14, 30)), ("十四时", None),
     ("晚上7:05", time(19, 5)), ("2:30 PM", time(14, 30)), (0.5, time(12)), (time(9, 30), time(9, 30)), ("25:00", None), ("会议室", None)],
)  # fmt: skip
def test_a_time_of_day(written: object, clock: time | None) -> None:
    assert read_clock(written) == clock


@pytest.mark.parametrize(
    ("written", "month"),
    [("2023-07", 7), ("2023年7月", 7), ("2023.10", 10), ("2023/7", 7), (202307, 7), ("202307", 7), (2023.07, 7), (2023.12, 12),
     ("二〇二三年十一月", 11), ("2023年7月份", 7)],
)  # fmt: skip
def test_a_month_without_a_day(written: object, month: int) -> None:
    assert read_moment(written) == Moment(date(2023, month, 1), None, "month")


@pytest.mark.parametrize("written", ["1987", "1987年", 1987, 1987.0])
def test_a_year_alone(written: object) -> None:
    assert read_moment(written) == Moment(date(1987, 1, 1), None, "year")


@pytest.mark.parametrize(
    "written",
    ["1990.13.45", "2031-02-30", "2026-13", "23.7.1", "07/01/2023", "2023.7.1-2023.7.5", "不详", "", "2023年", "九月",
     2023.1, 75, 1.5, -3, True, None, 1e18, float("nan"), "2023-07-01 25:00", "2023070", "20230732", "9999-12-31", "2023-7-123"],
)  # fmt: skip
def test_what_is_no_day_is_not_guessed(written: object) -> None:
    moment = read_moment(written)
    assert moment is None or moment.precision != "day"


@given(st.one_of(st.text(max_size=40), st.floats(), st.integers()))
def test_nothing_makes_reading_fail(written: object) -> None:
    moment = read_moment(written)
    assert moment is None or 1900 <= moment.day.year <= 2199

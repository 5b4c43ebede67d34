"""Reads days, moments and months in every way that people and spreadsheets write them."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple

from zhibu_core.imports.text import folded

Precision = Literal["day", "month", "year"]

BASE_1900: Final = date(1899, 12, 30)
"""Day 0 of Excel's usual calendar, shifted so that every day after February 1900 is right (Excel invents 1900-02-29)."""
BASE_1904: Final = date(1904, 1, 1)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_NO_DAY = 1e9
_FIRST_SERIAL_DAY = date(1910, 1, 1)  # smaller serials are far more often a plain number in the wrong column


class Moment(NamedTuple):
    """A day as far as it is known (`precision`; unknown parts are 1) and the time of day where one was written."""

    day: date
    clock: time | None
    precision: Precision


_WEEKDAY = re.compile(
    r"\(?(?:星期|周|礼拜)[一二三四五六日天]\)?|\(?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\)?,?", re.IGNORECASE
)
_NUMERALS = re.compile(r"[〇零○一二三四五六七八九十廿卅Oo]+")
_HAS_NUMERAL = re.compile(r"[〇零○一二三四五六七八九十廿卅]")
_DIGIT = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | dict.fromkeys("〇○Oo", "0")
_TENS = {"十": "1", "廿": "2", "卅": "3"}
_DAY = re.compile(
    r"(?P<y>\d{4})(?:(?:\s*[-./年,、]\s*|\s+)(?P<m>\d{1,2})(?:\s*[-./月,、]\s*|\s+)(?P<d>\d{1,2})(?:\s*[日号]|(?!\d))"
    r"|(?P<mm>\d{2})(?P<dd>\d{2})(?!\d))(?P<rest>.*)",
    re.DOTALL,
)
_MONTH = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?份?")
_YEAR = re.compile(r"(\d{4})\s*年?")
_CLOCK = re.compile(
    r"T?\s*(?P<part>上午|下午|晚上|晚|早上|早|中午|凌晨|AM|PM)?\s*(?P<h>\d{1,2})\s*(?::|时|点)\s*"
    r"(?:(?P<half>半)|(?P<i>\d{1,2})\s*分?)?\s*(?::?\s*(?P<s>\d{1,2})(?:\.\d+)?\s*秒?)?\s*(?P<ampm>AM|PM)?\s*(?:整|Z|\+08:?00)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{4,8}(?:\.\d+)?")
_LATER = {"下午", "晚上", "晚", "中午", "PM"}
_EARLIER = {"上午", "早上", "早", "凌晨", "AM"}


def read_moment(raw: object, base: date = BASE_1900) -> Moment | None:
    """A cell as a moment, or None where it is not one; `base` is day 0 of the workbook's serial numbers."""
    if isinstance(raw, datetime):
        clock = raw.time()
        return _within(Moment(raw.date(), clock if clock != time.min else None, "day"))
    if isinstance(raw, date):
        return _within(Moment(raw, None, "day"))
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, int | float):
        if not abs(raw) < _NO_DAY:  # NaN compares with nothing
            return None
        return _from_number(float(raw), repr(raw), base)
    return _from_text(folded(raw), base)


def read_clock(raw: object) -> time | None:
    """A cell that holds only a time of day, or None."""
    if isinstance(raw, time):
        return raw
    if isinstance(raw, str):
        return _clock(folded(raw))
    if isinstance(raw, float) and 0 < raw < 1:
        return _fraction(raw)
    return None


def _from_text(text: str, base: date) -> Moment | None:
    text = _WEEKDAY.sub(" ", text).strip()
    if _HAS_NUMERAL.search(text):
        text = _NUMERALS.sub(lambda run: _arabic(run[0]), text)
    if found := _DAY.fullmatch(text):
        return _day(found)
    if found := _MONTH.fullmatch(text):
        return _moment(found[1], found[2], "1", "month")
    if _NUMBER.fullmatch(text):
        return _from_number(float(text), text, base)
    if found := _YEAR.fullmatch(text):
        return _moment(found[1], "1", "1", "year")
    return None


def _day(found: re.Match[str]) -> Moment | None:
    moment = _moment(found["y"], found["m"] or found["mm"], found["d"] or found["dd"], "day")
    rest = found["rest"].strip()
    if not moment or not rest:
        return moment
    clock = _clock(rest)
    return moment._replace(clock=clock if clock != time.min else None) if clock is not None else None


def _moment(year: str, month: str, day: str, precision: Precision) -> Moment | None:
    try:
        return _within(Moment(date(int(year), int(month), int(day)), None, precision))
    except ValueError:
        return None


def _within(moment: Moment) -> Moment | None:
    return moment if _FIRST_YEAR <= moment.day.year <= _LAST_YEAR else None


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return None
    hour, part = int(found["h"]), (found["part"] or found["ampm"] or "").upper()
    if part in _LATER and hour < 12 and not (part == "中午" and hour > 2):
        hour += 12
    if part in _EARLIER and hour == 12:
        hour = 0
    try:
        return time(hour, 30 if found["half"] else int(found["i"] or 0), int(found["s"] or 0))
    except ValueError:
        return None


def _from_number(value: float, text: str, base: date) -> Moment | None:
    """A number cell: 20230701, 202307, 2023, 2023.07, or a serial number; 2023.1 is left alone (January or October?)."""
    whole = int(value)
    if whole == value:
        digits = str(whole)
        if len(digits) == 8:
            return _moment(digits[:4], digits[4:6], digits[6:], "day")
        if len(digits) == 6 and digits[0] in "12":
            month = _moment(digits[:4], digits[4:], "1", "month")
            if month:
                return month
        if _FIRST_YEAR <= whole <= _LAST_YEAR:
            return _moment(digits, "1", "1", "year")
    elif _FIRST_YEAR <= whole <= _LAST_YEAR:
        month_digits = text.partition(".")[2]
        return (
            _moment(str(whole), month_digits, "1", "month") if len(month_digits) <= 2 and month_digits != "1" else None
        )
    return _serial(value, base)


def _serial(value: float, base: date) -> Moment | None:
    if not 0 < value < 200_000:
        return None
    day = base + timedelta(days=int(value))
    clock = _fraction(value % 1) if value % 1 else None
    return _within(Moment(day, clock, "day")) if day >= _FIRST_SERIAL_DAY else None


def _fraction(part: float) -> time:
    minutes, seconds = divmod(min(round(part * 86_400), 86_399), 60)
    return time(minutes // 60, minutes % 60, seconds)


def _arabic(run: str) -> str:
    """A run of Chinese numerals in digits: 二〇二三 → 2023, 十二 → 12, 廿一 → 21, 三十 → 30."""
    for mark, tens in _TENS.items():
        if mark in run:
            before, _, after = run.partition(mark)
            first = _DIGIT.get(before, "") if before else tens
            return first + (_DIGIT.get(after, "") if after else "0")
    return "".join(_DIGIT.get(sign, sign) for sign in run)

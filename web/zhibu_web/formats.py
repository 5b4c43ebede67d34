"""Dates, numbers and names as they are written on pages, in Chinese and English (interface.md 5)."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from zhibu_core.disclosure import is_small, may_show_share
from zhibu_core.i18n import ENGLISH, locale_of
from zhibu_core.periods import Period, parse_period, unit_of

NBSP = "\u00a0"
WEEKDAYS_ZH = "一二三四五六日"
QUARTERS_ZH = "一二三四"
QUARTERS_EN = ("First", "Second", "Third", "Fourth")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass(frozen=True)
class Due:
    """A deadline in words: `lead` says how far off, `rest` names the day; `over` when it has passed."""

    lead: str
    rest: str
    over: bool

    def __str__(self) -> str:
        return self.lead + self.rest


def is_english(locale: str) -> bool:
    """Whether the page is the English one."""
    return locale_of(locale) == ENGLISH


def date_long(day: dt.date, locale: str, *, weekday: bool = False) -> str:
    """2026年9月1日（周二）; 1 September 2026 (Tuesday)."""
    if is_english(locale):
        text = f"{day.day} {MONTHS_EN[day.month - 1]} {day.year}"
        return f"{text} ({WEEKDAYS_EN[day.weekday()]})" if weekday else text
    text = f"{day.year}年{day.month}月{day.day}日"
    return f"{text}（{weekday_name(day, locale)}）" if weekday else text


def date_short(day: dt.date, locale: str, *, today: dt.date | None = None) -> str:
    """9月7日; 7 September; with the year where it is not the year of `today`."""
    if today is not None and day.year != today.year:
        return date_long(day, locale)
    if is_english(locale):
        return f"{day.day} {MONTHS_EN[day.month - 1]}"
    return f"{day.month}月{day.day}日"


def date_table(day: dt.date | None, locale: str) -> str:
    """2026-09-01 in both languages; a missing one is said in words."""
    return unknown(locale) if day is None else day.isoformat()


def clock(moment: dt.time | dt.datetime) -> str:
    """14:30 or 9:05, 24 hours."""
    return f"{moment.hour}:{moment.minute:02d}"


def moment_long(moment: dt.datetime, locale: str, *, weekday: bool = True) -> str:
    """2026年9月1日（周二）14:30; 1 September 2026 (Tuesday), 14:30. `moment` is in the tenant's zone."""
    joint = ", " if is_english(locale) else ""
    return f"{date_long(moment.date(), locale, weekday=weekday)}{joint}{clock(moment)}"


def weekday_name(day: dt.date, locale: str) -> str:
    """周二; Tuesday."""
    return WEEKDAYS_EN[day.weekday()] if is_english(locale) else f"周{WEEKDAYS_ZH[day.weekday()]}"


def month_name(year: int, month: int, locale: str) -> str:
    """2026年9月; September 2026."""
    return f"{MONTHS_EN[month - 1]} {year}" if is_english(locale) else f"{year}年{month}月"


def due(day: dt.date, today: dt.date, locale: str) -> Due:
    """还有6天（9月7日截止）, 今天截止（9月7日）, 已过截止日20天（9月30日截止）: relative only with the absolute day."""
    left = (day - today).days
    named = date_short(day, locale, today=today)
    if is_english(locale):
        if left == 0:
            return Due("due today", f" ({named})", False)
        count = f"{abs(left)}{NBSP}day{'' if abs(left) == 1 else 's'}"
        return Due(f"{count} {'left' if left > 0 else 'overdue'}", f" (due {named})", left < 0)
    if left == 0:
        return Due("今天截止", f"（{named}）", False)
    return Due(f"还有{left}天" if left > 0 else f"已过截止日{-left}天", f"（{named}截止）", left < 0)


def working_days(count: int, until: dt.date, locale: str) -> str:
    """5个工作日（至9月8日）; 5 working days (to 8 September)."""
    if is_english(locale):
        return f"{count}{NBSP}working day{'' if count == 1 else 's'} (to {date_short(until, locale)})"
    return f"{count}个工作日（至{date_short(until, locale)}）"


def period_name(period: Period | str, locale: str) -> str:
    """2026年第三季度, 2026年上半年, 2026年5月, 2026年; Third quarter of 2026, First half of 2026, May 2026, 2026."""
    span = parse_period(period) if isinstance(period, str) else period
    unit = next((unit for unit in ("month", "quarter", "half", "year") if unit_of(unit, span.start) == span), None)
    year, order = span.start.year, span.start.month - 1
    if unit is None:
        return date_range(span.start, span.end, locale)
    if unit == "month":
        return month_name(year, span.start.month, locale)
    if is_english(locale):
        part = {"quarter": f"{QUARTERS_EN[order // 3]} quarter of ", "half": f"{QUARTERS_EN[order // 6]} half of "}
        return part.get(unit, "") + str(year)
    return f"{year}年" + {"quarter": f"第{QUARTERS_ZH[order // 3]}季度", "half": "上下"[order // 6] + "半年"}.get(
        unit, ""
    )


def inside(text: str, locale: str) -> str:
    """A title as it stands inside a sentence: English ones begin small there, but for a name such as DNA."""
    small = is_english(locale) and text[1:2].islower()
    return text[:1].lower() + text[1:] if small else text


def period_inside(period: Period | str, locale: str) -> str:
    """A period as it stands inside a sentence: the third quarter of 2026."""
    named = period_name(period, locale)
    return f"the {inside(named, locale)}" if is_english(locale) and " of " in named else named


def date_range(start: dt.date, end: dt.date, locale: str) -> str:
    """2026年1月1日至10月31日; 1 January 2026 to 31 October 2026."""
    if is_english(locale):
        return f"{date_long(start, locale)} to {date_long(end, locale)}"
    return f"{date_long(start, locale)}至{date_short(end, locale, today=start)}"


def number(value: int | float | Decimal | None, locale: str, *, digits: int = 0) -> str:
    """1,204; 32.8; an unknown one is said in words. Halves are rounded up, as in print; minus is a real minus."""
    if value is None:
        return unknown(locale)
    step = Decimal(1).scaleb(-digits)
    rounded = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP)
    return f"{rounded:,}".replace("-", "\u2212")


def with_unit(value: int | float | Decimal | None, unit: str, locale: str, *, digits: int = 0) -> str:
    """6项, 1,204人; 6 items: a number never parts from its unit."""
    if value is None:
        return unknown(locale)
    return number(value, locale, digits=digits) + (NBSP if is_english(locale) else "") + unit


def percent(part: float, whole: float) -> str:
    """90%; one decimal only for a hundred and more."""
    if not whole:
        return "0%"
    share = Decimal(str(part)) * 100 / Decimal(str(whole))
    step = Decimal("0.1") if whole >= 100 else Decimal(1)
    return f"{share.quantize(step, rounding=ROUND_HALF_UP)}%"


def share(part: int, whole: int, unit: str, locale: str) -> str:
    """18/20 人（90%）; 18/20 members (90%): a share is shown with its parts."""
    joined = f"{part:,}/{whole:,}" + (f"{NBSP}{unit}" if unit else "")
    return f"{joined} ({percent(part, whole)})" if is_english(locale) else f"{joined}（{percent(part, whole)}）"


def money(fen: int | None, locale: str) -> str:
    """¥12.50 from integer fen."""
    if fen is None:
        return unknown(locale)
    sign = "\u2212" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def unknown(locale: str) -> str:
    """未记录: what is not known is neither 0 nor a dash."""
    return "not recorded" if is_english(locale) else "未记录"


def fewer(locale: str) -> str:
    """少于5: what stands for a small count of persons."""
    return "fewer than 5" if is_english(locale) else "少于5"


def persons(count: int, locale: str, *, open_list: bool = False) -> str:
    """A count of persons under the small-number rule; `open_list` where the reader may open the named list anyway."""
    return fewer(locale) if is_small(count) and not open_list else number(count, locale)


def persons_share(part: int, whole: int, unit: str, locale: str, *, open_list: bool = False) -> str:
    """A share of persons under the small-number rule."""
    return share(part, whole, unit, locale) if open_list or may_show_share(part, whole) else fewer(locale)


def mask_name(name: str) -> str:
    """张**: the first letter, whatever the length, so that the length tells nothing."""
    return f"{name[:1]}**"


def mask_phone(phone: str) -> str:
    """138****1234."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * len(phone)


def mask_citizen_id(number_: str) -> str:
    """110***********1234."""
    return f"{number_[:3]}{'*' * 11}{number_[-4:]}" if len(number_) >= 15 else "*" * len(number_)


def minutes(count: int, locale: str) -> str:
    """约4分钟; about 4 minutes."""
    if is_english(locale):
        return f"about {count}{NBSP}minute{'' if count == 1 else 's'}"
    return f"约{count}分钟"

"""Reads cells into values: one reader a column, asked once for every different cell of the column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, NamedTuple

from zhibu_core.errors import InvalidInput
from zhibu_core.imports.dates import read_clock, read_moment
from zhibu_core.imports.names import read_name, read_names, read_words
from zhibu_core.imports.numbers import read_mobile, read_number, to_fen
from zhibu_core.imports.profile import Column
from zhibu_core.imports.text import folded, says_nothing, squeezed, tidy, written
from zhibu_core.organization.citizen_id import read_citizen_id


class Bad(NamedTuple):
    """A cell that is refused: the error's code and what was written."""

    code: str
    shown: str


class Coarse(NamedTuple):
    """A day of which perhaps only the month or the year is known; unknown parts are 1."""

    day: date
    precision: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What reading depends on beside the cell: the tenant's day, and day 0 of the workbook's serial numbers."""

    today: date
    base: date


Reader = Callable[[object], Any]
YES: Final = frozenset(["是", "√", "✓", "✔", "☑", "有", "对", "y", "yes", "true", "t", "1", "v"])
NO: Final = frozenset(
    ["否", "×", "✗", "✘", "☒", "x", "n", "no", "false", "f", "0", "无", "没有", "不是", "未", "非", "-", "/", "\\"]
)


def read_column(cells: Sequence[object], column: Column, setting: Setting) -> list[Any]:
    """The values of a column: None where nothing is written, `Bad` where it cannot be read."""
    read = reader(column, setting)
    known = {cell: _checked(read, cell, column) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _checked(read: Reader, cell: object, column: Column) -> Any:
    value = None if isinstance(cell, str) and (not cell or cell.isspace()) else read(cell)
    if column.required and value in (None, "", ()):
        return Bad("required_missing", "")
    return None if value in ("", ()) else value


def reader(column: Column, setting: Setting) -> Reader:
    """The reader of a column's kind."""
    match column.kind:
        case "choice":
            return _choice(column)
        case "choices":
            return _choices(column)
        case "citizen_id":
            return lambda cell: _citizen_id(cell, setting.today)
        case "date" | "coarse" | "datetime" | "month":
            return _dates(column, setting)
        case "int" | "number" | "money":
            return lambda cell: _number(cell, column)
        case kind:
            return _PLAIN[kind]


def _citizen_id(cell: object, today: date) -> Any:
    try:
        return read_citizen_id(cell, today).number
    except InvalidInput as error:
        return None if error.code == "required_missing" else Bad(error.code, _shown(cell))


def _shown(cell: object) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else tidy(cell)


def _phone(cell: object) -> Any:
    if says_nothing(cell):
        return None
    return read_mobile(cell) or Bad("phone_invalid", _shown(cell))


def _bool(cell: object) -> Any:
    word = folded(cell).lower()
    return True if word in YES else False if word in NO else Bad("kind_unknown", _shown(cell))


def _code(cell: object) -> str:
    return squeezed(cell).strip("'")


def _organization(cell: object) -> str:
    return "".join(tidy(cell).split())


_PLAIN: Final[dict[str, Reader]] = {
    "text": tidy,
    "code": _code,
    "name": read_name,
    "names": read_names,
    "organization": _organization,
    "phone": _phone,
    "bool": _bool,
}


def words(column: Column) -> dict[str, str]:
    """Every accepted word of a column's choices, in one form, with the key it stands for."""
    known: dict[str, str] = {}
    for choice in column.choices:
        for word in (choice.label, *choice.synonyms):
            known.setdefault(squeezed(word).lower(), choice.key)
            if column.optional_ending:
                known.setdefault(squeezed(word).removesuffix(column.optional_ending), choice.key)
    return known


def _choice(column: Column) -> Reader:
    known = words(column)
    return lambda cell: known.get(squeezed(cell).lower()) or _none_or_bad(cell, column.code)


def _none_or_bad(cell: object, code: str) -> Bad | None:
    return None if says_nothing(cell) else Bad(code, _shown(cell))


def _choices(column: Column) -> Reader:
    known = words(column)

    def read(cell: object) -> Any:
        # A word that itself holds a separating blank is looked up whole before it is cut.
        if whole := known.get(squeezed(cell).lower()):
            return (whole,)
        parts = read_words(cell)
        unknown = next((part for part in parts if part.lower() not in known), None)
        return Bad(column.code, unknown) if unknown else tuple(dict.fromkeys(known[part.lower()] for part in parts))

    return read


def _number(cell: object, column: Column) -> Any:
    if says_nothing(cell):
        return None
    number = read_number(cell)
    if number is None or (column.kind == "int" and number != int(number)):
        return Bad("number_unreadable", _shown(cell))
    low, high = column.minimum, column.maximum
    if (low is not None and number < Decimal(str(low))) or (high is not None and number > Decimal(str(high))):
        return Bad("number_range", _shown(cell))
    return to_fen(number) if column.kind == "money" else int(number) if column.kind == "int" else number


def _dates(column: Column, setting: Setting) -> Reader:
    unreadable = "month_unreadable" if column.kind == "month" else "date_unreadable"
    last = date.max if column.future or column.kind == "month" else setting.today
    shape = _SHAPES[column.kind]

    def read(cell: object) -> Any:
        if says_nothing(cell):
            return None
        value = shape(cell, setting.base)
        if value is None and column.day_of:
            value = read_clock(cell)
        if value is None:
            return Bad(unreadable, _shown(cell))
        return Bad("date_future", show(value)) if _day(value) > last else value

    return read


def _as_date(cell: object, base: date) -> date | None:
    moment = read_moment(cell, base)
    return moment.day if moment and moment.precision == "day" else None


def _as_coarse(cell: object, base: date) -> Coarse | None:
    moment = read_moment(cell, base)
    return Coarse(moment.day, moment.precision) if moment else None


def _as_datetime(cell: object, base: date) -> datetime | None:
    moment = read_moment(cell, base)
    return datetime.combine(moment.day, moment.clock or time.min) if moment and moment.precision == "day" else None


def _as_month(cell: object, base: date) -> date | None:
    moment = read_moment(cell, base)
    return moment.day.replace(day=1) if moment and moment.precision != "year" else None


_SHAPES: Final[dict[str, Callable[[object, date], Any]]] = {
    "date": _as_date,
    "coarse": _as_coarse,
    "datetime": _as_datetime,
    "month": _as_month,
}


def _day(value: Any) -> date:
    if isinstance(value, Coarse):
        return value.day
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.min


def show(value: Any, column: Column | None = None) -> str:
    """A value as people write it: labels for keys, yuan for fen, dates as 2026-09-01."""
    if value is None:
        return ""
    if isinstance(value, Bad):
        return value.shown
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Coarse):
        return f"{value.day:%Y-%m-%d}"[: {"month": 7, "year": 4}.get(value.precision, 10)]
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m}" if column is not None and column.kind == "month" else f"{value:%Y-%m-%d}"
    if isinstance(value, tuple):
        return "、".join(show(part, column) for part in value)
    if column is not None and column.kind == "money" and isinstance(value, int):
        return f"{Decimal(value) / 100:.2f}"
    if isinstance(value, str) and column is not None:
        return column.labels.get(value, value)
    return written(value)

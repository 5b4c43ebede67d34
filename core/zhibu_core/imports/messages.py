"""Says what is wrong with a row, where, and what to do, in Chinese or English (interface.md 5); sensitive values masked."""

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from zhibu_core.imports.profile import Column, Sensitive
from zhibu_core.imports.result import Wrong
from zhibu_core.words import Words

_EXAMPLES: Final = {"month": "2021-02", "datetime": "2021-02-28 14:30", "coarse": "2021-02-28"}
_MOST_CHOICES = 12
_LONGEST = 40

_REASONS: Final = {
    "hidden": Words(
        "隐藏的工作表，没有读取。如需导入，请取消隐藏。", "A hidden sheet; not read. Unhide it if it is to be imported."
    ),
    "empty": Words("空的工作表。", "An empty sheet."),
    "instructions": Words("填表说明，没有数据。", "Instructions; no data."),
    "no_profile": Words("不是要导入的表：没有找到熟悉的列名。", "Not a sheet to import: no heading is known."),
}


@cache
def _sentences() -> dict[str, Words]:
    source = files("zhibu_core.imports").joinpath("sentences.toml")
    return msgspec.toml.decode(source.read_bytes(), type=dict[str, Words])


def message(wrong: Wrong, locale: str = "zh") -> str:
    """The whole sentence about a refused row: 第17行“入党日期”：2031-02-30 不是有效日期。请改为实际日期，例如 2021-02-28。"""
    what = _sentences()[wrong.code].of(locale)
    heading = wrong.column.heading
    said = what.format(value=shown_value(wrong), heading=heading, hint=_hint(wrong, locale))
    if locale.startswith("en"):
        return f"Row {wrong.number}, “{wrong.heading}”: {said}"
    return f"第{wrong.number}行“{wrong.heading}”：{said}"


def reason(code: str, locale: str = "zh") -> str:
    """Why a sheet was left out."""
    return _REASONS[code].of(locale)


def shown_value(wrong: Wrong) -> str:
    """The refused value as reports may show it: masked where sensitive, cut where long."""
    shown = masked(wrong.shown, wrong.column.sensitive)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def masked(value: str, sensitive: Sensitive) -> str:
    """A sensitive value for reports: 110***********1234, 138****1234, 云**; others as they are."""
    if not sensitive or not value:
        return value
    compact = "".join(value.split())
    head, tail = {"citizen_id": (3, 4), "phone": (3, 4), "text": (1, 0)}[sensitive]
    if sensitive == "text" or len(compact) <= head + tail:
        return compact[:1] + "**"
    return compact[:head] + "*" * (len(compact) - head - tail) + compact[-tail:]


def _hint(wrong: Wrong, locale: str) -> str:
    column = wrong.column
    if wrong.code == "number_range":
        return _range(column, locale)
    if column.choices:
        labels = [choice.label for choice in column.choices[:_MOST_CHOICES]]
        comma, more = (", ", ", …") if locale.startswith("en") else ("、", "等")
        return comma.join(labels) + (more if len(column.choices) > _MOST_CHOICES else "")
    if column.kind == "bool":
        return "是, 否" if locale.startswith("en") else "是、否"
    return _EXAMPLES.get(column.kind, "2021-02-28" if column.kind == "date" else "3")


def _range(column: Column, locale: str) -> str:
    low, high = (None if limit is None else f"{limit:g}" for limit in (column.minimum, column.maximum))
    if locale.startswith("en"):
        return f"{low} to {high}" if high is not None else f"{low} or more"
    return f"{low} 至 {high} 之间的数" if high is not None else f"不小于 {low} 的数"

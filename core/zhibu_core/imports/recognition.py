"""Recognises columns whose heading nobody knows by what they hold; names come first, evidence second, guesses never."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final

import msgspec

from zhibu_core.imports.formats.sheet import Cell
from zhibu_core.imports.headings import Headings
from zhibu_core.imports.layout import Layout
from zhibu_core.imports.profile import Column
from zhibu_core.imports.text import squeezed
from zhibu_core.imports.values import Bad, Coarse, Setting, read_column

SAMPLE = 300
"""Rows that are looked at."""
SHARE: Final = 0.8
"""The part of the filled cells that must fit, so that a few wrong cells do not hide a column."""

_VARIETY: Final = 0.1
"""The least part of different values in a column of names."""

_ORGANIZATION = re.compile(r".*(?:支部|党委|党总支|委员会|党工委|党组|小组)")
_CODE = re.compile(r"[A-Za-z]{0,4}-?\d{4,14}")
_NAME = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}|[\u3400-\u9fff]{2,8}·[\u3400-\u9fff]{2,8}")
_NOT_DATA = re.compile(r"序号?|编制|录入.*|填[报表].*|更新.*|创建.*|导[入出].*|修改.*|备用.*|No\.?", re.IGNORECASE)
_TELLING: Final = ("citizen_id", "phone", "choice", "choices", "organization", "month")
"""Kinds whose values say what they are."""
_WHEN: Final = ("date", "coarse", "datetime")


class _Sample:
    """The first data rows of a sheet, column by column, with what each would read as."""

    def __init__(self, rows: Sequence[Sequence[Cell]], setting: Setting) -> None:
        self.rows = rows[:SAMPLE]
        self.setting = setting
        self._raw: dict[int, list[Cell]] = {}
        self._read: dict[tuple[int, str], list[Any]] = {}

    def raw(self, place: int) -> list[Cell]:
        """The cells of a column of the file, blanks as well."""
        if place not in self._raw:
            self._raw[place] = [row[place] if place < len(row) else "" for row in self.rows]
        return self._raw[place]

    def read(self, place: int, column: Column) -> list[Any]:
        """The cells as this column of the profile would read them."""
        asked = (place, column.key)
        if asked not in self._read:
            # Which day it is decides about rows, not about columns.
            relaxed = msgspec.structs.replace(column, future=True)
            self._read[asked] = read_column(self.raw(place), relaxed, self.setting)
        return self._read[asked]

    def is_empty(self, place: int) -> bool:
        """Whether nothing is written in a column of the file."""
        return all(raw == "" for raw in self.raw(place))

    def share(self, place: int, column: Column) -> float:
        """The part of the filled cells that this column of the profile can take; 0 for an empty column."""
        test = _TESTS.get(column.kind, _reads)
        filled = [
            (raw, value) for raw, value in zip(self.raw(place), self.read(place, column), strict=True) if raw != ""
        ]
        return sum(1 for raw, value in filled if test(raw, value)) / len(filled) if filled else 0.0

    def fits(self, place: int, column: Column) -> bool:
        """Whether nearly all cells fit, and most are filled where every row needs one."""
        filled = [raw for raw in self.raw(place) if raw != ""]
        if column.required and len(filled) < SHARE * len(self.rows):
            return False
        if column.kind in ("name", "names") and len(set(filled)) < _VARIETY * len(filled):
            return False  # a campus or a grade, not people
        return self.share(place, column) >= SHARE


def complete(layout: Layout, rows: Sequence[Sequence[Cell]], setting: Setting) -> None:
    """Gives columns of the profile that no heading names to columns of the file that nobody knows."""
    if not layout.missing or not _unknown(layout):
        return
    sample = _Sample(rows, setting)
    headings = Headings(layout.kind.profile)
    for step in (_by_resemblance, _by_telling_values, _by_relation, _by_neighbours, _by_elimination):
        for column, place in step(layout, sample, headings):
            if column.key not in layout.bound and place not in layout.bound.values():
                layout.bound[column.key] = place


Found = Iterator[tuple[Column, int]]
Step = Callable[[Layout, _Sample, Headings], Found]


def _unknown(layout: Layout) -> list[int]:
    """Columns of the file with a heading that is neither known nor obviously none of ours."""
    taken = set(layout.bound.values())
    return [
        place
        for place, heading in enumerate(layout.headings)
        if place not in taken and not _NOT_DATA.fullmatch(squeezed(heading))
    ]


def _by_resemblance(layout: Layout, sample: _Sample, headings: Headings) -> Found:
    """A heading that shares its words with ours, above cells that fit."""
    for place in _unknown(layout):
        for column in layout.missing:
            if headings.resembles(layout.headings[place], column) and sample.fits(place, column):
                yield column, place
                break


def _by_telling_values(layout: Layout, sample: _Sample, _: Headings) -> Found:
    """Values that say what they are: citizen numbers, mobile phones, words of a list, names of organizations, codes."""
    for column in layout.missing:
        if column.kind in (*_TELLING, "code"):
            fitting = [place for place in _unknown(layout) if sample.fits(place, column)]
            if fitting:
                yield column, max(fitting, key=lambda place: (sample.share(place, column), -place))


def _by_relation(layout: Layout, sample: _Sample, _: Headings) -> Found:
    """A day that agrees with the citizen number beside it is the birth date."""
    profile = layout.kind.profile
    for said in profile.comparisons:
        column = profile.column(said.column)
        if said.code != "id_birth_mismatch" or column not in layout.missing or "citizen_id" not in layout.bound:
            continue
        ids = sample.read(layout.bound["citizen_id"], profile.column("citizen_id"))
        for place in _unknown(layout):
            days = sample.read(place, column)
            pairs = [(d, i) for d, i in zip(days, ids, strict=True) if isinstance(d, date) and isinstance(i, str)]
            if pairs and sum(1 for d, i in pairs if f"{d:%Y%m%d}" == i[6:14]) >= SHARE * len(pairs):
                yield column, place


def _by_neighbours(layout: Layout, sample: _Sample, _: Headings) -> Found:
    """The only fitting column between the two that stand beside a missing one in the usual order."""
    columns = layout.kind.profile.columns
    unknown = _unknown(layout)
    for column in layout.missing:
        at = layout.kind.profile.index[column.key]
        before = next((layout.bound[c.key] for c in reversed(columns[:at]) if c.key in layout.bound), -1)
        after = next((layout.bound[c.key] for c in columns[at + 1 :] if c.key in layout.bound), len(layout.headings))
        gap = [place for place in unknown if before < place < after]
        crowded = any(before < place < after for place in layout.bound.values())
        # An empty column could be any: beside it, a fitting one is no longer the only one.
        fitting = [place for place in gap if not crowded and (sample.is_empty(place) or sample.fits(place, column))]
        rivals = [
            other
            for other in layout.missing
            if other.kind == column.kind and fitting and sample.fits(fitting[0], other)
        ]
        if len(fitting) == 1 and (len(rivals) == 1 or not _share_a_gap(layout, rivals)):
            yield column, fitting[0]


def _share_a_gap(layout: Layout, columns: Sequence[Column]) -> bool:
    """Whether some of these missing columns stand side by side, so that their order alone tells nothing."""
    places = sorted(layout.kind.profile.index[column.key] for column in columns)
    bound = {layout.kind.profile.index[key] for key in layout.bound}
    return any(not any(one < between < two for between in bound) for one, two in pairwise(places))


def _by_elimination(layout: Layout, sample: _Sample, _: Headings) -> Found:
    """What is left of a kind: the only one, those that every row needs, and pairs whose order tells them apart."""
    for kinds in (("datetime",), _WHEN, ("name",), ("names",), ("money", "number", "int"), ("bool",)):
        missing = [column for column in layout.missing if column.kind in kinds]
        if any(sample.is_empty(place) for place in _unknown(layout)):  # it may well be the one that is missing
            missing = [column for column in missing if column.required]
        fitting = [place for place in _unknown(layout) if missing and sample.fits(place, missing[0])]
        if len(missing) == len(fitting) == 1:
            yield missing[0], fitting[0]
        elif fitting:
            yield from _in_order(layout, missing, fitting, sample)


def _in_order(layout: Layout, missing: Sequence[Column], places: Sequence[int], sample: _Sample) -> Found:
    """Required columns take the places whose days break no comparison; a beginning stands before its end."""
    left = list(places)
    for column in sorted(missing, key=lambda column: not column.required):
        if not column.required and len(missing) != len(places):
            continue
        open_to = [place for place in left if sample.fits(place, column)]
        if open_to:
            best = min(
                open_to,
                key=lambda place: (_contradictions(layout, column, place, sample), _middle(sample.read(place, column))),
            )
            left.remove(best)
            yield column, best


def _contradictions(layout: Layout, column: Column, place: int, sample: _Sample) -> int:
    """Whether this choice would put an end before its beginning (1 or 0); a few wrong rows do not."""
    profile, count = layout.kind.profile, 0
    mine = sample.read(place, column)
    for said in profile.comparisons:
        pair = (said.column, *said.others[:1])
        if column.key not in pair:
            continue
        other = next((key for key in pair if key != column.key), "")
        if other not in layout.bound:
            continue
        theirs = sample.read(layout.bound[other], profile.column(other))
        for one, two in zip(mine, theirs, strict=True):
            earlier, later = (two, one) if said.column == column.key else (one, two)
            count += type(earlier) is type(later) and isinstance(later, date) and later < earlier
    return int(count > (1 - SHARE) * len(mine))


def _middle(values: Sequence[Any]) -> float:
    """A moment in the middle of a column, in days: earlier columns come first."""
    moments = sorted(moment for value in values if (moment := _moment(value)) is not None)
    return moments[len(moments) // 2] if moments else 0.0


def _moment(value: Any) -> float | None:
    """A day or moment as a number of days; None for anything else."""
    if isinstance(value, Coarse):
        return float(value.day.toordinal())
    if isinstance(value, datetime):
        return value.toordinal() + (value - datetime.combine(value, time.min)) / timedelta(days=1)
    return float(value.toordinal()) if isinstance(value, date) else None


def _reads(_: Cell, value: Any) -> bool:
    return value is not None and not isinstance(value, Bad)


def _citizen_id(_: Cell, value: Any) -> bool:
    """A wrong check digit is still a citizen number: the row is refused, not the column."""
    return isinstance(value, str) or (
        isinstance(value, Bad) and value.code not in ("id_length", "id_characters", "required_missing")
    )


def _when(_: Cell, value: Any) -> bool:
    return _moment(value) is not None


def _month(raw: Cell, value: Any) -> bool:
    return isinstance(value, date) and len(squeezed(raw)) <= len("2026年10月份")


def _datetime(_: Cell, value: Any) -> bool:
    """Moments carry a time of day; a column of bare days is another one."""
    return isinstance(value, datetime) and value.time() != time.min


def _names(_: Cell, value: Any) -> bool:
    return isinstance(value, tuple) and all(_NAME.match(str(name)) for name in value)


_TESTS: Final[dict[str, Callable[[Cell, Any], bool]]] = {
    "citizen_id": _citizen_id,
    "date": _when,
    "coarse": _when,
    "month": _month,
    "datetime": _datetime,
    "organization": lambda raw, _: bool(_ORGANIZATION.fullmatch(squeezed(raw))),
    "code": lambda raw, _: bool(_CODE.fullmatch(squeezed(raw))),
    "name": lambda _, value: isinstance(value, str) and bool(_NAME.fullmatch(value)),
    "names": _names,
    "text": lambda _raw, _value: False,
}

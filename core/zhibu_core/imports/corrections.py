"""Cells that somebody has corrected on the preview page: read instead of what stands in the file."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from zhibu_core.imports.headings import shown
from zhibu_core.imports.layout import Layout

NONE: Mapping[tuple[int, str], str] = {}


class Correction(msgspec.Struct, frozen=True):
    """One cell: the sheet and the row as reports name them, the canonical heading, and the text to read instead."""

    file: str
    sheet: str
    row: int
    column: str
    text: str


def of_sheet(corrections: Iterable[Correction], file: str, sheet: str) -> dict[tuple[int, str], str]:
    """The corrected cells of one sheet, by row number and canonical heading; the last one of a cell holds."""
    return {(one.row, one.column): one.text for one in corrections if (one.file, one.sheet) == (file, sheet)}


def apply(
    cells: Mapping[tuple[int, str], str], layout: Layout, numbers: list[int], raw: Mapping[str, list[Any]]
) -> None:
    """Puts the corrected texts into the columns as read, before any value is recognised."""
    if not cells:
        return
    keys = {shown(column.heading): column.key for column in layout.kind.profile.columns}
    places = {number: place for place, number in enumerate(numbers)}
    for (number, heading), text in cells.items():
        column = raw.get(keys.get(heading, ""))
        if column is not None and number in places:
            column[places[number]] = text

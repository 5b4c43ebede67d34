"""What every format hands on: a sheet of raw cells and what its file says about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from zhibu_core.imports.dates import BASE_1900

Cell = object
"""A raw cell: text, a number, a date or datetime or time, true or false; empty text where there is nothing."""

MAX_FILE_BYTES = 50 * 2**20
MAX_UNPACKED_BYTES = 300 * 2**20
MAX_CELLS = 4_000_000
MAX_COLUMNS = 500


@dataclass(frozen=True, slots=True)
class Area:
    """A merged area, zero-based and inclusive; only its first cell holds a value."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    """Rows of raw cells from the very first row on: `rows[0]` is row 1 of the file.

    `title` is empty where the format has no titles (CSV, HTML); `hidden_rows` holds numbers as Excel shows them;
    `base` is day 0 of plain serial numbers.
    """

    title: str
    rows: list[list[Cell]]
    visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    areas: Sequence[Area] = ()
    base: date = BASE_1900

    def fill_down(self) -> None:
        """Gives every row of a cell merged downwards the value that the area shows."""
        for area in self.areas:
            if area.top == area.bottom or area.top >= len(self.rows):
                continue
            value = self.rows[area.top][area.left] if area.left < len(self.rows[area.top]) else ""
            for row in self.rows[area.top + 1 : area.bottom + 1]:
                if area.left < len(row) and row[area.left] == "":
                    row[area.left] = value


@dataclass(frozen=True, slots=True)
class Content:
    """The sheets of one file, made one after the other as they are asked for."""

    format: str
    sheets: Iterable[Sheet]

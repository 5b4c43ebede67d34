"""Finds the heading rows of a sheet and the profile they fit."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhibu_core.imports.formats.sheet import Cell, Sheet
from zhibu_core.imports.headings import Headings, shown
from zhibu_core.imports.profile import Column, SheetKind

LOOK = 40
"""Rows from the top in which headings are looked for."""
FEWEST = 3
"""Headings that must be known by name before a row counts as a heading row."""


@dataclass(slots=True)
class Layout:
    """Where a sheet's table begins and which column of the file (zero-based) holds which column of the profile.

    `bound` grows while unknown headings are recognised by what stands below; `headings` are as the file writes them.
    """

    kind: SheetKind
    header_rows: list[int]
    headings: list[str]
    bound: dict[str, int]

    @property
    def missing(self) -> list[Column]:
        """Columns of the profile that no column of the file holds yet."""
        return [column for column in self.kind.profile.columns if column.key not in self.bound]


class Finder:
    """Looks through a sheet for the heading rows of any of several kinds."""

    def __init__(self, kinds: Sequence[SheetKind]) -> None:
        self.kinds = [(kind, Headings(kind.profile)) for kind in kinds]

    def find(self, sheet: Sheet) -> Layout | None:
        """The layout with most columns known by name; the part of the profile that is there decides between equals."""
        best: Layout | None = None
        best_rank: tuple[int, float, int] = (FEWEST - 1, 0.0, 0)
        spread = _spread(sheet)
        for top, row in enumerate(spread[:LOOK]):
            if sum(1 for cell in row if cell) < FEWEST - 1:
                continue
            below = spread[top + 1] if top + 1 < len(spread) else None
            for lines in ([row], [row, below]) if below else ([row],):
                for kind, headings in self.kinds:
                    bound = _bind(lines, headings)
                    if len(bound) < best_rank[0]:
                        continue
                    titled = int(kind.profile.title in (sheet.title, *spread[0][:1]))
                    rank = (len(bound), len(bound) / len(kind.profile.columns), titled)
                    if rank > best_rank:
                        rows = list(range(top + 1, top + 1 + len(lines)))
                        best, best_rank = Layout(kind, rows, _written(lines), bound), rank
        return best


def _spread(sheet: Sheet) -> list[list[str]]:
    """The first rows as text, with what is merged across written into every column it spans, but for titles."""
    rows = [[shown(cell) if isinstance(cell, str) else _plain(cell) for cell in row] for row in sheet.rows[: LOOK + 1]]
    width = max(map(len, rows), default=0)
    for area in sheet.areas:
        if area.top < len(rows) and area.right > area.left and area.right - area.left + 1 < width:
            row = rows[area.top]
            for column in range(area.left + 1, min(area.right + 1, len(row))):
                row[column] = row[column] or row[area.left]
    return rows


def _plain(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _bind(lines: Sequence[Sequence[str]], headings: Headings) -> dict[str, int]:
    """Columns of the profile by the column of the file that names them; the first of two equal headings wins."""
    bound: dict[str, int] = {}
    group = ""
    for place, last in enumerate(lines[-1]):
        if len(lines) == 1:
            column = headings.find(last) if last else None
        else:
            above = lines[0][place] if place < len(lines[0]) else ""
            group = above or (group if last else "")
            column = _of_two(above, group, last, headings)
        if column is not None and column.key not in bound:
            bound[column.key] = place
    return bound


def _of_two(above: str, group: str, last: str, headings: Headings) -> Column | None:
    """A heading of two rows: the lower one, both together (公示 over 开始), or the upper one merged down."""
    if not last:
        return headings.find(above) if above else None
    return headings.find(group + last) or headings.find(last) if group else headings.find(last)


def _written(lines: Sequence[Sequence[str]]) -> list[str]:
    if len(lines) == 1:
        return list(lines[0])
    return [last or above for above, last in zip(*lines, strict=True)]

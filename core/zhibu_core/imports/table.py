"""One recognised sheet as a table of values, before any row is held against others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from typing import Any

from zhibu_core.imports.corrections import NONE, apply
from zhibu_core.imports.formats.sheet import Cell, Sheet
from zhibu_core.imports.layout import Layout
from zhibu_core.imports.profile import Profile, SheetKind
from zhibu_core.imports.recognition import complete
from zhibu_core.imports.rows import data_rows
from zhibu_core.imports.unreadable import Unreadable
from zhibu_core.imports.values import Setting, read_column
from zhibu_core.words import Words

Values = tuple[Any, ...]
"""The values of a row in the profile's canonical order: None where nothing is written, `Bad` where it is refused."""


@dataclass(slots=True)
class Table:
    """The data rows of one sheet.

    `numbers` are row numbers as the file shows them; `prints` are hashes of the cells as written;
    `headings` are the file's own, by key.
    """

    file: str
    sheet: str
    kind: SheetKind
    header_rows: list[int]
    headings: dict[str, str]
    numbers: list[int]
    rows: list[Values]
    prints: list[int]
    hidden: list[int]
    skipped: list[int]

    @property
    def profile(self) -> Profile:
        """The profile that the sheet fits."""
        return self.kind.profile


def read_table(
    file: str, sheet: Sheet, layout: Layout, today: date, corrected: Mapping[tuple[int, str], str] = NONE
) -> Table:
    """Reads a sheet whose headings are found; columns with an unknown heading are recognised by what they hold.

    Raises `Unreadable` where a required column is missing.
    """
    profile, setting = layout.kind.profile, Setting(today, sheet.base)
    data = data_rows(sheet, layout)
    sheet.fill_down()
    complete(layout, data.rows, setting)
    _check_required(file, sheet, layout)
    raw: dict[str, list[Cell]] = {key: [row[place] for row in data.rows] for key, place in layout.bound.items()}
    apply(corrected, layout, data.numbers, raw)
    columns: list[Iterable[Any]] = [
        read_column(raw[column.key], column, setting) if column.key in raw else repeat(None, len(data.rows))
        for column in profile.columns
    ]
    return Table(
        file=file,
        sheet=sheet.title or profile.title,
        kind=layout.kind,
        header_rows=layout.header_rows,
        headings={key: layout.headings[place] for key, place in layout.bound.items()},
        numbers=data.numbers,
        rows=list(zip(*columns, strict=True)),
        prints=[hash(cells) for cells in zip(*raw.values(), strict=True)],
        hidden=[number for number in data.numbers if number in sheet.hidden_rows],
        skipped=data.skipped,
    )


def _check_required(file: str, sheet: Sheet, layout: Layout) -> None:
    missing = "、".join(column.heading for column in layout.missing if column.required)
    if missing:
        where = (
            Words(f"工作表“{sheet.title}”", f"the sheet “{sheet.title}”") if sheet.title else Words("表格", "the table")
        )
        title = layout.kind.profile.title
        zh = f"{where.zh}像是{title}，但没有这些必填列：{missing}。请补上列名后重试。"
        en = f"{where.en} looks like {title} but lacks required columns: {missing}. Add them and try again."
        raise Unreadable("column_missing", file, Words(zh, en))

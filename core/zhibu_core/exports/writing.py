"""Writes an export's file for one recipient: the visible line above and below, the covert mark in the cells."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from zhibu_core.exports.declared import ExportColumn
from zhibu_core.exports.marking import harmless, marked

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CONTENT_TYPES = {"csv": "text/csv", "xlsx": XLSX_TYPE}
_WIDEST, _NARROWEST = 40, 8
_HEAD_ROWS = 2


@dataclass(frozen=True)
class Copy:
    """One recipient's copy: `notice` is the visible line, `key` the recipient's, `lines` the values in the columns' order."""

    title: str
    number: str
    notice: str
    key: bytes
    columns: Sequence[ExportColumn]
    lines: Sequence[Sequence[str]]
    _seen: dict[str, str] = field(default_factory=dict)

    def cells(self, line: Sequence[str]) -> list[str]:
        """The values as they stand in the file, marked where the column is text."""
        return [self._marked(cell) if column.text else cell for column, cell in zip(self.columns, line, strict=True)]

    def _marked(self, cell: str) -> str:
        """The same text has the same mark, and most texts stand in many lines."""
        found = self._seen.get(cell)
        if found is None:
            found = self._seen[cell] = marked(self.key, cell)
        return found


def written(copy: Copy, form: str) -> bytes:
    """The file's bytes; `form` is csv or xlsx."""
    return _csv(copy) if form == "csv" else _xlsx(copy)


def _csv(copy: Copy) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheet programs know it (RFC 4180 otherwise)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([copy.notice])
    writer.writerow([column.title.zh for column in copy.columns])
    for line in copy.lines:
        writer.writerow([harmless(cell) for cell in copy.cells(line)])
    writer.writerow([copy.notice])
    return out.getvalue().encode("utf-8-sig")


def _xlsx(copy: Copy) -> bytes:
    import xlsxwriter  # forty modules, which only somebody who exports waits for

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": copy.title, "subject": copy.number, "comments": copy.notice})
    bold, plain = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(copy.title[:31])
    sheet.set_landscape()
    sheet.repeat_rows(0, 1)
    sheet.set_footer("&C" + copy.notice.replace("&", "&&")[:240])
    sheet.freeze_panes(_HEAD_ROWS, 0)
    for place, column in enumerate(copy.columns):
        longest = max((len(line[place]) for line in copy.lines), default=0)
        sheet.set_column(place, place, min(max(longest * 2, len(column.title.zh) * 2, _NARROWEST), _WIDEST))
    sheet.write_string(0, 0, copy.notice, bold)
    for place, column in enumerate(copy.columns):
        sheet.write_string(1, place, column.title.zh, bold)
    for number, line in enumerate(copy.lines, start=_HEAD_ROWS):
        for place, cell in enumerate(copy.cells(line)):
            sheet.write_string(number, place, cell, plain)
    sheet.write_string(len(copy.lines) + _HEAD_ROWS, 0, copy.notice, bold)
    book.close()
    return out.getvalue()

"""Turns a reading into the JSON lines that `zhibu import --json` prints; changes and the total come from the writers."""

from collections.abc import Iterator
from typing import Any

from zhibu_core.imports.headings import shown
from zhibu_core.imports.messages import masked, message, reason, shown_value
from zhibu_core.imports.result import Reading, SheetResult
from zhibu_core.imports.values import show
from zhibu_core.imports.writing import Change, Counts

Line = dict[str, Any]


def lines(reading: Reading, locale: str = "zh") -> Iterator[Line]:
    """Everything said about the sheets, in the order of the files: `sheet`, `wrong`, `repeat`, `finding`; then `ignored`."""
    for sheet in reading.sheets:
        yield from sheet_lines(sheet, locale)
    for left in reading.ignored:
        yield {"type": "ignored", "file": left.file, "sheet": left.sheet, "reason": reason(left.reason, locale)}


def sheet_lines(sheet: SheetResult, locale: str = "zh") -> Iterator[Line]:
    """The lines of one sheet, rows in order within each type."""
    where = {"file": sheet.file, "sheet": sheet.sheet}
    yield {
        "type": "sheet",
        **where,
        "profile": sheet.profile.key,
        "header_rows": sheet.header_rows,
        "rows": sheet.rows,
        "good": sheet.rows - len(sheet.wrong) - len(sheet.repeats),
        "wrong": len(sheet.wrong),
        "repeats": len(sheet.repeats),
        "findings": len(sheet.findings),
        "hidden": sheet.hidden,
        "skipped": sheet.skipped,
    }
    for wrong in sheet.wrong:
        column = shown(wrong.column.heading)
        line = {"type": "wrong", **where, "row": wrong.number, "column": column}
        if wrong.heading != column:
            line["heading"] = wrong.heading
        yield {**line, "value": shown_value(wrong), "code": wrong.code, "message": message(wrong, locale)}
    for repeat in sheet.repeats:
        yield {"type": "repeat", **where, "row": repeat.number, "of": repeat.of}
    for found in sheet.findings:
        yield {
            "type": "finding",
            **where,
            "row": found.number,
            "code": found.finding.code,
            "article": found.finding.article.of(locale),
            "message": found.finding.message.of(locale),
        }


def cells_lines(reading: Reading) -> Iterator[Line]:
    """Every refused row as text, by canonical heading, so that it can be mended; sensitive values covered."""
    for sheet in reading.sheets:
        columns = sheet.profile.columns
        for wrong in sheet.wrong:
            yield {
                "type": "cells",
                "file": sheet.file,
                "sheet": sheet.sheet,
                "row": wrong.number,
                "sensitive": bool(wrong.column.sensitive),
                "cells": {
                    shown(column.heading): masked(wrong.cells[column.key], column.sensitive) for column in columns
                },
            }


def change_line(change: Change) -> Line:
    """One value that is replaced; sensitive ones masked."""
    column = change.sheet.profile.column(change.column)
    return {
        "type": "change",
        "file": change.sheet.file,
        "sheet": change.sheet.sheet,
        "row": change.row,
        "column": shown(column.heading),
        "old": masked(show(change.old, column), column.sensitive),
        "new": masked(show(change.new, column), column.sensitive),
    }


def total_line(counts: Counts, wrong: int, *, written: bool) -> Line:
    """The last line of an import."""
    return {
        "type": "total",
        "new": counts.new,
        "changed": counts.changed,
        "same": counts.same,
        "wrong": wrong,
        "written": written,
    }

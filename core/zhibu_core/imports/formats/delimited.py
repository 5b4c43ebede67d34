"""Reads comma- and tab-separated text as Chinese systems write it: UTF-8 with or without a mark, GB18030, UTF-16."""

import codecs
import csv
import io
from pathlib import Path

from zhibu_core.imports.formats.sheet import MAX_CELLS, Content, Sheet
from zhibu_core.imports.unreadable import Unreadable
from zhibu_core.words import Words

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",\t;|"
_LOOK = 20
csv.field_size_limit(1 << 20)


def decode(data: bytes, file: str) -> str:
    """Text of a file without a declared encoding; raises `Unreadable` where no accepted encoding fits."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable(
        "file_format",
        file,
        Words(
            "不是文本，也不是表格。请用 Excel 或 WPS 另存为 .xlsx、.xls 或 .csv（UTF-8 或 GB18030）。",
            "neither text nor a spreadsheet. Save it as .xlsx, .xls or .csv (UTF-8 or GB18030) with Excel or WPS.",
        ),
    )


def read_text(path: Path, data: bytes) -> Content:
    """Separated text as one sheet without a title; rows are records, the first being 1."""
    text = decode(data, path.name)
    try:
        rows: list[list[object]] = [
            list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        ]
    except csv.Error as error:
        raise Unreadable(
            "file_damaged",
            path.name,
            Words(
                "逗号分隔的内容不完整。请用 Excel 打开并另存为 .csv 或 .xlsx。",
                "the comma-separated content is incomplete. Open it with Excel and save it as .csv or .xlsx.",
            ),
        ) from error
    width = max(map(len, rows), default=0)
    if width * len(rows) > MAX_CELLS:
        raise Unreadable(
            "file_too_large",
            path.name,
            Words(
                f"超过 {MAX_CELLS} 个单元格。请拆成几个文件后分别导入。",
                f"more than {MAX_CELLS} cells. Split it into several files and import them one by one.",
            ),
        )
    for row in rows:
        row.extend([""] * (width - len(row)))
    return Content("csv", [Sheet("", rows)])


def _delimiter(text: str) -> str:
    """The sign that cuts the first lines into most pieces."""
    lines = text[:20_000].splitlines()[:_LOOK]
    return max(_DELIMITERS, key=lambda sign: sum(line.count(sign) for line in lines))

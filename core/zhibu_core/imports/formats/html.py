"""Reads HTML tables that systems hand out under the name .xls."""

import re
from collections.abc import Iterator
from pathlib import Path

from lxml import html

from zhibu_core.imports.formats.delimited import decode
from zhibu_core.imports.formats.sheet import MAX_CELLS, MAX_COLUMNS, Area, Cell, Content, Sheet
from zhibu_core.imports.unreadable import Unreadable
from zhibu_core.words import Words

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_LEADING = re.compile(rb"^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*<")
_BREAK = re.compile(r"\s*\n\s*")
_LOOK = 4096


def looks_like_html(data: bytes) -> bool:
    """Whether a file that is no workbook holds a table in HTML."""
    head = data[:_LOOK].replace(b"\0", b"").lower()
    return bool(_LEADING.match(head)) and (
        b"<html" in head or b"<table" in head or b"<!doctype" in head or b"<meta" in head
    )


def read_html(path: Path, data: bytes) -> Content:
    """Each outermost table with rows as one sheet without a title; row numbers count the table's rows, from 1."""
    text = _text(data, path.name)
    page = html.document_fromstring(text, parser=html.HTMLParser(huge_tree=False)) if text.strip() else None
    tables = [] if page is None else [t for t in page.iter("table") if t.find(".//tr//table") is None]
    if not tables:
        raise Unreadable(
            "file_format",
            path.name,
            Words(
                "网页里没有表格。请用 Excel 或 WPS 打开并另存为 .xlsx。",
                "the web page holds no table. Open it with Excel or WPS and save it as .xlsx.",
            ),
        )
    return Content("html", [_sheet(table, path.name) for table in tables])


def _text(data: bytes, file: str) -> str:
    charset = _CHARSET.search(data[:_LOOK])
    name = charset[1].decode("ascii").lower() if charset else ""
    chinese = name in ("gb2312", "gbk", "gb18030")
    text = data.decode("gb18030", errors="replace") if chinese else decode(data, file)
    # A declaration would make lxml refuse text that is already decoded.
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)


def _sheet(table: html.HtmlElement, file: str) -> Sheet:
    cells: dict[tuple[int, int], Cell] = {}
    areas: list[Area] = []
    height = 0
    for row, element in enumerate(table.iter("tr")):
        height, column = row + 1, 0
        for cell in element.iter("td", "th"):
            while (row, column) in cells:
                column += 1
            down, right = _span(cell, "rowspan"), _span(cell, "colspan")
            _take(cells, row, column, down, right)
            cells[row, column] = _words(cell)
            if down > 1 or right > 1:
                areas.append(Area(row, column, row + down - 1, column + right - 1))
            column += right
            if len(cells) > MAX_CELLS:
                raise Unreadable(
                    "file_too_large",
                    file,
                    Words(
                        f"超过 {MAX_CELLS} 个单元格。请拆成几个文件后分别导入。",
                        f"more than {MAX_CELLS} cells. Split it into several files and import them one by one.",
                    ),
                )
    width = max((column for _, column in cells), default=-1) + 1
    return Sheet("", [[cells.get((row, column), "") for column in range(width)] for row in range(height)], areas=areas)


def _take(cells: dict[tuple[int, int], Cell], row: int, column: int, down: int, right: int) -> None:
    for r in range(row, row + down):
        for c in range(column, column + right):
            cells.setdefault((r, c), "")


def _span(cell: html.HtmlElement, name: str) -> int:
    value = str(cell.get(name, "1")).strip()
    return max(1, min(int(value), MAX_COLUMNS)) if value.isdecimal() else 1


def _words(cell: html.HtmlElement) -> str:
    """The text of a cell: source line breaks are blanks, <br> and paragraphs are breaks."""
    return _BREAK.sub("\n", "".join(_pieces(cell))).strip("\n ")


def _pieces(element: html.HtmlElement) -> Iterator[str]:
    if element.text:
        yield re.sub(r"[\r\n\t ]+", " ", element.text)
    for child in element:
        if child.tag in ("br", "p", "div"):
            yield "\n"
        if isinstance(child.tag, str):
            yield from _pieces(child)
        if child.tail:
            yield re.sub(r"[\r\n\t ]+", " ", child.tail)

"""Reads .xlsx and .xls workbooks: values by calamine, the rest from the package or the records around them."""

import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from zhibu_core.imports.dates import BASE_1900, BASE_1904
from zhibu_core.imports.formats.package import Package, inspect
from zhibu_core.imports.formats.sheet import Area, Cell, Content, Sheet
from zhibu_core.imports.unreadable import Unreadable
from zhibu_core.words import Words

_BOOK_START = b"\x09\x08\x10\x00\x00\x06\x05\x00"  # BOF of the workbook stream, BIFF8
_DATE_MODE, _EOF = 0x22, 0x0A
_LONGEST_RECORD = 8224


def read_xlsx(path: Path) -> Content:
    """An Excel workbook in the package form; raises `Unreadable` where it is something else or damaged."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise _damaged(path) from error
    with archive:
        if "xl/workbook.xml" not in archive.NameToInfo:
            raise Unreadable(
                "file_format",
                path.name,
                Words(
                    "不是能读取的表格格式。请用 Excel 或 WPS 另存为 .xlsx、.xls 或 .csv。",
                    "not a spreadsheet that can be read. Save it as .xlsx, .xls or .csv with Excel or WPS.",
                ),
            )
        package = inspect(archive, path.name)
    return Content("xlsx", _sheets(path, package))


def read_xls(path: Path) -> Content:
    """An Excel 97-2003 workbook; hidden rows are not told by this reader."""
    return Content("xls", _sheets(path, Package(counts_from_1904(path.read_bytes()), {})))


def counts_from_1904(data: bytes) -> bool:
    """Whether the globals of a BIFF8 stream say that serial numbers count from 1904 (record DATEMODE)."""
    at = data.find(_BOOK_START)
    while 0 <= at <= len(data) - 4:
        kind, length = struct.unpack_from("<HH", data, at)
        if kind == _DATE_MODE and length == 2:
            return data[at + 4 : at + 6] == b"\x01\x00"
        if kind == _EOF or length > _LONGEST_RECORD:
            return False
        at += 4 + length
    return False


def _sheets(path: Path, package: Package) -> Iterator[Sheet]:
    # The bytes are given, not the path: calamine would believe the name, and systems write .xls over anything.
    try:
        with CalamineWorkbook.from_filelike(BytesIO(path.read_bytes())) as book:
            base = BASE_1904 if package.date_1904 else BASE_1900
            for about in book.sheets_metadata:
                if str(about.typ) != "SheetTypeEnum.WorkSheet":
                    continue
                sheet = book.get_sheet_by_name(about.name)
                visible = about.visible == SheetVisibleEnum.Visible
                hidden = package.hidden_rows.get(about.name, frozenset())
                yield Sheet(about.name, _rows(sheet), visible, hidden, _areas(sheet), base)
    except PasswordError as error:
        raise Unreadable(
            "file_locked",
            path.name,
            Words("文件设有打开密码。请取消密码后重新导入。", "the file has a password. Remove it and import again."),
        ) from error
    except CalamineError as error:
        raise _damaged(path) from error


def _rows(sheet: CalamineSheet) -> list[list[Cell]]:
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


def _areas(sheet: CalamineSheet) -> list[Area]:
    return [Area(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()]


def _damaged(path: Path) -> Unreadable:
    return Unreadable(
        "file_damaged",
        path.name,
        Words(
            "文件已损坏，无法读取。请用 Excel 或 WPS 打开并另存为 .xlsx 后重试。",
            "the file is damaged and cannot be read. Open it with Excel or WPS, save it as .xlsx and try again.",
        ),
    )

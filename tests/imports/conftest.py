"""Shared by the import tests: the nine kinds of sheets, workbooks made on the spot, and reading them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from zhibu_affairs.findings import case_findings, dues_findings
from zhibu_core.imports.directory import Known
from zhibu_core.imports.findings_terms import term_findings
from zhibu_core.imports.profile import SheetKind, load_profile
from zhibu_core.imports.reading import read_files
from zhibu_core.imports.result import Reading

TODAY = date(2026, 10, 31)
PROFILES = {
    "zhibu_core.organization": ("organization", "roster", "term", "position"),
    "zhibu_orglife": ("meeting",),
    "zhibu_learning": ("training", "course"),
    "zhibu_affairs": ("case", "dues"),
}
FINDINGS = {"term": term_findings, "case": case_findings, "dues": dues_findings}

Sheets = Mapping[str, Sequence[Sequence[Any]]]


@pytest.fixture(scope="session")
def kinds() -> list[SheetKind]:
    profiles = [
        load_profile(files(package).joinpath("profiles", f"{name}.toml"))
        for package, names in PROFILES.items()
        for name in names
    ]
    return [SheetKind(profile, FINDINGS.get(profile.key)) for profile in profiles]


@pytest.fixture
def read(kinds: list[SheetKind]) -> Callable[..., Reading]:
    def reader(*paths: Path, known: Known | None = None, **more: Any) -> Reading:
        return read_files(paths, kinds, known or Known(), TODAY, **more)

    return reader


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes a workbook of plain rows; `merges` are A1 ranges of the first sheet, whose values stand in their first cell."""

    def write(
        name: str, sheets: Sheets, *, merges: Sequence[str] = (), hidden: Sequence[str] = (), **options: Any
    ) -> Path:
        path = tmp_path / name
        book = xlsxwriter.Workbook(str(path), options)
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            if title in hidden:
                sheet.hide()
            for area in merges if title == next(iter(sheets)) else ():
                sheet.merge_range(area, "")
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    put(sheet, row, column, value, moments if isinstance(value, datetime) else days)
        book.close()
        return path

    return write


def put(sheet: Worksheet, row: int, column: int, value: Any, day: Format) -> None:
    """Writes a cell by the type of its value; text stays text, whatever it looks like."""
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        sheet.write_datetime(row, column, moment, day)
    elif isinstance(value, str):
        if value:
            sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write(row, column, value)

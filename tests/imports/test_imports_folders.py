"""Whole folders as departments hold them: every row is judged as their expected.json says."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import zhibu_demo
from zhibu_core.imports.directory import Person
from zhibu_core.imports.lines import lines
from zhibu_core.imports.names import read_label
from zhibu_core.imports.result import Reading, SheetResult
from zhibu_core.imports.values import show

DEMO = Path(zhibu_demo.__file__).parent / "data"
FOLDERS = {
    "university": DEMO / "university",
    "enterprise": DEMO / "enterprise",
    "broken": Path(__file__).parent / "data" / "broken",
}

Expected = dict[str, Any]


def _expected(folder: Path) -> dict[tuple[str, str], Expected]:
    said = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return {(file["file"], sheet["sheet"]): sheet for file in said["files"] for sheet in file["sheets"]}


def _verdict(sheet: SheetResult) -> Expected:
    return {
        "header_rows": sheet.header_rows,
        "rows": sheet.rows,
        "good": len(sheet.good),
        "bad": {(wrong.number, wrong.column.heading, wrong.code) for wrong in sheet.wrong},
        "repeats": {(repeat.number, repeat.of) for repeat in sheet.repeats},
        "findings": {(found.number, found.finding.code) for found in sheet.findings},
        "skipped": sheet.skipped,
        "hidden": sheet.hidden,
    }


def _wanted(sheet: Expected) -> Expected:
    return {
        "header_rows": sheet["header_rows"],
        "rows": sheet["rows"],
        "good": sheet["good"],
        "bad": {(bad["row"], bad["column"], bad["error"]) for bad in sheet["bad"]},
        "repeats": {(repeat["row"], repeat["of"]) for repeat in sheet["repeats"]},
        "findings": {(found["row"], code) for found in sheet["findings"] for code in found["codes"]},
        "skipped": len(sheet["skipped_rows"]),
        "hidden": len(sheet["hidden_rows"]),
    }


def _plain(value: Any, sheet: SheetResult, heading: str, names: dict[str, str]) -> Any:
    """A value in the terms of expected.json: labels, full names of organizations, names of people."""
    column = next(column for column in sheet.profile.columns if column.heading == heading)
    if column.refers == "organization":
        return names[value]
    if column.kind in ("names", "choices"):
        parts = [part.name if isinstance(part, Person) else column.labels.get(part, part) for part in value]
        return [read_label(part).name for part in parts]
    if isinstance(value, bool):
        return value
    return show(value.number if isinstance(value, Person) else value, column)


def _meant(value: Any, heading: str) -> Any:
    if isinstance(value, list):
        return [read_label(name).name for name in value]
    return value


def _check_samples(reading: Reading, expected: dict[tuple[str, str], Expected]) -> int:
    names = {row["code"]: row["name"] for sheet in reading.of("organization") for row in sheet.good}
    checked = 0
    for sheet in reading.sheets:
        rows = {row.number: row for row in sheet.good}
        keys = {column.heading: column.key for column in sheet.profile.columns}
        for sample in expected[sheet.file, sheet.sheet]["samples"]:
            if sample["row"] not in rows:  # a repeat is not imported
                continue
            heading = sample["column"]
            got = _plain(rows[sample["row"]][keys[heading]], sheet, heading, names)
            want = _meant(sample["value"], heading)
            if sample["habit"].startswith("number"):
                got, want = Decimal(got), Decimal(str(want))
            assert got == want, (sheet.file, sheet.sheet, sample)
            checked += 1
    return checked


@pytest.mark.parametrize("name", FOLDERS)
def test_every_row_of_a_folder_is_judged_as_expected(name: str, read: Callable[..., Reading]) -> None:
    folder = FOLDERS[name]
    expected = _expected(folder)
    reading = read(*sorted(path for path in folder.iterdir() if path.suffix != ".json"))

    assert {(sheet.file, sheet.sheet) for sheet in reading.sheets} == set(expected)
    for sheet in reading.sheets:
        assert _verdict(sheet) == _wanted(expected[sheet.file, sheet.sheet]), (sheet.file, sheet.sheet)
    assert {(sheet.sheet, sheet.reason) for sheet in reading.ignored} == {
        ("填表说明", "instructions"),
        ("Sheet2", "hidden"),
    }
    assert _check_samples(reading, expected) > 100


def test_the_order_of_files_changes_no_verdict(read: Callable[..., Reading]) -> None:
    paths = sorted(FOLDERS["broken"].glob("*.xlsx"))
    forwards, backwards = read(*paths), read(*reversed(paths))
    assert {sheet.sheet: _verdict(sheet) for sheet in forwards.sheets} == {
        sheet.sheet: _verdict(sheet) for sheet in backwards.sheets
    }
    assert backwards.sheets[0].file == paths[-1].name


def test_lines_tell_everything_and_no_citizen_number_in_full(read: Callable[..., Reading]) -> None:
    reading = read(*sorted(FOLDERS["broken"].glob("*.xlsx")))
    said = list(lines(reading))
    heads = {line["sheet"]: line for line in said if line["type"] == "sheet"}
    roster = heads["党员花名册"]
    assert {key: roster[key] for key in ("file", "profile", "rows", "good", "wrong", "repeats", "findings", "hidden", "skipped")} == {
        "file": "党员花名册.xlsx", "profile": "roster", "rows": 237, "good": 200, "wrong": 34, "repeats": 3, "findings": 0,
        "hidden": 2, "skipped": 5,
    }  # fmt: skip
    wrong = [line for line in said if line["type"] == "wrong"]
    assert all(line["message"].startswith(f"第{line['row']}行“") for line in wrong)
    assert not [line for line in wrong if line["column"] == "公民身份证号" and "99" in line["value"][5:-4]]
    assert {line["type"] for line in said} == {"sheet", "ignored", "wrong", "repeat", "finding"}
    assert all(line["article"] and line["message"] for line in said if line["type"] == "finding")


def test_a_roster_of_strangers_rests_on_nothing(read: Callable[..., Reading]) -> None:
    reading = read(FOLDERS["broken"] / "党员花名册.gb18030.csv")
    (sheet,) = reading.sheets
    assert not sheet.good
    assert {wrong.code for wrong in sheet.wrong} == {"org_unknown", "required_missing"}

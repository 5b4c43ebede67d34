"""The covert mark: whoever had a file is named by any part of it, and nobody who had not."""

import csv
import io
import secrets
from pathlib import Path

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from zhibu_core.exports.declared import ExportColumn
from zhibu_core.exports.marking import LEAST, agreeing, bare, chance, digest_of, mark_in, marked, marks_in
from zhibu_core.exports.tracing import leak_of, read_leak
from zhibu_core.exports.writing import Copy, written
from zhibu_core.words import Words

KEYS = [secrets.token_hex(32).encode() for _ in range(4)]
COLUMNS = (
    ExportColumn("name", Words("姓名", "Name"), text=True),
    ExportColumn("number", Words("工号", "Number")),
    ExportColumn("branch", Words("支部", "Branch"), text=True),
    ExportColumn("post", Words("岗位", "Post"), text=True),
)
ROLL = [[f"示例{chr(0x4E00 + n)}", f"T{n:03}", f"第{n % 3}党支部", f"岗位{n % 5}"] for n in range(40)]
NOTICE = "内部资料，仅供“李四”使用。编号 E20261031-0A0B0C0D。"


def copy_for(key: bytes) -> Copy:
    return Copy("党员名册", "E1", NOTICE, key, COLUMNS, ROLL)


def read_back(tmp_path: Path, content: bytes, form: str) -> list[list[str]]:
    file = tmp_path / f"found.{form}"
    file.write_bytes(content)
    return [list(line) for line in read_leak(file).lines]


def named(cells: list[list[str]]) -> list[int]:
    """The keys whose owners are named."""
    marks = leak_of(cells).marks
    return [n for n, key in enumerate(KEYS) if chance(len(marks), agreeing(key, marks), len(KEYS)) <= LEAST]


def test_what_is_seen_is_the_value(tmp_path: Path) -> None:
    for form in ("csv", "xlsx"):
        lines = read_back(tmp_path, written(copy_for(KEYS[0]), form), form)
        assert [[bare(cell) for cell in line] for line in lines[-len(ROLL) :]] == ROLL
        assert all(line[1] == own[1] for line, own in zip(lines[-len(ROLL) :], ROLL, strict=True))
    assert bare(marked(KEYS[0], "=2+2")) == "=2+2"
    assert marked(KEYS[0], "") == ""


def test_the_line_that_is_seen_stands_above_and_below() -> None:
    text = written(copy_for(KEYS[0]), "csv").decode("utf-8")
    assert text.startswith("\ufeff" + NOTICE)
    assert text.rstrip().endswith(NOTICE)


def test_a_cell_is_no_formula() -> None:
    line = ["=cmd|' /C calc'!A0", "1", "+1", "@x"]
    text = written(Copy("x", "E1", NOTICE, KEYS[0], COLUMNS, [line]), "csv").decode("utf-8-sig")
    cells = list(csv.reader(io.StringIO(text)))[2]
    assert [cell[0] for cell in cells] == ["'", "1", "'", "'"]
    assert {mark.text for mark in marks_in(cells)} == {line[0], "+1", "@x"}


@settings(max_examples=60)
@given(st.data())
def test_half_the_lines_and_half_the_columns_in_any_order_name_their_owner(data: st.DataObject) -> None:
    owner = data.draw(st.integers(0, 3))
    cells = [copy_for(KEYS[owner]).cells(line) for line in ROLL]
    lines = data.draw(st.permutations(cells))[: len(ROLL) // 2]
    columns = data.draw(st.permutations(range(4)))[:2]
    if not {0, 2, 3} & set(columns):
        return
    left = [[line[place] for place in columns] for line in lines]
    found = named(left)
    assert set(found) <= {owner}
    if 0 in columns or {2, 3} <= set(columns):  # two columns of three branches and five posts are eight marks
        assert found == [owner]


@settings(max_examples=40)
@given(share=st.integers(8, 32), order=st.randoms(use_true_random=False))
def test_a_mixture_names_those_who_gave_to_it(share: int, order: object) -> None:
    mixed = [copy_for(KEYS[n < share]).cells(line) for n, line in enumerate(ROLL)]
    order.shuffle(mixed)  # type: ignore[attr-defined]
    assert named(mixed) == [0, 1]


@settings(max_examples=60)
@given(st.lists(st.lists(st.text(max_size=30), max_size=6), max_size=30))
def test_a_file_of_somebody_else_names_nobody(cells: list[list[str]]) -> None:
    assert named(cells) == []
    stranger = secrets.token_hex(32).encode()
    assert named([[marked(stranger, cell) for cell in line] for line in cells]) == []
    assert named([copy_for(stranger).cells(line) for line in ROLL]) == []


def test_the_bound_is_the_chance_of_an_error() -> None:
    """Fifteen hundred strangers' keys agree with forty marks about as often as twelve bits say."""
    marks = leak_of([copy_for(KEYS[0]).cells(line) for line in ROLL]).marks
    agree = [agreeing(f"{n:064x}".encode(), marks) for n in range(1500)]
    assert 3 < sum(agree) < 1500 * len(marks) / 4096 * 3
    assert all(chance(len(marks), count, 1500) > LEAST for count in agree)
    assert chance(3, 3, 1) <= LEAST < chance(2, 2, 1)
    assert chance(5000, 0, 1) == 0.0


def test_saved_again_by_other_programs(tmp_path: Path) -> None:
    """CSV into a workbook and back, with blanks and guards that programs add."""
    cells = read_back(tmp_path, written(copy_for(KEYS[2]), "csv"), "csv")[2:]
    book = xlsxwriter.Workbook(str(tmp_path / "again.xlsx"))
    sheet = book.add_worksheet()
    for row, line in enumerate(reversed(cells)):
        sheet.write_row(row, 3, [f" {cell} " for cell in line])
    book.close()
    assert named([list(line) for line in read_leak(tmp_path / "again.xlsx").lines]) == [2]


def test_without_unseen_signs_nobody_is_named_but_lines_are_known() -> None:
    line = copy_for(KEYS[0]).cells(ROLL[0])
    bared = [bare(cell) for cell in reversed(line)]
    assert named([bared] * 40) == []
    assert digest_of(KEYS[3], bared) == digest_of(KEYS[3], ROLL[0])
    assert mark_in("张一" + "\u200b" * 11) is None

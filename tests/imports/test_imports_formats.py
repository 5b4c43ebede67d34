"""Files as systems write them: both workbook forms, tables in HTML, separated text; and files that cannot be taken."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlwt

from zhibu_core.imports.formats.detect import open_file
from zhibu_core.imports.formats.sheet import Sheet
from zhibu_core.imports.result import Reading
from zhibu_core.imports.unreadable import Unreadable

HEAD = ["课程代码", "课程名称", "学时", "内容类别", "完成期限", "对象"]
ROWS = [
    ["K1", "党章", 4, "党章党规党纪", date(2026, 3, 31), "全体"],
    ["K2", "形势", 3, "形势政策", date(2026, 9, 30), "全体"],
]


def only(path: Path) -> Sheet:
    (sheet,) = open_file(path).sheets
    return sheet


def text(rows: list[list[object]], mark: str = ",") -> str:
    return "\r\n".join(mark.join(str(cell) for cell in row) for row in rows) + "\r\n"


def test_the_1904_calendar_moves_plain_serial_numbers_as_well(
    workbook: Callable[..., Path], read: Callable[..., Reading]
) -> None:
    serial = (date(2026, 3, 31) - date(1904, 1, 1)).days
    rows = [HEAD, ROWS[0], ["K2", "形势", 3, "形势政策", serial, "全体"]]
    reading = read(workbook("课程.xlsx", {"必修课程": rows}, date_1904=True))
    assert [row["deadline"] for row in reading.sheets[0].good] == [date(2026, 3, 31)] * 2


def test_cells_merged_downwards_hold_for_every_row(workbook: Callable[..., Path], read: Callable[..., Reading]) -> None:
    rows = [
        [*HEAD],
        ROWS[0],
        ["K2", "形势", 3, "", date(2026, 9, 30), ""],
        ["K3", "技能", 2, "知识技能", date(2026, 9, 30), ""],
    ]
    reading = read(workbook("课程.xlsx", {"必修课程": rows}, merges=["D2:D3", "F2:F4"]))
    assert [(row["category"], row["audience"]) for row in reading.sheets[0].good] == [
        ("discipline", "全体"),
        ("discipline", "全体"),
        ("skills", "全体"),
    ]


def test_an_old_workbook_with_its_own_calendar_and_merged_cells(tmp_path: Path, read: Callable[..., Reading]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    book.dates_1904 = True
    sheet = book.add_sheet("必修课程")
    for column, heading in enumerate(HEAD):
        sheet.write(0, column, heading)
    sheet.write(1, 0, "K1")
    sheet.write(1, 4, date(2026, 3, 31), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(2, 0, "K2")
    sheet.write(2, 4, (date(2026, 9, 30) - date(1904, 1, 1)).days)
    sheet.write_merge(1, 2, 3, 3, "政治理论")
    book.add_sheet("旧").visibility = 1
    path = tmp_path / "课程.xls"
    book.save(str(path))

    reading = read(path)
    assert [(row.number, row["code"], row["deadline"], row["category"]) for row in reading.sheets[0].good] == [
        (2, "K1", date(2026, 3, 31), "theory"),
        (3, "K2", date(2026, 9, 30), "theory"),
    ]
    assert [ignored.reason for ignored in reading.ignored] == ["hidden"]


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
def test_a_table_in_html_under_the_name_xls(charset: str, tmp_path: Path, read: Callable[..., Reading]) -> None:
    page = (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head><body>'
        f"<table><tr>{''.join(f'<th>{heading}</th>' for heading in HEAD)}</tr>"
        "<tr><td>K1</td><td>党章<br>党规</td><td>4</td><td rowspan=2>党章党规党纪</td><td>2026-3-31</td><td>全体</td></tr>"
        "<tr><td>K2</td><td>纪&nbsp;律</td><td>3&#20803;</td><td>2026年9月30日</td><td>全体</td></tr></table></body></html>"
    )
    path = tmp_path / "课程.xls"
    path.write_bytes(page.encode("gb18030" if charset == "gb2312" else charset))
    (sheet,) = read(path).sheets
    assert (sheet.sheet, sheet.header_rows) == ("必修课程", [1])
    assert [(row.number, row["name"], row["hours"], row["category"]) for row in sheet.good] == [
        (2, "党章\n党规", 4, "discipline"),
        (3, "纪 律", 3, "discipline"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t"])
def test_separated_text_in_every_encoding(
    encoding: str, mark: str, tmp_path: Path, read: Callable[..., Reading]
) -> None:
    path = tmp_path / "课程.csv"
    path.write_bytes(text([HEAD, *ROWS], mark).encode(encoding))
    (sheet,) = read(path).sheets
    assert [(row.number, row["name"], row["deadline"]) for row in sheet.good] == [
        (2, "党章", date(2026, 3, 31)),
        (3, "形势", date(2026, 9, 30)),
    ]


def test_the_name_of_a_file_says_nothing(
    workbook: Callable[..., Path], tmp_path: Path, read: Callable[..., Reading]
) -> None:
    made = workbook("课程.xlsx", {"必修课程": [HEAD, *ROWS]})
    disguised = made.rename(tmp_path / "课程.xls")
    assert len(read(disguised).sheets[0].good) == 2
    assert open_file(disguised).format == "xlsx"


def test_rows_hidden_by_the_file_are_data(
    tmp_path: Path, workbook: Callable[..., Path], read: Callable[..., Reading]
) -> None:
    made = workbook("课程.xlsx", {"必修课程": [HEAD, *ROWS]})
    hidden = tmp_path / "隐藏.xlsx"
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(hidden, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b'<row r="3"', b'<row r="3" hidden="1"'))
    (sheet,) = read(hidden).sheets
    assert (len(sheet.good), sheet.hidden) == (2, 1)


def garbled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 200] = b"\0" * 200
    path.write_bytes(bytes(data))


def test_damaged_files_are_refused_with_a_sentence(tmp_path: Path, workbook: Callable[..., Path]) -> None:
    damaged = workbook("坏.xlsx", {"必修课程": [HEAD, *ROWS]})
    garbled(damaged)
    with pytest.raises(Unreadable, match=r"文件“坏\.xlsx”：.*请") as refusal:
        list(open_file(damaged).sheets)
    assert refusal.value.code == "file_damaged"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"  \r\n", "file_empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe\xfd", "file_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_damaged"),
        (b"PK\x03\x04 nothing of the kind", "file_damaged"),
        ("<html><body>没有表格</body></html>".encode(), "file_format"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "文件.xlsx"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as refusal:
        list(open_file(path).sheets)
    assert refusal.value.code == code


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"没有这个\.xlsx") as refusal:
        open_file(tmp_path / "没有这个.xlsx")
    assert refusal.value.code == "file_missing"


def test_other_packages_are_told_from_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "文档.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    with pytest.raises(Unreadable) as refusal:
        open_file(path)
    assert refusal.value.code == "file_format"


def test_a_package_that_unpacks_to_too_much_is_refused(tmp_path: Path, workbook: Callable[..., Path]) -> None:
    made = workbook("课程.xlsx", {"必修课程": [HEAD, *ROWS]})
    bomb = tmp_path / "大.xlsx"
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
        with target.open("xl/media/zeros.bin", "w", force_zip64=True) as member:
            for _ in range(301):
                member.write(b"\0" * 2**20)
    with pytest.raises(Unreadable, match="300 MB") as refusal:
        open_file(bomb)
    assert refusal.value.code == "file_too_large"


def test_a_cell_far_away_does_not_fill_the_memory(tmp_path: Path, workbook: Callable[..., Path]) -> None:
    far = workbook("远.xlsx", {"必修课程": [HEAD, *ROWS]})
    with zipfile.ZipFile(far) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", cell)
    with zipfile.ZipFile(far, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    with pytest.raises(Unreadable, match="1048576 行") as refusal:
        open_file(far)
    assert refusal.value.code == "file_too_large"


def test_formats_far_below_the_data_do_no_harm(workbook: Callable[..., Path], read: Callable[..., Reading]) -> None:
    made = workbook("远.xlsx", {"必修课程": [HEAD, *ROWS]})
    with zipfile.ZipFile(made) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    styled = b'<row r="1048576"><c r="G1048576" s="0"/></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", styled)
    with zipfile.ZipFile(made, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    (sheet,) = read(made).sheets
    assert (len(sheet.good), sheet.skipped) == (2, 0)


def test_text_without_headings_has_one_sheet(tmp_path: Path) -> None:
    path = tmp_path / "行.csv"
    path.write_text("a,b\n1\n", encoding="utf-8")
    assert only(path).rows == [["a", "b"], ["1", ""]]

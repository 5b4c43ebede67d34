"""Headings as people vary them, tables that begin lower down, and columns that only their content tells."""

from collections.abc import Callable
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.imports.directory import Known, KnownOrganization, Person
from zhibu_core.imports.formats.sheet import Sheet
from zhibu_core.imports.headings import Headings
from zhibu_core.imports.layout import Finder
from zhibu_core.imports.profile import SheetKind, load_profile
from zhibu_core.imports.reading import read_files
from zhibu_core.imports.result import Reading
from zhibu_core.imports.unreadable import Unreadable

BRANCH = KnownOrganization("11", "第一党支部", "一支部")
PEOPLE = [
    [
        "张伟",
        "第一党支部",
        "99030119851115123X",
        "男",
        date(1985, 11, 15),
        date(2010, 7, 1),
        date(2011, 7, 1),
        "19900000001",
        "G000012",
    ],
    [
        "李娜",
        "一支部",
        "99010119900307004X",
        "女",
        date(1990, 3, 7),
        date(2012, 7, 1),
        date(2013, 7, 1),
        "19900000002",
        "G000013",
    ],
]
ROSTER = [
    "姓名",
    "所在党支部",
    "公民身份证号",
    "性别",
    "出生日期",
    "加入党组织日期",
    "转为正式党员日期",
    "手机号",
    "工号/学号",
]


@pytest.fixture
def known() -> Known:
    """A tenant that holds the branch and both people."""
    people = [Person(row[2], row[0], row[8], branches={"11"}) for row in PEOPLE]
    return Known([BRANCH], people, {row[2]: row[2] for row in PEOPLE}.get)


@pytest.mark.parametrize(
    ("profile", "written", "key"),
    [
        ("roster", "*身份证号码", "citizen_id"),
        ("roster", "公民身份证编号*", "citizen_id"),
        ("roster", "党员姓名", "name"),
        ("roster", "手机号码(必填)", "phone"),
        ("roster", "支部", "organization"),
        ("roster", "加入组织时间", "joined"),
        ("roster", "月应缴党费", "monthly_dues"),
        ("roster", "缴至年月", "paid_until"),
        ("roster", "是否流动", "mobile"),
        ("roster", "转为\n正式党员日期", "full_on"),
        ("roster", "籍  贯", "native_place"),
        ("roster", "学号/工号", "number"),
        ("meeting", "应到名单", "due"),
        ("meeting", "开始日期", "start"),
        ("meeting", "支部名称", "organization"),
        ("case", "上级党委同意时间", "agreed"),
        ("case", "递交入党申请书时间", "applied"),
        ("dues", "交费类型", "payer"),
        ("dues", "应缴金额（元）", "due_amount"),
        ("organization", "组织编码", "code"),
        ("organization", "上级组织编号", "parent_code"),
        ("course", "课程编号", "code"),
        ("term", "最近换届时间", "last_election"),
    ],
)
def test_variations_name_the_same_column(profile: str, written: str, key: str, kinds: list[SheetKind]) -> None:
    found = Headings(next(kind.profile for kind in kinds if kind.profile.key == profile)).find(written)
    assert found is not None
    assert found.key == key


def test_no_heading_of_a_profile_means_another_of_its_columns(kinds: list[SheetKind]) -> None:
    for kind in kinds:
        headings = Headings(kind.profile)
        for column in kind.profile.columns:
            for variant in (
                column.heading,
                column.heading.replace("日期", "时间"),
                column.heading.replace("人员", "名单"),
                f"*{column.heading}",
            ):
                assert headings.find(variant) is column, (kind.profile.key, variant)


@pytest.mark.parametrize("written", ["序号", "校区", "录入时间", "备用一", ""])
def test_strange_headings_stay_strange(written: str, kinds: list[SheetKind]) -> None:
    roster = next(kind.profile for kind in kinds if kind.profile.key == "roster")
    assert Headings(roster).find(written) is None


@given(st.permutations(range(len(ROSTER))), st.integers(0, 3))
def test_columns_in_any_order_with_strangers_between(order: list[int], at: int) -> None:
    profile = load_profile(files("zhibu_core.organization").joinpath("profiles", "roster.toml"))
    row = [ROSTER[place] for place in order]
    row.insert(at, "校区")
    layout = Finder([SheetKind(profile)]).find(Sheet("表", [["某单位名单"], ["填表说明：如实填写"], ["序号", *row]]))
    assert layout is not None
    assert layout.header_rows == [3]
    assert {layout.headings[place] for place in layout.bound.values()} == set(ROSTER)


def test_a_table_with_everything_around_it(
    workbook: Callable[..., Path], read: Callable[..., Reading], known: Known
) -> None:
    groups = ["序号", "基本信息", "", "", "", "", "党籍", "", "联系", "编号"]
    heads = ["", "姓名*", "支部", "身份证\n号码", "性 别", "出生时间", "入党时间", "转正时间", "手机号码", "工号/学号"]
    people = [[number, *person] for number, person in enumerate(PEOPLE, 1)]
    rows = [
        ["某某大学党员信息表"], ["填报单位：组织部，请核对后上报。"], groups, heads, people[0], [""], people[1], people[0],
        [3], groups, heads, ["合  计", 2], ["注：本表一式两份。"], ["填表人：张三  审核人："],
    ]  # fmt: skip
    reading = read(
        workbook("名单.xlsx", {"Sheet1": rows}, merges=["A1:J1", "A3:A4", "B3:F3", "G3:H3", "J3:J4"]), known=known
    )
    (sheet,) = reading.sheets
    assert (sheet.profile.key, sheet.header_rows, sheet.rows) == ("roster", [3, 4], 3)
    assert [row.number for row in sheet.good] == [5, 7]
    assert [(repeat.number, repeat.of) for repeat in sheet.repeats] == [(8, 5)]
    assert sheet.skipped == 7


@pytest.mark.parametrize("heading", ROSTER)
def test_a_column_with_an_unheard_of_heading_is_known_by_what_it_holds(
    heading: str, workbook: Callable[..., Path], read: Callable[..., Reading], known: Known
) -> None:
    heads = ["本栏" if name == heading else name for name in ROSTER]
    rows = [
        ["序号", *heads, "录入时间", "校区"],
        *([n, *person, f"2026-10-1{n}", "东区"] for n, person in enumerate(PEOPLE)),
    ]
    (sheet,) = read(workbook("名单.xlsx", {"花名册": rows}), known=known).sheets
    row = sheet.good[0]
    assert len(sheet.good) == 2
    assert (row["name"], row["organization"], row["citizen_id"], row["birth"]) == (
        "张伟",
        "11",
        "99030119851115123X",
        date(1985, 11, 15),
    )
    assert (row["joined"], row["full_on"], row["phone"], row["number"]) == (
        date(2010, 7, 1),
        date(2011, 7, 1),
        "19900000001",
        "G000012",
    )


def test_beginning_and_end_are_told_apart_by_their_order(
    workbook: Callable[..., Path], read: Callable[..., Reading], known: Known
) -> None:
    start, end = datetime(2026, 5, 6, 14), datetime(2026, 5, 6, 16)
    rows: list[list[Any]] = [["党支部", "活动类型", "甲", "乙", "应到人员", "实到人员"]]
    rows += [
        ["一支部", "党课", end.replace(day=day), start.replace(day=day), "张伟、李娜", "张伟(0012) 李娜"]
        for day in (6, 7, 8)
    ]
    (sheet,) = read(workbook("会议.xlsx", {"会议": rows}), known=known).sheets
    assert [(row["start"].hour, row["end"].hour) for row in sheet.good] == [(14, 16)] * 3
    assert [person.number for person in sheet.good[0]["present"]] == ["G000012", "G000013"]


def test_a_strange_column_of_days_is_not_taken_for_an_empty_one(
    workbook: Callable[..., Path], read: Callable[..., Reading], known: Known
) -> None:
    rows = [["党组织", "党内职务", "姓名", "工号/学号", "任职日期", "栏", "建档"]]
    rows += [
        ["一支部", "书记", "张伟", "G000012", "2024-05", "", "2026-10-01"],
        ["一支部", "组织委员", "李娜", "G000013", "2024-05", "", "2026-10-02"],
    ]
    (sheet,) = read(workbook("任职.xlsx", {"任职": rows}), known=known).sheets
    assert [row["until"] for row in sheet.good] == [None, None]


def test_sheets_that_hold_no_data_are_left_out_with_a_reason(
    workbook: Callable[..., Path], read: Callable[..., Reading], known: Known
) -> None:
    roster = [ROSTER, *PEOPLE]
    sheets = {
        "名单": roster,
        "填表说明": [["一、如实填写。"], ["二、按月上报。"]],
        "旧表": roster,
        "统计": [["项", "数", "比", "值"], [1, 2, 3, 4]],
        "空": [],
    }
    reading = read(workbook("名单.xlsx", sheets, hidden=["旧表"]), known=known)
    assert [sheet.sheet for sheet in reading.sheets] == ["名单"]
    assert {left.sheet: left.reason for left in reading.ignored} == {
        "填表说明": "instructions", "旧表": "hidden", "统计": "no_profile", "空": "empty",
    }  # fmt: skip


def test_a_file_where_nothing_fits_is_refused(workbook: Callable[..., Path], read: Callable[..., Reading]) -> None:
    with pytest.raises(Unreadable, match="表头") as refusal:
        read(workbook("别的.xlsx", {"统计": [["项", "数", "比", "值"], [1, 2, 3, 4]]}))
    assert refusal.value.code == "file_no_profile"
    with pytest.raises(Unreadable, match="隐藏"):
        read(workbook("藏.xlsx", {"空": [], "名单": [ROSTER, *PEOPLE]}, hidden=["名单"]))


def test_a_missing_required_column_is_named(
    workbook: Callable[..., Path], read: Callable[..., Reading], known: Known
) -> None:
    rows = [[cell for place, cell in enumerate(row) if place != 2] for row in (ROSTER, *PEOPLE)]
    with pytest.raises(Unreadable, match="公民身份证号") as refusal:
        read(workbook("名单.xlsx", {"名单": rows}), known=known)
    assert refusal.value.code == "column_missing"


def test_a_sheet_of_a_plugin_that_is_off_is_refused_by_name(
    workbook: Callable[..., Path], kinds: list[SheetKind]
) -> None:
    path = workbook(
        "课程.xlsx", {"必修课程": [["课程代码", "课程名称", "学时", "内容类别"], ["K1", "党章", 4, "政治理论"]]}
    )
    on = [kind for kind in kinds if kind.profile.key != "course"]
    off = [kind for kind in kinds if kind.profile.key == "course"]
    with pytest.raises(Unreadable, match="必修课程") as refusal:
        read_files([path], on, Known(), date(2026, 10, 31), off=off)
    assert refusal.value.code == "plugin_off"

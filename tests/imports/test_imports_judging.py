"""Rows against each other, against other files and against what the tenant holds."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from zhibu_core.imports.directory import Known, KnownOrganization, Person
from zhibu_core.imports.result import Reading

TREE = ["组织代码", "组织名称", "组织简称", "组织类别", "上级组织代码"]
ROSTER = ["姓名", "所在党支部", "公民身份证号", "性别", "出生日期", "加入党组织日期", "转为正式党员日期", "工号/学号"]
MEETING = ["党支部", "活动类型", "开始时间", "结束时间", "应到人员", "实到人员", "迟到人员", "缺席人员"]
ROOT = ["1", "测试党委", "党委", "党委", ""]
FIRST = ["11", "第一党支部", "一支部", "党支部", "1"]
ZHANG = ["张伟", "一支部", "99030119851115123X", "男", "1985-11-15", "2010-07-01", "2011-07-01", "G0012"]
LI = ["李娜", "一支部", "99010119900307004X", "女", "1990-03-07", "2012-07-01", "2013-07-01", "G0013"]
TWIN = ["张伟", "一支部", "990101200002290011", "男", "2000-02-29", "2019-07-01", "", "G1044"]
KNOWN = Known([KnownOrganization("1", "测试党委"), KnownOrganization("11", "第一党支部", "一支部", "1")])

Verdict = Callable[..., list[tuple[int, str, str]]]


@pytest.fixture
def judge(workbook: Callable[..., Path], read: Callable[..., Reading]) -> Callable[..., Reading]:
    """Reads tables given as rows below a heading row, each in a workbook of its own."""

    def run(*tables: Sequence[Sequence[Any]], known: Known = KNOWN) -> Reading:
        paths = [workbook(f"{number}.xlsx", {"表": table}) for number, table in enumerate(tables)]
        return read(*paths, known=known)

    return run


def wrong(reading: Reading, at: int = 0) -> list[tuple[int, str, str]]:
    return [(row.number, row.column.key, row.code) for row in reading.sheets[at].wrong]


def test_a_circle_makes_every_row_on_it_wrong_and_what_hangs_on_it_an_orphan(judge: Callable[..., Reading]) -> None:
    rows = [
        ["A", "甲", "", "党委", "C"],
        ["B", "乙", "", "党委", "A"],
        ["C", "丙", "", "党委", "B"],
        ["D", "丁", "", "党委", "C"],
    ]
    reading = judge([TREE, ROOT, *rows], known=Known())
    assert wrong(reading) == [
        (3, "parent_code", "parent_cycle"),
        (4, "parent_code", "parent_cycle"),
        (5, "parent_code", "parent_cycle"),
        (6, "parent_code", "parent_unknown"),
    ]


def test_a_circle_may_lead_through_what_the_tenant_holds(judge: Callable[..., Reading]) -> None:
    reading = judge([TREE, ["1", "测试党委", "", "党委", "11"]])
    assert wrong(reading) == [(2, "parent_code", "parent_cycle")]


def test_an_organization_that_is_its_own_parent(judge: Callable[..., Reading]) -> None:
    assert wrong(judge([TREE, ["9", "某党委", "", "党委", "9"]])) == [(2, "parent_code", "parent_cycle")]


def test_the_later_of_two_codes_is_wrong_unless_the_earlier_is_refused(judge: Callable[..., Reading]) -> None:
    again = ["11", "另一个支部", "", "党支部", "1"]
    refused = ["12", "第二支部", "", "党工团", "1"]
    good = ["12", "第二党支部", "", "党支部", "1"]
    reading = judge([TREE, ROOT, FIRST, again, refused, good], known=Known())
    assert wrong(reading) == [(4, "code", "code_duplicate"), (5, "kind", "kind_unknown")]


def test_parents_may_stand_in_another_file_and_be_named_by_name(judge: Callable[..., Reading]) -> None:
    named = [
        [*TREE, "上级组织名称"],
        ["11", "第一党支部", "", "党支部", "", "测试党委"],
        ["12", "第二党支部", "", "党支部", "", "没有的党委"],
    ]
    reading = judge(named, [TREE, ROOT], known=Known())
    assert wrong(reading) == [(3, "parent_code", "parent_unknown")]


def test_a_roster_alone_rests_on_what_the_tenant_holds(judge: Callable[..., Reading]) -> None:
    reading = judge([ROSTER, ZHANG, ["王五", "二支部", *LI[2:]], [*LI[:1], "11", *LI[2:]]])
    assert wrong(reading) == [(3, "organization", "org_unknown")]
    assert [row["organization"] for row in reading.sheets[0].good] == ["11", "11"]


def test_members_of_a_refused_organization_are_refused(judge: Callable[..., Reading]) -> None:
    reading = judge([ROSTER, ZHANG], [TREE, ["11", "第一党支部", "一支部", "党支部", "没有"]], known=Known())
    assert (wrong(reading, 0), wrong(reading, 1)) == (
        [(2, "organization", "org_unknown")],
        [(2, "parent_code", "parent_unknown")],
    )


def test_names_that_several_organizations_share_are_no_name(judge: Callable[..., Reading]) -> None:
    known = Known(
        [KnownOrganization("11", "第一党支部", "一支部"), KnownOrganization("21", "总装第一党支部", "一支部")]
    )
    reading = judge([ROSTER, ZHANG, ["李娜", "第一党支部", *LI[2:]]], known=known)
    assert wrong(reading) == [(2, "organization", "org_unknown")]


def test_one_error_a_row_in_the_order_of_the_profile_whatever_the_file_does(judge: Callable[..., Reading]) -> None:
    both = ["张伟", "没有的支部", "123", "男", "1985.13.45", "", "2011-07-01", "G0012"]
    backwards = [ROSTER[::-1], both[::-1]]
    assert wrong(judge([ROSTER, both])) == wrong(judge(backwards)) == [(2, "organization", "org_unknown")]


@pytest.mark.parametrize(
    ("place", "value", "key", "code"),
    [
        (2, "990301198511151230", "citizen_id", "id_check_digit"),
        (3, "女", "sex", "id_sex_mismatch"),
        (4, "1985-11-16", "birth", "id_birth_mismatch"),
        (5, "2003-11-14", "joined", "joined_before_18"),
        (6, "2010-06-30", "full_on", "full_before_joined"),
        (6, "2026-11-01", "full_on", "date_future"),
    ],
)
def test_comparisons_within_a_row(place: int, value: str, key: str, code: str, judge: Callable[..., Reading]) -> None:
    row = [*ZHANG[:place], value, *ZHANG[place + 1 :]]
    assert wrong(judge([ROSTER, row])) == [(2, key, code)]


def test_the_eighteenth_birthday_counts_and_an_empty_birth_date_is_taken_from_the_number(
    judge: Callable[..., Reading],
) -> None:
    on_the_day = [*ZHANG[:4], "", "2003-11-15", *ZHANG[6:]]
    too_early = [*LI[:4], "", "2008-03-06", *LI[6:]]
    assert wrong(judge([ROSTER, on_the_day, too_early])) == [(3, "joined", "joined_before_18")]


def test_people_are_told_apart_by_both_numbers(judge: Callable[..., Reading]) -> None:
    same_id = ["赵六", "一支部", *ZHANG[2:7], "G0099"]
    same_number = [*LI[:7], "G0012"]
    assert wrong(judge([ROSTER, ZHANG, same_id, same_number])) == [
        (3, "citizen_id", "id_duplicate"),
        (4, "number", "code_duplicate"),
    ]


def test_a_repeat_is_an_earlier_row_however_it_is_written(judge: Callable[..., Reading]) -> None:
    dressed = ["张　伟", "第一党支部", "'99030119851115123x", "1", "1985年11月15日", "20100701", "2011.7.1", "G0012"]
    dressed[1] = "一支部"
    reading = judge([ROSTER, ZHANG, LI, dressed, ZHANG])
    assert [(repeat.number, repeat.of) for repeat in reading.sheets[0].repeats] == [(4, 2), (5, 2)]
    assert len(reading.sheets[0].good) == 2


def test_an_exact_copy_of_a_refused_row_repeats_it_another_spelling_is_judged(judge: Callable[..., Reading]) -> None:
    bad = [*ZHANG[:6], "2010-06-30", "G0012"]
    spelled = [*ZHANG[:6], "2010年6月30日", "G0012"]
    reading = judge([ROSTER, bad, bad, spelled])
    assert [(repeat.number, repeat.of) for repeat in reading.sheets[0].repeats] == [(3, 2)]
    assert wrong(reading) == [(2, "full_on", "full_before_joined"), (4, "full_on", "full_before_joined")]


def test_two_files_of_one_profile_are_compared_and_speak_of_the_same_people(judge: Callable[..., Reading]) -> None:
    moved = [*ZHANG[:7], "G0012"]
    reading = judge([ROSTER, ZHANG, LI], [ROSTER, moved])
    assert not reading.refused
    assert reading.sheets[0].subjects[0] is reading.sheets[1].subjects[0]


def test_people_of_the_tenant_keep_their_key(judge: Callable[..., Reading]) -> None:
    held = [Person("p1", "张卫", "G0012", branches={"11"}), Person("p2", "李娜", "G1044", branches={"11"})]
    known = Known(KNOWN.organizations, held, {ZHANG[2]: "p1", LI[2]: "p2"}.get)
    reading = judge([ROSTER, ZHANG, LI, TWIN], known=known)
    assert [person.key for person in reading.sheets[0].subjects] == ["p1", "p2"]
    assert [person.number for person in reading.sheets[0].subjects] == ["G0012", "G0013"]
    assert wrong(reading) == [(4, "number", "code_duplicate")], "the number of somebody else"


def test_namesakes_are_told_apart_by_the_end_of_their_number(judge: Callable[..., Reading]) -> None:
    def meeting(present: str, day: int) -> list[str]:
        return ["一支部", "党课", f"2026-05-0{day} 14:00", "15:30", "", present, "", ""]

    rows = [
        meeting(names, day)
        for day, names in enumerate(("张伟(0012)、李娜", "张伟（1044）", "张伟", "张伟(9999)", "李娜(0013)"), 1)
    ]
    reading = judge([MEETING, *rows], [ROSTER, ZHANG, LI, TWIN])
    assert wrong(reading) == [(4, "present", "person_unknown"), (5, "present", "person_unknown")]
    assert [[person.number for person in row["present"]] for row in reading.sheets[0].good] == [
        ["G0012", "G0013"],
        ["G1044"],
        ["G0013"],
    ]
    assert [f"{row['end']:%m-%d %H:%M}" for row in reading.sheets[0].good] == [
        "05-01 15:30",
        "05-02 15:30",
        "05-05 15:30",
    ]


def test_lists_and_times_of_a_meeting(judge: Callable[..., Reading]) -> None:
    start = "2026-05-06 14:00"
    rows = [
        ["一支部", "党课", start, "2026-05-06 13:00", "", "", "", ""],
        ["一支部", "党课", start, "", "张伟,李娜", "张伟", "", "李娜 张伟"],
        ["没有", "党课", start, "", "查无此人", "", "", ""],
        ["一支部", "党课", start, "", "查无此人", "查无此人", "", ""],
        ["一支部", "党课", start, "", "", "", "", ""],
    ]
    reading = judge([MEETING, *rows], [ROSTER, ZHANG, LI])
    assert wrong(reading) == [
        (2, "end", "time_reversed"),
        (3, "absent", "person_present_and_absent"),
        (4, "organization", "org_unknown"),
        (5, "due", "person_unknown"),
    ]


def test_a_number_with_another_name_is_nobody(judge: Callable[..., Reading]) -> None:
    heads = ["姓名", "工号/学号", "学习日期", "学时", "课程代码"]
    rows = [
        ["张　伟", "G0012", "2026-05-06", "3", "K1"],
        ["李娜", "G0012", "2026-05-06", "3", ""],
        ["李娜", "G0013", "2026-05-06", "3", "K9"],
    ]
    courses = [["课程代码", "课程名称", "学时", "完成期限"], ["K1", "党章", "4", "2027-01-01"]]
    reading = judge([heads, *rows], [ROSTER, ZHANG, LI], courses)
    assert wrong(reading) == [(3, "number", "person_unknown"), (4, "course", "course_unknown")]
    held = Known(KNOWN.organizations, (), codes={"course.code": {"K9"}})
    assert wrong(judge([heads, *rows], [ROSTER, ZHANG, LI], known=held)) == [
        (2, "course", "course_unknown"),
        (3, "number", "person_unknown"),
    ]


def test_terms_that_are_over_are_findings_not_errors(judge: Callable[..., Reading]) -> None:
    heads = ["党组织", "届次", "任期开始", "任期届满", "备注"]
    ends = ["2026-10-31", "2026-10-30", "2025-11-01", "2025-10-31", "2030-01-01"]
    reading = judge([heads, *(["第一党支部", str(n), "2020-01-01", end, "已请示延期"] for n, end in enumerate(ends))])
    assert [(found.number, found.finding.code) for found in reading.sheets[0].findings] == [
        (3, "term_overdue"),
        (4, "term_overdue"),
        (5, "term_overdue_1y"),
    ]
    assert "超期1天" in reading.sheets[0].findings[0].finding.message.zh
    assert reading.sheets[0].good[0]["end"] == date(2026, 10, 31)


def test_progress_goes_from_nothing_to_nearly_all(workbook: Callable[..., Path], read: Callable[..., Reading]) -> None:
    told: list[tuple[str, float]] = []
    read(
        workbook("甲.xlsx", {"表": [TREE, ROOT]}),
        workbook("乙.xlsx", {"表": [TREE, ["2", "另一党委", "", "党委", "1"]]}),
        progress=lambda file, share: told.append((file, share)),
    )
    assert {file for file, _ in told} == {"甲.xlsx", "乙.xlsx"}
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert told[0][1] == 0

"""Numbers, phones, names, lists and words in the ways clerks write them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.imports.dates import BASE_1900
from zhibu_core.imports.names import Label, read_label, read_name, read_names, read_words
from zhibu_core.imports.numbers import read_mobile, read_number, to_fen
from zhibu_core.imports.profile import Choice, Column
from zhibu_core.imports.values import Bad, Coarse, Setting, read_column, show

SETTING = Setting(date(2026, 10, 31), BASE_1900)
WIDE = {ord("0") + i: 0xFF10 + i for i in range(10)}


def one(cell: object, kind: Any, **more: Any) -> Any:
    """A cell read as a column of this kind."""
    return read_column([cell], Column(key="c", heading="列", kind=kind, **more), SETTING)[0]


@given(st.decimals(0, 9_999_999, places=2))
def test_a_number_is_the_same_however_it_is_dressed(number: Decimal) -> None:
    for written in (
        f"{number}",
        f"{number:,}",
        f"{number}元",
        f"¥{number:,}",
        f" {number} 元/月 ",
        f"{number}".translate(WIDE),
        float(number),
    ):
        assert read_number(written) == number
    assert to_fen(number) == int(number * 100)
    assert read_number(f"-{number}") == -number


@pytest.mark.parametrize(
    "written", ["三小时", "八", "约80", "80左右", "1.2.3", "12,34", "", "元", "0x10", "1e9999", True, float("inf")]
)
def test_what_is_no_number_is_not_guessed(written: object) -> None:
    assert read_number(written) is None


@pytest.mark.parametrize(
    ("written", "number"),
    [("3学时", 3), ("4.5 小时", Decimal("4.5")), ("1.2万元", 12000), ("第3届", 3),
     ("１，２３４．５０", Decimal("1234.5")), (79.41000000000001, Decimal("79.41"))],
)  # fmt: skip
def test_units_fall_away(written: object, number: object) -> None:
    assert read_number(written) == number


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_number_is_eleven_digits(number: str) -> None:
    for written in (
        number,
        int(number),
        float(number),
        f"{number[:3]}-{number[3:7]}-{number[7:]}",
        number.translate(WIDE),
        f"+86 {number}",
    ):
        assert read_mobile(written) == number
    assert read_mobile(number[:10]) is None
    assert read_mobile(f"{number}5") is None


@pytest.mark.parametrize(
    ("written", "name"),
    [("张　伟", "张伟"), (" 刘丽梅\u00a0", "刘丽梅"), ("阿依古丽•艾山", "阿依古丽·艾山"),
     ("阿依古丽.艾山", "阿依古丽·艾山"), ("古丽 ‧ 木沙", "古丽·木沙"),
     ("John Smith", "John Smith"), ("李\U0002b627", "李\U0002b627"), ("张 伟(0012)", "张伟(0012)")],
)  # fmt: skip
def test_one_name(written: str, name: str) -> None:
    assert read_name(written) == name


@given(
    st.lists(st.sampled_from(["张伟(0012)", "王芳", "阿依古丽·艾山", "李\U0002b627"]), min_size=1, max_size=6),
    st.sampled_from("、，,；; \n\u3000"),
)
def test_lists_of_names_are_cut_at_every_mark(names: list[str], mark: str) -> None:
    assert read_names(f"{mark} ".join(names) + mark) == tuple(names)


def test_labels_of_namesakes_and_words_of_kinds() -> None:
    assert read_label("张伟(0012)") == Label("张伟", "0012")
    assert read_label("张伟(线上)") == Label("张伟", "")
    assert read_names("张伟（0012）、无") == ("张伟(0012)",)
    assert read_words("党课+主题党日/支委会 民主评议") == ("党课", "主题党日", "支委会", "民主评议")


@pytest.mark.parametrize(
    ("written", "value"),
    [("√", True), ("是", True), (True, True), ("1", True), (1.0, True), ("×", False), ("否", False), ("無", None)],
)
def test_ticks(written: object, value: bool | None) -> None:
    assert one(written, "bool") == (value if value is not None else Bad("kind_unknown", "無"))


def test_choices_by_label_synonym_or_short_form() -> None:
    ethnic = {
        "choices": (Choice("汉族", "汉族"), Choice("回族", "回族")),
        "optional_ending": "族",
        "code": "ethnic_unknown",
    }
    assert [one(cell, "choice", **ethnic) for cell in ("汉", " 回族 ", "天狼族", "")] == [
        "汉族",
        "回族",
        Bad("ethnic_unknown", "天狼族"),
        None,
    ]
    sex = {"choices": (Choice("male", "男", ("1",)), Choice("female", "女", ("2",))), "code": "kind_unknown"}
    assert [one(cell, "choice", **sex) for cell in (1.0, "2", "女 ")] == ["male", "female", "female"]
    kinds = {
        "choices": (Choice("party_class", "党课", ("上党课",)), Choice("study", "集中 学习")),
        "code": "kind_unknown",
    }
    assert one("上党课、党课", "choices", **kinds) == ("party_class",)
    assert one("党课、神秘会议", "choices", **kinds) == Bad("kind_unknown", "神秘会议")
    assert one("集中学习", "choices", **kinds) == ("study",)


def test_days_by_kind_of_column() -> None:
    assert one("2023-07", "date") == Bad("date_unreadable", "2023-07")
    assert one("2023-07", "coarse") == Coarse(date(2023, 7, 1), "month")
    assert one("2026-11-01", "date") == Bad("date_future", "2026-11-01")
    assert one("2026-11-01", "date", future=True) == date(2026, 11, 1)
    assert one("2026年4月3日14:30", "datetime") == datetime(2026, 4, 3, 14, 30)
    assert one("14:30", "datetime") == Bad("date_unreadable", "14:30")
    assert one(202604.0, "month") == date(2026, 4, 1)
    assert one("2026-13", "month") == Bad("month_unreadable", "2026-13")
    assert one("—", "date") is None


def test_required_cells_and_limits() -> None:
    assert one("\u00a0 ", "name", required=True) == Bad("required_missing", "")
    assert one("40", "number", minimum=0, maximum=24) == Bad("number_range", "40")
    assert one("24", "number", minimum=0, maximum=24) == 24
    assert one("2.5", "int") == Bad("number_unreadable", "2.5")
    assert one("75元", "money") == 7500
    assert one(9.90101199003070e17, "citizen_id").code == "id_precision_lost"
    assert one("'99030119851115123x", "citizen_id") == "99030119851115123X"


def test_values_are_shown_as_people_write_them() -> None:
    money, month = Column(key="c", heading="列", kind="money"), Column(key="c", heading="列", kind="month")
    assert [show(value) for value in (None, True, Coarse(date(2023, 7, 1), "month"), datetime(2026, 4, 3, 9, 5))] == [
        "",
        "是",
        "2023-07",
        "2026-04-03 09:05",
    ]
    assert (show(7550, money), show(date(2026, 4, 1), month)) == ("75.50", "2026-04")

"""What is said about a refused row: where, what, and what to do; nothing private in full."""

import re
from pathlib import Path

import pytest

from zhibu_core.imports.messages import masked, message, shown_value
from zhibu_core.imports.profile import SheetKind
from zhibu_core.imports.result import Wrong

CODES = [
    "required_missing",
    "org_unknown",
    "parent_unknown",
    "parent_cycle",
    "code_duplicate",
    "kind_unknown",
    "id_precision_lost",
    "id_length",
    "id_characters",
    "id_check_digit",
    "id_birth_impossible",
    "id_birth_mismatch",
    "id_sex_mismatch",
    "id_duplicate",
    "joined_before_18",
    "full_before_joined",
    "date_future",
    "date_unreadable",
    "month_unreadable",
    "number_unreadable",
    "number_range",
    "phone_invalid",
    "ethnic_unknown",
    "person_unknown",
    "person_present_and_absent",
    "time_reversed",
    "category_unknown",
    "course_unknown",
    "payer_unknown",
    "role_unknown",
]


@pytest.fixture
def roster(kinds: list[SheetKind]) -> SheetKind:
    return next(kind for kind in kinds if kind.profile.key == "roster")


def refusal(kind: SheetKind, key: str, code: str, shown: str, heading: str = "") -> Wrong:
    column = kind.profile.column(key)
    return Wrong(17, column, heading or column.heading, code, shown, {})


def test_the_sentence_of_the_interface_guide(roster: SheetKind) -> None:
    wrong = refusal(roster, "joined", "date_unreadable", "2031-02-30", "入党日期")
    assert message(wrong) == "第17行“入党日期”：2031-02-30 不是有效日期。请改为实际日期，例如 2021-02-28。"
    assert message(wrong, "en").startswith("Row 17, “入党日期”: 2031-02-30 is no valid date.")


@pytest.mark.parametrize("code", CODES)
def test_every_error_says_what_is_wrong_and_what_to_do(code: str, kinds: list[SheetKind]) -> None:
    for kind in kinds:
        for column in kind.profile.columns:
            chinese = message(refusal(kind, column.key, code, "某值"))
            assert re.fullmatch(r"第17行“[^“”]+”：.+。(?:请|如).+。", chinese), chinese
            assert "{" not in chinese
            assert not re.search(r"非法|失败|错误|[!！]", chinese)
            assert "{" not in message(refusal(kind, column.key, code, "x"), "en")


def test_every_error_a_profile_can_raise_has_a_sentence(kinds: list[SheetKind]) -> None:
    raised = {
        code for kind in kinds for column in kind.profile.columns for code in (column.code, column.unique) if code
    }
    raised |= {said.code for kind in kinds for said in kind.profile.comparisons}
    assert raised <= set(CODES)


def test_sensitive_values_are_covered(roster: SheetKind) -> None:
    assert masked("110105194912310021", "citizen_id") == "110***********0021"
    assert masked("13800001234", "phone") == "138****1234"
    assert masked("云汀市学府路47号", "text") == "云**"
    assert masked("12", "phone") == "1**"
    assert masked("张伟", "") == "张伟"
    wrong = refusal(roster, "citizen_id", "id_check_digit", "990301198511151230")
    assert shown_value(wrong) == "990***********1230"
    assert "1985" not in message(wrong)


def test_long_values_are_cut_and_ranges_named(kinds: list[SheetKind]) -> None:
    training = next(kind for kind in kinds if kind.profile.key == "training")
    assert "0 至 24 之间的数" in message(refusal(training, "hours", "number_range", "40"))
    assert "0 to 24" in message(refusal(training, "hours", "number_range", "40"), "en")
    long = refusal(training, "category", "category_unknown", "很" * 100)
    assert shown_value(long).endswith("…")
    assert "政治理论" in message(long)


def test_sentences_use_full_width_punctuation() -> None:
    source = (Path(__file__).parents[2] / "core/zhibu_core/imports/sentences.toml").read_text(encoding="utf-8")
    chinese = [line for line in source.splitlines() if line.startswith("zh")]
    assert len(chinese) == len(CODES)
    assert not [line for line in chinese if re.search("[\u4e00-\u9fff][,;:?]|[,;:?][\u4e00-\u9fff]", line)]

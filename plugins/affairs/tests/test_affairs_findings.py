"""Rows of the two ledgers that break a rule: the mapping from columns to cases and dues."""

from datetime import date
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_affairs.development import RULES
from zhibu_affairs.findings import case_findings, case_of, dues_findings
from zhibu_core.imports.profile import load_profile
from zhibu_core.words import Words

TODAY = date(2026, 10, 31)
LAWFUL = {
    "birth": "2000-03-07", "applied": "2024-09-01", "talk": "2024-09-20", "activist": "2025-01-10", "filed": "2025-01-20",
    "proposed": "2026-06-01", "agreed": "2026-06-05", "notice_from": "2026-06-08", "notice_to": "2026-06-15",
    "review_on": "2026-06-20", "train_from": "2026-06-22", "train_to": "2026-06-24", "prereview": "2026-07-01",
    "vote_on": "2026-07-20", "approval_talk": "2026-08-10", "approved": "2026-08-15", "oath": "2026-09-01",
}  # fmt: skip


def row(**changes: Any) -> dict[str, Any]:
    """A lawful case under the 2026 text, as the importer reads it, with some cells changed."""
    profile = load_profile(files("zhibu_affairs").joinpath("profiles", "case.toml"))
    cells: dict[str, Any] = dict.fromkeys(profile.index)
    cells |= {key: date.fromisoformat(day) for key, day in LAWFUL.items()}
    cells |= {"introducers": ("张伟", "李娜"), "review_result": "passed", "train_hours": 24, "ballot": "无记名投票"}
    cells |= {"voters": 20, "voters_present": 18, "yes": 17, "approver": "中共测试大学委员会"}
    return cells | changes


def codes(**changes: Any) -> list[str]:
    return [finding.code for finding in case_findings(row(**changes), TODAY)]


def test_a_lawful_row_breaks_nothing() -> None:
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"introducers": ("张伟",)}, "INTRO2"),
        ({"introducers": None}, "INTRO2"),
        ({"review_result": "failed"}, "REVIEW"),
        ({"review_result": None}, "REVIEW"),
        ({"ballot": "举手表决"}, "VOTE_SECRET"),
        ({"yes": 10}, "VOTE_MAJORITY"),
        ({"agreed": None}, "HIGHER_AGREE"),
        ({"approval_talk": date(2026, 8, 16)}, "TALK_BEFORE"),
        ({"approver": "中共测试大学图书馆总支部委员会"}, "APPROVER"),
        ({"notice_to": date(2026, 6, 11)}, "NOTICE5"),
        ({"train_hours": 16, "train_from": date(2026, 6, 23)}, "TRAINING"),
        ({"birth": date(2006, 9, 2)}, "AGE18"),
    ],
)
def test_one_changed_cell_breaks_one_rule(changes: dict[str, Any], code: str) -> None:
    assert codes(**changes) == [code]


def test_half_the_voters_are_neither_quorum_nor_majority() -> None:
    assert codes(voters_present=10, yes=10) == ["VOTE_MAJORITY", "VOTE_QUORUM"]


def test_what_nobody_recorded_is_not_held_against_the_case() -> None:
    assert codes(voters=None, ballot=None, approver=None) == []
    assert case_of(row(voters=None)).facts.vote is None


def test_every_rule_has_its_sentence_and_article() -> None:
    source = files("zhibu_affairs").joinpath("development", "sentences.toml")
    sentences = msgspec.toml.decode(source.read_bytes(), type=dict[str, Words])
    assert set(sentences) == {rule.code for rule in RULES}
    (finding,) = case_findings(row(introducers=()), TODAY)
    assert finding.article.zh == "《中国共产党发展党员工作细则》第14条"
    assert finding.message.zh.endswith("。")


@given(
    st.sampled_from(["monthly_salary", "annual_salary", "retired", "student"]),
    st.integers(0, 3_000_000),
    st.integers(-5, 5),
)
def test_dues_are_wrong_by_a_single_fen(payer: str, base: int, slip: int) -> None:
    right = dues_of(payer, base)
    found = dues_findings({"payer": payer, "base": base, "due_amount": right + slip}, TODAY)
    assert [finding.code for finding in found] == (["dues_amount_wrong"] if slip else [])


def dues_of(payer: str, base: int) -> int:
    """The rule once more, by slices of the table in domain.md 6, in whole fen, rounded half up."""
    if payer == "student":
        return 20
    steps = (
        [(500_000, 50), (None, 100)]
        if payer == "retired"
        else [(300_000, 50), (500_000, 100), (1_000_000, 150), (None, 200)]
    )
    rate = next(rate for top, rate in steps if top is None or base <= top)
    return (base * rate * 2 + 10_000) // 20_000


@pytest.mark.parametrize("missing", ["payer", "due_amount"])
def test_dues_without_payer_or_amount_are_left(missing: str) -> None:
    assert not dues_findings({"payer": "retired", "base": 500_000, "due_amount": 1} | {missing: None}, TODAY)


def test_the_sentence_names_both_amounts() -> None:
    (finding,) = dues_findings({"payer": "retired", "base": 500_000, "due_amount": 2600}, TODAY)
    assert "26.00 元" in finding.message.zh
    assert "25.00 元" in finding.message.zh

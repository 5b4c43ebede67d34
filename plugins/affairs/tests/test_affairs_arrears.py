"""Arrears: the public vectors, the ladder, and properties."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_affairs.arrears import LADDER, Arrears, arrears, stage_of
from zhibu_core.calendar import add_months

VECTORS = json.loads((Path(__file__).parents[3] / "tests" / "vectors" / "arrears.json").read_text("utf-8"))["vectors"]
START = date(2024, 1, 1)
TODAY = st.dates(START, date(2030, 12, 31))
PAID = st.sets(st.integers(0, 90), max_size=90)


def months(numbers: set[int]) -> list[date]:
    return [add_months(START, number) for number in numbers]


def first_of(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    known = vector["input"]
    result = arrears(
        first_of(known["due_from"]),
        [first_of(month) for month in known["paid_months"]],
        date.fromisoformat(known["today"]),
        good_reason=known.get("good_reason", False),
    )
    assert {"months": result.months, "stage": result.stage} == vector["expected"]


def test_the_ladder_step_by_step() -> None:
    stages = [stage_of(count) for count in range(8)]
    review = "self_withdrawal_review"
    assert stages == ["none", "remind", "remind", "talk", "talk", "committee", review, review]


def test_a_good_reason_keeps_it_with_the_committee() -> None:
    assert stage_of(9, good_reason=True) == "committee"
    assert stage_of(4, good_reason=True) == "talk"


def test_nothing_is_owed_before_the_first_month_due() -> None:
    assert arrears(date(2026, 9, 20), [], date(2026, 10, 1)) == Arrears(1, "remind")
    assert arrears(date(2026, 10, 1), [], date(2026, 10, 31)) == Arrears(0, "none")
    assert arrears(date(2027, 3, 1), [], date(2026, 10, 31)) == Arrears(0, "none")


def test_a_month_paid_ahead_pays_only_itself() -> None:
    assert arrears(START, [date(2026, 12, 1)], date(2026, 10, 15)).months == 33


@given(TODAY, PAID)
def test_the_months_lie_between_none_and_all_that_have_ended(today: date, paid: set[int]) -> None:
    ended = (today.year - START.year) * 12 + today.month - START.month
    assert 0 <= arrears(START, months(paid), today).months <= ended


@given(TODAY, PAID, st.integers(0, 90))
def test_one_more_payment_never_lengthens_arrears(today: date, paid: set[int], more: int) -> None:
    assert arrears(START, months(paid | {more}), today).months <= arrears(START, months(paid), today).months


@given(TODAY, PAID)
def test_the_month_before_the_arrears_is_paid_or_not_due(today: date, paid: set[int]) -> None:
    ended = (today.year - START.year) * 12 + today.month - START.month
    before = ended - 1 - arrears(START, months(paid), today).months
    assert before < 0 or before in paid


def test_the_ladder_goes_down() -> None:
    assert [least for least, _ in LADDER] == sorted((least for least, _ in LADDER), reverse=True)

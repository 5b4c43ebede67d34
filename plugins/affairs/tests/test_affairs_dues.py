"""Dues: the public vectors, edges of bands and settings, and properties."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_affairs.dues import BANDS, FIXED, DuesError, monthly_dues, yuan

VECTORS = json.loads((Path(__file__).parents[3] / "tests" / "vectors" / "dues.json").read_text("utf-8"))["vectors"]
BASES = st.decimals(0, 200_000, places=2)
PAYERS = st.sampled_from(sorted(BANDS))


def answer(given_: dict[str, Any]) -> dict[str, Any]:
    known = dict(given_)
    if "base" in known:
        known["base"] = Decimal(known["base"])
    known["quarter_net"] = [Decimal(month) for month in known.get("quarter_net", ())]
    try:
        dues = monthly_dues(**known)
    except DuesError as error:
        return {"error": error.code}
    return {
        "base": None if dues.base_fen is None else yuan(dues.base_fen),
        "rate": None if dues.rate is None else str(dues.rate),
        "amount": yuan(dues.amount_fen),
    }


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    assert answer(vector["input"]) == vector["expected"]


@pytest.mark.parametrize(
    ("given_", "amount"),
    [
        ({"payer": "monthly_salary", "base": "3001"}, "30.01"),
        ({"payer": "monthly_salary", "base": "5000"}, "50.00"),
        ({"payer": "monthly_salary", "base": "10000"}, "150.00"),
        ({"payer": "monthly_salary", "base": "10000.004"}, "200.00"),
        ({"payer": "monthly_salary", "base": "4325", "rounding": "jiao"}, "43.30"),
        ({"payer": "monthly_salary", "base": "4324.99", "rounding": "jiao"}, "43.20"),
        ({"payer": "retired", "base": "5000"}, "25.00"),
        ({"payer": "no_monthly_income", "quarter_net": ["3000", "3000", "3000.01"]}, "30.00"),
        ({"payer": "farmer", "setting_fen": 100}, "1.00"),
        ({"payer": "farmer", "setting_fen": 20}, "0.20"),
        ({"payer": "laid_off", "setting_fen": 55}, "0.20"),
        ({"payer": "student", "base": "9000"}, "0.20"),
    ],
)
def test_amount(given_: dict[str, Any], amount: str) -> None:
    assert answer(given_)["amount"] == amount


def test_the_third_of_a_quarter_is_exact_and_only_shown_rounded() -> None:
    shown = answer({"payer": "no_monthly_income", "quarter_net": ["3000", "3000", "3000.01"]})
    assert shown == {"base": "3000.00", "rate": "0.01", "amount": "30.00"}


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ({"payer": "monthly_salary"}, "base_missing"),
        ({"payer": "no_monthly_income", "quarter_net": ["1", "2"]}, "base_missing"),
        ({"payer": "no_monthly_income", "quarter_net": ["-9000", "1000", "1000"]}, "base_negative"),
        ({"payer": "retired", "base": "-0.01"}, "base_negative"),
        ({"payer": "farmer", "setting_fen": 19}, "farmer_range"),
        ({"payer": "farmer", "setting_fen": 101}, "farmer_range"),
        ({"payer": "somebody", "base": "1"}, "payer_unknown"),
    ],
)
def test_refused(given_: dict[str, Any], code: str) -> None:
    assert answer(given_) == {"error": code}


@given(PAYERS, BASES, BASES)
def test_more_base_never_means_less_dues(payer: str, a: Decimal, b: Decimal) -> None:
    low, high = sorted((a, b))
    assert monthly_dues(payer, low).amount_fen <= monthly_dues(payer, high).amount_fen


@given(PAYERS, BASES)
def test_rounding_moves_at_most_half_a_unit(payer: str, base: Decimal) -> None:
    exact, jiao = monthly_dues(payer, base), monthly_dues(payer, base, rounding="jiao")
    assert exact.rate is not None
    due = Fraction(base) * 100 * Fraction(exact.rate)
    assert -Fraction(1, 2) <= due - exact.amount_fen <= Fraction(1, 2)
    assert jiao.amount_fen % 10 == 0
    assert abs(due - jiao.amount_fen) <= 5


@given(st.lists(st.decimals(0, 50_000, places=2), min_size=3, max_size=3))
def test_a_quarter_equals_its_exact_average(months: list[Decimal]) -> None:
    third = sum(map(Fraction, months), Fraction()) / 3
    assert monthly_dues("no_monthly_income", quarter_net=months) == monthly_dues("no_monthly_income", third)


def test_fixed_payers_and_payers_with_bands_are_different_people() -> None:
    assert not FIXED & set(BANDS)


@given(st.integers(-(10**9), 10**9))
def test_yuan_says_the_same_sum(fen: int) -> None:
    assert Decimal(yuan(fen)) * 100 == fen

"""Reading citizen numbers: the public vectors, the order of the checks, and properties of cleaning."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.organization.citizen_id import CitizenId, CitizenIdError, check_digit, normalise, read_citizen_id

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "citizen_id.json").read_text("utf-8"))["vectors"]
TODAY = date(2026, 10, 31)
GOOD = "99030119851115123X"
BIRTHS = st.dates(date(1900, 1, 1), TODAY)


def refusal(value: object, birth: date | None = None, sex: str | None = None) -> str:
    with pytest.raises(CitizenIdError) as caught:
        read_citizen_id(value, TODAY, birth, sex)
    return caught.value.code


def answer(given_: dict[str, Any]) -> dict[str, Any]:
    birth = date.fromisoformat(given_["birth"]) if given_.get("birth") else None
    try:
        read = read_citizen_id(given_["value"], date.fromisoformat(given_["today"]), birth, given_.get("sex"))
    except CitizenIdError as error:
        return {"valid": False, "error": error.code}
    return {"valid": True, "normalised": read.number, "birth": read.birth.isoformat(), "sex": read.sex}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    assert answer(vector["input"]) == vector["expected"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (990301198511151230, "id_precision_lost"),
        (9.90301198511151e17, "id_precision_lost"),
        (15, "id_precision_lost"),
        ("9.90301198511151E+17", "id_precision_lost"),
        (" 9.90301e+17 ", "id_precision_lost"),
        (None, "required_missing"),
        (" \u3000' ", "required_missing"),
        ("990301851115123", "id_length"),
        ("9903011985111512345", "id_length"),
        ("99030119851115E123", "id_characters"),
        ("99030119851115٣23X", "id_characters"),
        ("99030119851115123Y", "id_characters"),
        ("X9030119851115123X", "id_characters"),
        ("990101190002290011", "id_birth_impossible"),
        ("990101000002290011", "id_birth_impossible"),
    ],
)
def test_the_first_failure_is_named(value: object, code: str) -> None:
    assert refusal(value) == code


def test_an_impossible_birth_is_said_before_a_wrong_check_digit() -> None:
    assert refusal("990101199013010010") == "id_birth_impossible"


def test_a_wrong_check_digit_is_said_before_a_future_birth() -> None:
    assert refusal("99010120261101001X") == "id_check_digit"


def test_a_birth_mismatch_is_said_before_a_sex_mismatch() -> None:
    assert refusal(GOOD, date(1985, 11, 16), "female") == "id_birth_mismatch"
    assert refusal(GOOD, date(1985, 11, 15), "female") == "id_sex_mismatch"


def test_born_today_is_not_in_the_future() -> None:
    first = f"990101{TODAY:%Y%m%d}001"
    assert read_citizen_id(first + check_digit(first), TODAY).birth == TODAY


@pytest.mark.parametrize(("first", "check"), [("11010519491231002", "X"), ("44052418800101001", "4")])
def test_check_digits_of_the_standard(first: str, check: str) -> None:
    assert check_digit(first) == check


@given(st.text(max_size=40))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(BIRTHS, st.integers(0, 999), st.data())
def test_what_a_number_says_is_read_through_the_mess(birth: date, sequence: int, data: st.DataObject) -> None:
    first = f"990101{birth:%Y%m%d}{sequence:03d}"
    number = first + check_digit(first)
    written = "".join(
        data.draw(st.sampled_from(["", " ", "\u00a0", "\u3000", "-", "'", "”", "\u200b"]))
        + data.draw(st.sampled_from([sign, sign.lower(), chr(ord(sign) + 0xFEE0)]))
        for sign in number
    )
    assert read_citizen_id(written, TODAY) == CitizenId(number, birth, "male" if sequence % 2 else "female")


@given(BIRTHS, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(birth: date, sequence: int, place: int, step: int) -> None:
    first = f"990101{birth:%Y%m%d}{sequence:03d}"
    changed = first[:place] + str((int(first[place]) + step) % 10) + first[place + 1 :]
    assert refusal(changed + check_digit(first)) in {"id_check_digit", "id_birth_impossible"}

"""Reads a citizen number as people and spreadsheets write it (GB 11643-1999, domain.md 8.2)."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import mul
from typing import Literal

from zhibu_core.errors import InvalidInput

Sex = Literal["male", "female"]

LENGTH = 18
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_ZEROES = ord("0") * sum(_WEIGHTS)  # digits are weighed by their character codes, which is three times as fast
_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
# Excel writes long numbers as 9.90301E+17 and loses their last digits; a letter E within 18 signs is no exponent.
_SCIENTIFIC = re.compile(r"[0-9]{1,3}(?:[.,][0-9]+)?E\+?[0-9]{1,3}")

_FULL_WIDTH: dict[int, int | None] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_QUOTES = "'\"`´‘’‚‛“”„‟′″‵‹›«»「」『』＇＂｀"
_HYPHENS = "-‐‑‒–—―−⁃﹘﹣－\u00ad"
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u180e"
_CLEAN = _FULL_WIDTH | dict.fromkeys(map(ord, _QUOTES + _HYPHENS + _UNSEEN))

_MESSAGES = {
    "id_precision_lost": "身份证号存成了数字，末几位已丢失。请把该单元格设为文本后重新填写。",
    "required_missing": "身份证号没有填写。请补上 18 位号码。",
    "id_length": "身份证号不是 18 位。请核对后填写 18 位号码。",
    "id_characters": "身份证号里有不该出现的字符。请只填数字，末位可为 X。",
    "id_birth_impossible": "身份证号第 7 至 14 位不是存在的日期。请核对号码。",
    "id_check_digit": "身份证号的校验位不对。请核对号码。",
    "date_future": "身份证号里的出生日期晚于今天。请核对号码。",
    "id_birth_mismatch": "出生日期与身份证号不一致。请改正其中之一。",
    "id_sex_mismatch": "性别与身份证号不一致。请改正其中之一。",
}


class CitizenIdError(InvalidInput):
    """A citizen number that is refused; `code` is the first check that failed, `field` the column it speaks of."""

    def __init__(self, code: str) -> None:
        field = {"id_birth_mismatch": "birth", "id_sex_mismatch": "sex"}.get(code, "citizen_id")
        super().__init__(code, _MESSAGES[code], field=field)


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A number that passed: its 18 characters and what they say."""

    number: str
    birth: date
    sex: Sex


def normalise(text: str) -> str:
    """Full-width signs to ASCII, upper case, without white space of any kind, quotes and hyphens."""
    return "".join(text.translate(_CLEAN).split()).upper()


def check_digit(first: str) -> str:
    """The 18th character for the first 17 digits (ISO 7064 MOD 11-2)."""
    return _CHECK[(sum(map(mul, first.encode(), _WEIGHTS)) - _ZEROES) % 11]


def read_citizen_id(value: object, today: date, birth: date | None = None, sex: str | None = None) -> CitizenId:
    """Reads a cell; `birth` and `sex` (`male`, `female`) are the other columns where they are filled.

    Raises `CitizenIdError` with the first failure in the order of vectors/README.md. The area prefix is not checked.
    """
    number = _characters(value)
    born = _birth(number)
    if check_digit(number[:17]) != number[17]:
        raise CitizenIdError("id_check_digit")
    if born > today:
        raise CitizenIdError("date_future")
    if birth is not None and birth != born:
        raise CitizenIdError("id_birth_mismatch")
    said: Sex = "male" if int(number[16]) % 2 else "female"
    if sex in ("male", "female") and sex != said:
        raise CitizenIdError("id_sex_mismatch")
    return CitizenId(number, born, said)


def _characters(value: object) -> str:
    """The 18 characters of a cell, or the refusal that comes before their meaning is looked at."""
    if isinstance(value, str) and _SHAPE.fullmatch(value):
        return value
    if isinstance(value, int | float | Decimal):
        raise CitizenIdError("id_precision_lost")
    number = "" if value is None else normalise(str(value))
    if _SCIENTIFIC.fullmatch(number):
        raise CitizenIdError("id_precision_lost")
    if not number:
        raise CitizenIdError("required_missing")
    if len(number) != LENGTH:
        raise CitizenIdError("id_length")
    if not _SHAPE.fullmatch(number):
        raise CitizenIdError("id_characters")
    return number


def _birth(number: str) -> date:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise CitizenIdError("id_birth_impossible") from None

"""Reads numbers and phone numbers as clerks write them: thousands, units, full width, signs of money."""

import re
from decimal import ROUND_HALF_UP, Decimal

from zhibu_core.imports.text import folded, squeezed

_UNITS = "元整|元人民币|元|块钱|块|圆|人民币|RMB|CNY|学时|课时|小时|h|hours?|个|人|名|次|项|份|件|张|票|篇|天|年|届"
_NUMBER = re.compile(
    rf"(?:¥|￥|\$|人民币|RMB|CNY|第)?(?P<sign>[+-]?)(?:¥|￥)?(?P<whole>\d{{1,3}}(?:,\d{{3}})+|\d*)(?P<part>\.\d+)?"
    rf"(?P<exp>E[+-]?\d{{1,2}})?(?P<wan>万)?(?:{_UNITS})?(?:/(?:每?人)?月|/年)?",
    re.IGNORECASE,
)
_PLACES = Decimal("0.000001")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
_PHONE_MARKS = str.maketrans("", "", "-()'\"")
LONGEST = 15
"""Digits that a number cell holds exactly."""


def read_number(raw: object) -> Decimal | None:
    """A cell as an exact number, or None where it is not one."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, float):
        # A cached result such as 79.41000000000001 means 79.41: floats carry about 15 digits.
        return Decimal(repr(raw)).quantize(_PLACES, ROUND_HALF_UP).normalize() if abs(raw) < 10**LONGEST else None
    found = _NUMBER.fullmatch(squeezed(raw)) if isinstance(raw, str) else None
    if not found or not (found["whole"] or found["part"]):
        return None
    number = Decimal(found["sign"] + found["whole"].replace(",", "") + (found["part"] or "") + (found["exp"] or ""))
    return number * 10_000 if found["wan"] else number


def to_fen(yuan: Decimal) -> int:
    """Yuan in whole fen, rounded half up."""
    return int((yuan * 100).quantize(Decimal(1), ROUND_HALF_UP))


def read_mobile(raw: object) -> str | None:
    """The eleven digits of a mobile number, or None where it is not one."""
    text = folded(raw).translate(_PHONE_MARKS)
    found = _MOBILE.fullmatch("".join(text.split()))
    return found[1] if found else None

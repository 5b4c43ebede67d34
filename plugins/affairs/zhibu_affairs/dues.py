"""Monthly dues of one member (中组发〔2008〕3号, domain.md 6): exact arithmetic, whole fen out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Literal

from zhibu_core.errors import InvalidInput

Payer = Literal[
    "monthly_salary",
    "annual_salary",
    "no_monthly_income",
    "retired",
    "farmer",
    "student",
    "laid_off",
    "bereaved",
    "relief",
    "minimum_allowance",
]
Rounding = Literal["fen", "jiao"]
Amount = Decimal | Fraction | int

LEAST_FEN = 20
FARMER_FEN = range(20, 101)
UNIT_FEN: dict[Rounding, int] = {"fen": 1, "jiao": 10}


@dataclass(frozen=True, slots=True)
class Band:
    """A rate on the whole base, up to and including `upto` yuan; the last band has no end."""

    upto: int | None
    rate: Decimal


SALARY = (
    Band(3000, Decimal("0.005")),
    Band(5000, Decimal("0.01")),
    Band(10000, Decimal("0.015")),
    Band(None, Decimal("0.02")),
)
PENSION = (Band(5000, Decimal("0.005")), Band(None, Decimal("0.01")))
BANDS: dict[str, tuple[Band, ...]] = {
    "monthly_salary": SALARY,  # Art.1, 2: the regular part of the pay, after tax
    "annual_salary": SALARY,  # Art.3: what was received that month
    "no_monthly_income": SALARY,  # Art.4: a third of the last quarter's net income
    "retired": PENSION,
}
FIXED = frozenset({"student", "laid_off", "bereaved", "relief", "minimum_allowance"})  # Art.6

_MESSAGES = {
    "base_missing": "没有计算基数。请填写当月收入或上一季度三个月的纯收入。",
    "base_negative": "计算基数是负数。请核对收入。",
    "farmer_range": "农民党员的月党费应在 0.2 元至 1 元之间。请改正设置。",
    "payer_unknown": "缴费类型不认识。请改为规定中的一种。",
}


class DuesError(InvalidInput):
    """Dues that cannot be worked out: `base_missing`, `base_negative`, `farmer_range` or `payer_unknown`."""

    def __init__(self, code: str) -> None:
        super().__init__(code, _MESSAGES[code], field="payer" if code == "payer_unknown" else "base")


@dataclass(frozen=True, slots=True)
class Dues:
    """What is due in a month, in fen; base (rounded to the fen for show) and rate are None where the sum is fixed."""

    base_fen: int | None
    rate: Decimal | None
    amount_fen: int


def monthly_dues(
    payer: str,
    base: Amount | None = None,
    quarter_net: Sequence[Amount] = (),
    setting_fen: int | None = None,
    rounding: Rounding = "fen",
) -> Dues:
    """Works out the dues from a base in yuan, or from the three net months of the last quarter.

    `setting_fen` is what the branch set for farmers (20 to 100, default 20); raises `DuesError`.
    """
    if payer == "farmer":
        return Dues(None, None, _rounded(_farmer(setting_fen), UNIT_FEN[rounding]))
    if payer in FIXED:
        return Dues(None, None, LEAST_FEN)
    if payer not in BANDS:
        raise DuesError("payer_unknown")
    exact = _base(payer, base, quarter_net)
    rate = rate_for(payer, exact)
    return Dues(_rounded(exact * 100), rate, _rounded(exact * 100 * Fraction(rate), UNIT_FEN[rounding]))


def rate_for(payer: str, base: Fraction) -> Decimal:
    """The rate of the band that holds the unrounded base; raises `DuesError` for a payer without bands."""
    bands = BANDS.get(payer)
    if bands is None:
        raise DuesError("payer_unknown")
    return next(band.rate for band in bands if band.upto is None or base <= band.upto)


def yuan(fen: int) -> str:
    """Fen as yuan with two places, the way amounts are written: 2250 → `22.50`."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"


def _base(payer: str, base: Amount | None, quarter_net: Sequence[Amount]) -> Fraction:
    if payer == "no_monthly_income" and base is None:
        if len(quarter_net) != 3:
            raise DuesError("base_missing")
        exact = sum((Fraction(month) for month in quarter_net), Fraction()) / 3
    elif base is None:
        raise DuesError("base_missing")
    else:
        exact = Fraction(base)
    if exact < 0:
        raise DuesError("base_negative")
    return exact


def _farmer(setting_fen: int | None) -> int:
    fen = LEAST_FEN if setting_fen is None else setting_fen
    if fen not in FARMER_FEN:
        raise DuesError("farmer_range")
    return fen


def _rounded(fen: Fraction | int, unit: int = 1) -> int:
    """Half up to whole units of fen."""
    return floor(Fraction(fen) / unit + Fraction(1, 2)) * unit

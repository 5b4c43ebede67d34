"""How many months in a row a member owes, and which step of the ladder that is (domain.md 6)."""

from collections.abc import Collection
from datetime import date
from typing import Literal

import msgspec

Stage = Literal["none", "remind", "talk", "committee", "self_withdrawal_review"]

# From how many months in a row a step applies (the last: education rules Art.31(6)); the ladder never acts by itself.
LADDER: tuple[tuple[int, Stage], ...] = (
    (6, "self_withdrawal_review"),
    (5, "committee"),
    (3, "talk"),
    (1, "remind"),
)


class Arrears(msgspec.Struct, frozen=True):
    """Unpaid months in a row up to the last month that has ended, and the step they lead to."""

    months: int
    stage: Stage


def arrears(due_from: date, paid_months: Collection[date], today: date, *, good_reason: bool = False) -> Arrears:
    """Counts back from the last ended month to the last paid one, not before `due_from`.

    Months are given by any of their days. With a good reason the last step is the committee's, not a review.
    """
    paid = {_index(day) for day in paid_months}
    earliest, last = _index(due_from), _index(today) - 1
    month = last
    while month >= earliest and month not in paid:
        month -= 1
    return Arrears(last - month, stage_of(last - month, good_reason=good_reason))


def stage_of(months: int, *, good_reason: bool = False) -> Stage:
    """The step of the ladder for so many months in a row."""
    stage: Stage = next((name for least, name in LADDER if months >= least), "none")
    return "committee" if good_reason and stage == "self_withdrawal_review" else stage


def _index(day: date) -> int:
    """Months counted through the years, so that neighbours differ by one."""
    return day.year * 12 + day.month - 1

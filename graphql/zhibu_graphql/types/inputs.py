"""What several lists take alike, made into filters."""

import datetime as dt
from enum import Enum
from typing import Annotated, Any

import strawberry

from zhibu_core.ledger.duties import STATES
from zhibu_core.ledger.duties import DutyState as State
from zhibu_core.periods import parse_period
from zhibu_graphql.sql import Argument, Span

PeriodText = Annotated[
    str | None, strawberry.argument(description="Such as 2026, 2026H1, 2026Q2, 2026-05, 2026-01-01/2026-10-31.")
]


def period_of(given: str | None) -> Any:
    """First and last day of a period as a text says it; raises `InvalidInput` for what is none."""
    if isinstance(given, Argument):
        days = (given.made(lambda text, end=end: getattr(parse_period(text), end), dt.date) for end in ("start", "end"))
        return Span(*days)
    return None if given is None else parse_period(given)


def member_filters(
    status: Enum | None, member_class: Enum | None, name: str | None, is_lost: bool | None, is_mobile: bool | None
) -> dict[str, Any]:
    """The filters of lists of members; `name` is how the name begins."""
    return {
        "status": status and status.value,
        "member_class": member_class and member_class.value,
        "starts": name or None,
        "is_lost": is_lost,
        "is_mobile": is_mobile,
    }


def fact_filters(kind: str | None, period: str | None, include_ended: bool) -> dict[str, Any]:
    """The filters of lists of facts; raises `InvalidInput` for what is no period."""
    return {
        "kind": kind,
        "period": period_of(period),
        "in_force": None if include_ended else True,
    }


def states_of(state: Enum | None) -> frozenset[State] | None:
    """The states that a list of duties is kept to; None for all."""
    return None if state is None else frozenset(found for found in STATES if found == state.value)

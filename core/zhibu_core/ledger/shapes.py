"""What rules of each shape say: typed parameters, read from rule packs and tenant layers."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from zhibu_core.organization.kinds import BRANCH_TYPES, KINDS

Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Amount = Annotated[float, Meta(gt=0)]
MonthNumber = Annotated[int, Meta(ge=1, le=12)]
FactKindKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.]*$")]


class Shape(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The base of all parameters."""


class Frequency(Shape, frozen=True):
    """Something of a kind held so many `times` in every month, quarter or year by each organization it applies to.

    `needs`: only organizations with a committee, or once for each group. In `vacation_months` organizations whose type
    is one of `vacation_types` owe half, rounded down, of the consecutive months together. `due_month`: a yearly duty is
    due on that month's last day. `remind_days`: how long before the due day the reminder comes.
    """

    kind: FactKindKey
    every: Literal["month", "quarter", "year"]
    times: Positive = 1
    applies_to: tuple[str, ...] = BRANCH_TYPES
    needs: Literal["committee", "group"] | None = None
    vacation_months: tuple[MonthNumber, ...] = ()
    vacation_types: tuple[str, ...] = ()
    due_month: MonthNumber = 12
    remind_days: Count = 7

    def __post_init__(self) -> None:
        _known_kinds(self.applies_to)


class Talks(Shape, frozen=True):
    """Each person has one of `kind` in the last `months`; counted as a share, not asked for as a duty."""

    kind: FactKindKey
    months: Positive


class Hours(Shape, frozen=True):
    """Study hours a year for each person: `yearly`, and `yearly_post_holder` for those with a party post.

    An hour has `minutes_per_hour`; at most `day_cap` hours of one day count; a target for part of a year is rounded up
    to `step`. `forms` count; of them `listed_forms` need a sign-in list, `marked_forms` must be concentrated and done.
    """

    kind: FactKindKey
    yearly: Amount
    yearly_post_holder: Amount
    minutes_per_hour: Positive = 45
    day_cap: Amount = 8.0
    step: Amount = 0.5
    forms: tuple[str, ...] = ("session", "certificate", "online")
    listed_forms: tuple[str, ...] = ("session",)
    marked_forms: tuple[str, ...] = ("online",)
    remind_month: MonthNumber = 9


class Course(Shape, frozen=True):
    """Each course named by a fact of `required_by` is completed by its `until_on` with a fact of `kind` of its code."""

    kind: FactKindKey
    required_by: FactKindKey
    uncounted_forms: tuple[str, ...] = ("self_study",)
    remind_days: Count = 30


class Timer(Shape, frozen=True):
    """A clock of one case: started by a fact, open once there is a fact of `needs`, closed by any fact of `closed_by`.

    Due `months` after the start; with `until_on`, on the starting fact's own `until_on` where it has one. A fact of
    `restarted_by` starts it anew; `critical_months` after the start it is critical. A timer exists on a day when its
    rule is in force that day. `alert` is its code in the catalogue (domain.md 9.5); `in_order`: counts among the timers
    of the index's part "order".
    """

    alert: str
    starts: FactKindKey
    needs: FactKindKey
    closed_by: tuple[FactKindKey, ...]
    months: Positive
    until_on: bool = False
    restarted_by: FactKindKey | None = None
    lead_days: Count = 0
    critical_months: Positive | None = None
    in_order: bool = True


class TermOfOffice(Shape, frozen=True):
    """How many `years` each kind's leading body serves, `village_years` in a village or community.

    `alert_days` are counted from the term's end (negative: before it); from `critical_days` on a term is critical. A
    shift of more than `shift_months` is marked. `veto_months` after its end the index is capped.
    """

    years: dict[str, Positive]
    village_years: Positive
    alert_days: tuple[int, ...]
    critical_days: Positive
    shift_months: Positive
    veto_months: Positive

    def __post_init__(self) -> None:
        _known_kinds(tuple(self.years))


class Sizes(Shape, frozen=True):
    """How many members and committee seats organizations have; `[least, most]` pairs include both."""

    branch_full_least: Count
    branch_most: Count
    committee_from_full: Count
    branch_committee: tuple[Count, Count]
    general_branch: tuple[Count, Count]
    group_least: Count
    group_full_least: Count
    vacancy_days: Count


SHAPES: dict[str, type[Shape]] = {
    "frequency": Frequency,
    "talks": Talks,
    "hours": Hours,
    "course": Course,
    "timer": Timer,
    "term": TermOfOffice,
    "sizes": Sizes,
}
"""The shapes that core computes with. A rule of shape `data` is read by the plugin that owns it."""

Values = dict[str, Any]


def _known_kinds(kinds: tuple[str, ...]) -> None:
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ValueError(f"unknown kind of organization {unknown[0]!r}")

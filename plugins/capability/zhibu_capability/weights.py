"""The figures of the index as the rule pack states them."""

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from zhibu_core.ledger.rules import RuleVersion

RULE = "capability.index"
Weight = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]


class Parts(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of the three parts; they sum to 1."""

    a: Weight
    b: Weight
    c: Weight

    def __post_init__(self) -> None:
        _sum_to_one("parts", (self.a, self.b, self.c))


class Learning(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights inside part B (open form); they sum to 1."""

    hours: Weight
    courses: Weight

    def __post_init__(self) -> None:
        _sum_to_one("learning", (self.hours, self.courses))


class Vitality(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights inside part C; they sum to 1."""

    regularity: Weight
    closure: Weight
    breadth: Weight
    talks: Weight
    order: Weight

    def __post_init__(self) -> None:
        _sum_to_one("vitality", (self.regularity, self.closure, self.breadth, self.talks, self.order))


class Confidence(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of what confidence looks at; they sum to 1. `registers`: records, talks and timers together."""

    attendance: Weight
    learning: Weight
    registers: Weight

    def __post_init__(self) -> None:
        _sum_to_one("confidence", (self.attendance, self.learning, self.registers))


class Weights(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All figures of the index.

    `sessions`: weight of a kind of session in part A; `marks`: credit for a mark; of every `leaves_forgiven_in` sessions
    of a person one leave is taken out. `bands` name the least score of each. A veto caps the index at `veto_cap`.
    """

    inputs: tuple[str, ...]
    strict: bool
    parts: Parts
    sessions: dict[str, Weight]
    marks: dict[str, Weight]
    leaves_forgiven_in: Positive
    learning: Learning
    vitality: Vitality
    useful_kinds: tuple[str, ...]
    useful_kinds_a_quarter: Positive
    handed_in_days: Count
    member_after_days: Count
    branch_after_days: Count
    shrinkage: Weight
    comparable_from: Count
    veto_cap: Weight
    vetoes: tuple[str, ...]
    bands: dict[str, Weight]
    confidence: Confidence

    def __post_init__(self) -> None:
        if not self.bands or min(self.bands.values()) > 0:
            raise ValueError("bands: the lowest band begins at 0")

    def session(self, kinds: Iterable[str]) -> float | None:
        """The weight of a session: the highest of its kinds, None where no kind carries one."""
        return max((self.sessions[kind] for kind in kinds if kind in self.sessions), default=None)

    def band(self, score: float) -> str:
        """The band of a score: the highest one whose least score it reaches."""
        return max((least, name) for name, least in self.bands.items() if score >= least)[1]


def weights_of(version: RuleVersion) -> Weights:
    """The figures of a version of `capability.index`; raises `msgspec.ValidationError` where they do not fit."""
    return version.read(Weights)


def _sum_to_one(name: str, weights: Iterable[float]) -> None:
    if abs(sum(weights) - 1) > 1e-9:
        raise ValueError(f"{name}: the weights sum to {sum(weights):g}, not to 1")

"""What makes scores of branches comparable: shrinkage towards the median of the type, vetoes, bands, confidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from zhibu_capability.weights import Weights

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Gaps:
    """How complete the records are: pairs of (complete, all), and the shares of the two registers that are kept."""

    attendance: Pair = (0, 0)
    learning: Pair = (0, 0)
    records: Pair = (0, 0)
    talk_register: float = 0.0
    timer_register: float = 0.0


def weighted_index(a: float | None, b: float | None, c: float | None, weights: Weights) -> float | None:
    """The index of the parts that are there: a part without a value is left out, the other weights are scaled up."""
    parts = ((a, weights.parts.a), (b, weights.parts.b), (c, weights.parts.c))
    known = [(part, weight) for part, weight in parts if part is not None]
    total = sum(weight for _, weight in known)
    return sum(part * weight for part, weight in known) / total if total else None


def middle(scores: Iterable[float]) -> float | None:
    """The median, the mean of the two middle ones for an even count, None where there is no score."""
    known = list(scores)
    return median(known) if known else None


def shrink(score: float, n: int, towards: float, strength: float) -> float:
    """(n·score + k·median)/(n + k): the fewer people, the nearer to the median of the type."""
    return (n * score + strength * towards) / (n + strength) if n + strength else score


def confidence(gaps: Gaps, weights: Weights) -> float:
    """How far the records carry the figures, 0 to 100; an empty pair gives 0."""
    registers = (_share(gaps.records) + gaps.talk_register + gaps.timer_register) / 3
    of = weights.confidence
    return 100 * (
        of.attendance * _share(gaps.attendance) + of.learning * _share(gaps.learning) + of.registers * registers
    )


def _share(pair: Pair) -> float:
    part, whole = pair
    return part / whole if whole else 0.0

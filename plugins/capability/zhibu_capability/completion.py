"""Part B, completion of learning: the strict form counts confirmed members, the open form hours and courses."""

from collections.abc import Iterable
from dataclasses import dataclass

from zhibu_capability.weights import Weights


@dataclass(frozen=True, slots=True)
class Learner:
    """A member's learning in the period; `confirmed` None where no course was due."""

    hours: float
    target: float
    required: int = 0
    completed: int = 0
    confirmed: bool | None = None
    in_scope: bool = True


def part_b(learners: Iterable[Learner], weights: Weights, *, strict: bool) -> float | None:
    """Part B of a branch, 0 to 100, None where nobody counts."""
    counted = [learner for learner in learners if learner.in_scope and learner.target > 0]
    return _confirmed(counted) if strict else _open(counted, weights)


def _open(learners: list[Learner], weights: Weights) -> float | None:
    if not learners:
        return None
    return 100 * sum(_share(learner, weights) for learner in learners) / len(learners)


def _share(learner: Learner, weights: Weights) -> float:
    hours = min(1.0, learner.hours / learner.target)
    if not learner.required:
        return hours
    return weights.learning.hours * hours + weights.learning.courses * learner.completed / learner.required


def _confirmed(learners: list[Learner]) -> float | None:
    known = [learner.confirmed for learner in learners if learner.confirmed is not None]
    return 100 * sum(known) / len(known) if known else None

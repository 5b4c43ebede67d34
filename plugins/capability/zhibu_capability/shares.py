"""What an index is made of: seven measures whose contributions add up to it, and what would raise it."""

from dataclasses import dataclass

from zhibu_capability.measure.inputs import Inputs
from zhibu_capability.measure.spans import Span
from zhibu_capability.score import Parts

LARGEST, RAISING = 4, 3
"""How many contributions and how many ways to raise it a number label shows (interface.md 4.6)."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: `key`, the `part` (a, b, c) it belongs to, its share (0 to 1) as `got` of `of`, its weight in points.

    `of` 0 means that nothing was asked: the share is 1. `got` and `of` are None where the share is a mean of members.
    """

    key: str
    part: str
    share: float
    weight: float
    got: float | None
    of: float | None

    @property
    def contribution(self) -> float:
        """Points of the unshrunk index."""
        return self.weight * self.share

    @property
    def missing(self) -> float:
        """Points that would be won if it were full."""
        return self.weight * (1 - self.share)


def measures(inputs: Inputs, parts: Parts, span: Span, *, strict: bool = True) -> list[Measure]:
    """The measures of the parts that have a value, in the order A, B, C; weights sum to 100."""
    weights = span.weights
    b = parts.b_strict if strict else parts.b
    known = [(part, weight) for part, value, weight in (
        ("a", parts.a, weights.parts.a), ("b", b, weights.parts.b), ("c", parts.c, weights.parts.c)) if value is not None]  # fmt: skip
    total = sum(weight for _, weight in known)
    points = {part: 100 * weight / total for part, weight in known if total}
    found: list[Measure] = []
    if "a" in points and parts.a is not None:
        found.append(Measure("attendance", "a", parts.a / 100, points["a"], inputs.credit, inputs.owed))
    if "b" in points and b is not None:
        pair = (inputs.confirmed, inputs.asked) if strict else (None, None)
        found.append(Measure("training" if strict else "learning", "b", b / 100, points["b"], *pair))
    if "c" in points:
        found += _vitality(inputs, parts, span, points["c"])
    return found


def _vitality(inputs: Inputs, parts: Parts, span: Span, points: float) -> list[Measure]:
    of, c = span.weights.vitality, inputs.c
    useful = sum(min(kinds, span.weights.useful_kinds_a_quarter) for kinds in c.useful_kinds_by_quarter)
    asked = span.weights.useful_kinds_a_quarter * len(c.useful_kinds_by_quarter)
    return [
        Measure("regularity", "c", parts.regularity, points * of.regularity, c.windows_credited, c.windows_required),
        Measure("closure", "c", parts.closure, points * of.closure, c.records_in_time + c.tasks_in_time, c.records + c.tasks),
        Measure("breadth", "c", parts.breadth, points * of.breadth, useful, asked),
        Measure("talks", "c", parts.talks, points * of.talks, c.members_with_talk, c.members),
        Measure("order", "c", parts.order, points * of.order, c.timers_open - c.timers_overdue, c.timers_open),
    ]  # fmt: skip


def largest(found: list[Measure]) -> list[Measure]:
    """The largest contributions, at most four."""
    return sorted(found, key=lambda one: -one.contribution)[:LARGEST]


def raising(found: list[Measure]) -> list[Measure]:
    """What would raise the index most, at most three; nothing that is full already."""
    open_ones = [one for one in found if one.missing > 1e-9]
    return sorted(open_ones, key=lambda one: -one.missing)[:RAISING]

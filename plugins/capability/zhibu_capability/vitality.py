"""Part C, vitality: regularity, closure, breadth, talks and order."""

from dataclasses import dataclass

from zhibu_capability.weights import Weights


@dataclass(frozen=True, slots=True)
class VitalityInputs:
    """What part C is made of; the names are those of the portrait and of the vectors (`c`)."""

    windows_credited: float
    windows_required: float
    records: int
    records_in_time: int
    tasks: int
    tasks_in_time: int
    useful_kinds_by_quarter: tuple[int, ...]
    members: int
    members_with_talk: int
    timers_open: int
    timers_overdue: int


@dataclass(frozen=True, slots=True)
class VitalityParts:
    """The five shares, each 0 to 1; an empty denominator gives 1."""

    regularity: float
    closure: float
    breadth: float
    talks: float
    order: float

    def score(self, weights: Weights) -> float:
        """Part C, 0 to 100."""
        of = weights.vitality
        return 100 * (
            of.regularity * self.regularity
            + of.closure * self.closure
            + of.breadth * self.breadth
            + of.talks * self.talks
            + of.order * self.order
        )


def vitality_parts(inputs: VitalityInputs, weights: Weights) -> VitalityParts:
    """The five shares of a branch."""
    quarters = inputs.useful_kinds_by_quarter
    useful = sum(min(1.0, kinds / weights.useful_kinds_a_quarter) for kinds in quarters)
    return VitalityParts(
        regularity=_share(inputs.windows_credited, inputs.windows_required),
        closure=_share(inputs.records_in_time + inputs.tasks_in_time, inputs.records + inputs.tasks),
        breadth=_share(useful, len(quarters)),
        talks=_share(inputs.members_with_talk, inputs.members),
        order=1 - inputs.timers_overdue / inputs.timers_open if inputs.timers_open else 1.0,
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0

"""The capability index of a tenant's branches in plain Python: the reference for the set-based computation.

Parts A, B, C → index → shrinkage towards the median of the type → veto → band (domain.md 9.3, vectors/README.md).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from zhibu_capability.completion import Learner, part_b
from zhibu_capability.fairness import Gaps, confidence, middle, shrink, weighted_index
from zhibu_capability.participation import Participation, Roll, Session, part_a
from zhibu_capability.vitality import VitalityInputs, VitalityParts, vitality_parts
from zhibu_capability.weights import Weights


@dataclass(frozen=True, slots=True)
class Branch:
    """What a branch's index is made of; `n` members in scope, `type` the type it is compared within."""

    key: str
    type: str
    n: int
    age_days: int | None
    sessions: Sequence[Session | Roll]
    learners: Sequence[Learner]
    c: VitalityInputs
    gaps: Gaps = field(default_factory=Gaps)
    vetoes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """An index: `raw` unshrunk, `shrunk` before the veto, `score` the result; None where there is no score."""

    raw: float | None
    median: float | None
    shrunk: float | None
    score: float | None
    band: str | None
    comparable: bool


@dataclass(frozen=True, slots=True)
class Portrait:
    """A branch's parts and index."""

    key: str
    n: int
    a: Participation
    b: float | None
    c: VitalityParts
    c_score: float
    confidence: float
    index: Index = field(default=Index(None, None, None, None, None, False))


def portraits(branches: Sequence[Branch], weights: Weights, *, strict: bool) -> list[Portrait]:
    """The portraits of a tenant's branches; the median of a type needs all branches of the tenant."""
    parts = [_parts(branch, weights, strict=strict) for branch in branches]
    raw = [_raw(branch, portrait, weights) for branch, portrait in zip(branches, parts, strict=True)]
    by_type: dict[str, list[float]] = defaultdict(list)
    for branch, score in zip(branches, raw, strict=True):
        if score is not None:
            by_type[branch.type].append(score)
    medians = {kind: middle(scores) for kind, scores in by_type.items()}
    indexes = [
        index_of(score, branch.n, medians.get(branch.type), weights, vetoed=bool(branch.vetoes))
        for branch, score in zip(branches, raw, strict=True)
    ]
    return [replace(portrait, index=index) for portrait, index in zip(parts, indexes, strict=True)]


def index_of(raw: float | None, n: int, median: float | None, weights: Weights, *, vetoed: bool) -> Index:
    """From the unshrunk score to the result: shrinkage for every n, then the veto's cap, then the band."""
    if raw is None or median is None:
        return Index(None, median, None, None, None, comparable=False)
    shrunk = shrink(raw, n, median, weights.shrinkage)
    score = min(shrunk, weights.veto_cap) if vetoed else shrunk
    return Index(raw, median, shrunk, score, weights.band(score), n >= weights.comparable_from)


def _raw(branch: Branch, portrait: Portrait, weights: Weights) -> float | None:
    """The unshrunk score; a young branch and one without people have none."""
    young = branch.age_days is not None and branch.age_days < weights.branch_after_days
    if young or not branch.n:
        return None
    return weighted_index(portrait.a.score, portrait.b, portrait.c_score, weights)


def _parts(branch: Branch, weights: Weights, *, strict: bool) -> Portrait:
    c = vitality_parts(branch.c, weights)
    return Portrait(
        key=branch.key,
        n=branch.n,
        a=part_a(branch.sessions, weights),
        b=part_b(branch.learners, weights, strict=strict),
        c=c,
        c_score=c.score(weights),
        confidence=confidence(branch.gaps, weights),
    )

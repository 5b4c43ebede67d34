"""From inputs to parts and index, for any number of branches of a tenant: the arithmetic after the statements."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from zhibu_capability.fairness import Gaps, confidence, middle, weighted_index
from zhibu_capability.index import Index, index_of
from zhibu_capability.measure.inputs import Inputs
from zhibu_capability.measure.spans import Span
from zhibu_capability.participation import Participation
from zhibu_capability.vitality import vitality_parts

TERM_VETO = "term_overdue_1y"
FORMS = ("open", "strict")


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch that stood at the end of a period; `type` is the type it is compared within."""

    id: uuid.UUID
    code: str
    name: str
    type: str
    path: str
    founded_on: dt.date | None
    abolished_on: dt.date | None = None


class Parts(Struct, frozen=True, kw_only=True):
    """The parts, 0 to 100 (the five shares of C 0 to 1), and the unshrunk index in both forms; None: no value."""

    a: float | None
    b: float | None
    b_strict: float | None
    c: float | None
    regularity: float
    closure: float
    breadth: float
    talks: float
    order: float
    confidence: float
    raw_open: float | None
    raw_strict: float | None


@dataclass(frozen=True, slots=True)
class BranchScore:
    """A branch's score in a period."""

    branch: Branch
    inputs: Inputs
    parts: Parts
    veto: tuple[str, ...]
    open: Index
    strict: Index


def parts_of(inputs: Inputs, span: Span, founded_on: dt.date | None) -> Parts:
    """The parts of a branch; no index where it is younger than the rule asks or has no people."""
    weights = span.weights
    shares = vitality_parts(inputs.c, weights)
    a = Participation(inputs.credit, inputs.owed).score
    b = None if inputs.share is None else 100 * inputs.share
    strict = 100 * inputs.confirmed / inputs.asked if inputs.asked else None
    c = shares.score(weights) if span.asks_for_life else None
    young = founded_on is not None and (span.period.end - founded_on).days < weights.branch_after_days
    unscored = young or not inputs.n
    return Parts(
        a=a,
        b=b,
        b_strict=strict,
        c=c,
        regularity=shares.regularity,
        closure=shares.closure,
        breadth=shares.breadth,
        talks=shares.talks,
        order=shares.order,
        confidence=confidence(gaps_of(inputs), weights),
        raw_open=None if unscored else weighted_index(a, b, c, weights),
        raw_strict=None if unscored else weighted_index(a, strict, c, weights),
    )


def gaps_of(inputs: Inputs) -> Gaps:
    """How complete the records are: sessions with a list, learners with an entry, records handed in, registers kept."""
    return Gaps(
        attendance=(inputs.sessions_listed, inputs.sessions),
        learning=(inputs.learners_recorded, inputs.learners),
        records=(inputs.records_handed_in, inputs.records),
        talk_register=float(inputs.talks_kept),
        timer_register=float(inputs.term_open > 0),
    )


def veto_of(inputs: Inputs, span: Span) -> tuple[str, ...]:
    """The vetoes of a branch; findings of the ledger veto nothing until a human confirms them."""
    return (TERM_VETO,) if inputs.term_vetoes and TERM_VETO in span.weights.vetoes else ()


def scores_of(
    span: Span, measured: Iterable[tuple[Branch, Inputs]], others: Mapping[str, Iterable[tuple[Any, ...]]] | None = None
) -> list[BranchScore]:
    """The scores of branches of one period.

    The median of a type needs all its branches: those that are not among `measured` are given as `others`, by type,
    each as (unshrunk open, unshrunk strict).
    """
    known = [(branch, inputs, parts_of(inputs, span, branch.founded_on)) for branch, inputs in measured]
    raws: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for kind, more in (others or {}).items():
        raws[kind] += more
    for branch, _, parts in known:
        raws[branch.type].append((parts.raw_open, parts.raw_strict))
    medians = {kind: medians_of(pairs) for kind, pairs in raws.items()}
    return [_score(span, branch, inputs, parts, medians[branch.type]) for branch, inputs, parts in known]


def medians_of(pairs: Iterable[tuple[Any, ...]]) -> tuple[float | None, float | None]:
    """The medians of the unshrunk scores (open, strict) of a type."""
    known = list(pairs)
    first, second = (middle(pair[form] for pair in known if pair[form] is not None) for form in (0, 1))
    return first, second


def _score(
    span: Span, branch: Branch, inputs: Inputs, parts: Parts, medians: tuple[float | None, float | None]
) -> BranchScore:
    veto = veto_of(inputs, span)
    raws = (parts.raw_open, parts.raw_strict)
    opened, strict = (
        index_of(raw, inputs.n, median, span.weights, vetoed=bool(veto))
        for raw, median in zip(raws, medians, strict=True)
    )
    return BranchScore(branch, inputs, parts, veto, opened, strict)

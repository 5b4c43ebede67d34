"""The branches of a type beside each other: their unshrunk scores from the store, or measured where it has gaps."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.index import Index, index_of
from zhibu_capability.measure.inputs import Inputs
from zhibu_capability.measure.spans import Span, Survey
from zhibu_capability.score import Branch, medians_of, parts_of, veto_of
from zhibu_capability.scoring import branches, measured, standing
from zhibu_capability.stored import Raw, raws

Field = dict[str, list[Raw]]
"""The branches of each type in one period."""


async def fields_of(session: AsyncSession, asked: Survey, types: Iterable[str]) -> list[Field]:
    """One field for each span of a survey of the whole tenant; two statements where everything is stored."""
    wanted = sorted(set(types))
    rows = [branch for branch in await branches(session, asked) if branch.type in wanted]
    stored = await raws(session, asked.spans, wanted)
    gaps = [n for n, span in enumerate(asked.spans) if len(stored[span.period]) < len(standing(rows, span.period))]
    fresh = await _measured(session, asked, gaps) if gaps else {}
    return [_by_type(wanted, fresh.get(n, stored[span.period])) for n, span in enumerate(asked.spans)]


async def _measured(session: AsyncSession, asked: Survey, gaps: Sequence[int]) -> dict[int, list[Raw]]:
    spans = tuple(asked.spans[n] for n in gaps)
    places = await measured(session, Survey(asked.tenant_id, asked.book, spans, asked.reach, asked.sources))
    return {
        n: [raw_of(span, branch, inputs) for branch, inputs in found]
        for n, span, found in zip(gaps, spans, places, strict=True)
    }


def raw_of(span: Span, branch: Branch, inputs: Inputs) -> Raw:
    """What a branch that was just measured puts into the field."""
    parts = parts_of(inputs, span, branch.founded_on)
    recorded = inputs.records + inputs.learners_recorded > 0
    return Raw(
        branch.id, branch.type, inputs.n, parts.raw_open, parts.raw_strict, recorded, bool(veto_of(inputs, span))
    )


def replaced(field: list[Raw], own: Raw) -> list[Raw]:
    """The field of a type with one branch as it was just measured."""
    return [*(raw for raw in field if raw.organization_id != own.organization_id), own]


def medians(field: Iterable[Raw]) -> tuple[float | None, float | None]:
    """The medians (open, strict) of a type."""
    return medians_of((raw.open, raw.strict) for raw in field)


def strict_index(raw: Raw, median: float | None, span: Span) -> Index:
    """A branch's index in the strict form: what distributions and trends are drawn of."""
    return index_of(raw.strict, raw.n, median, span.weights, vetoed=raw.vetoed)


def _by_type(types: Iterable[str], found: Iterable[Raw]) -> Field:
    field: Field = {kind: [] for kind in types}
    for raw in found:
        if raw.type in field:
            field[raw.type].append(raw)
    return field

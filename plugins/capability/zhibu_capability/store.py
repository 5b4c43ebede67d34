"""Computes scores and stores those that changed: of a whole tenant, or of some branches beside what is stored."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.books import book_of
from zhibu_capability.measure.inputs import Inputs
from zhibu_capability.measure.spans import Span, Survey
from zhibu_capability.score import Branch, BranchScore, scores_of
from zhibu_capability.scoring import branches, measured, standing, survey_of
from zhibu_capability.stored import Shelf, add_scores, current, has_changed
from zhibu_core.ledger.duties import Reach
from zhibu_core.periods import Period
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope

Others = dict[str, list[tuple[float | None, float | None]]]


@dataclass(frozen=True)
class Computed:
    """Scores of one period, in the order of the tree, and how many of them were new or other than stored."""

    span: Span
    scores: list[BranchScore]
    stored: int


async def compute(
    session: AsyncSession,
    scope: Scope,
    platform: Platform,
    period: Period,
    organizations: Collection[uuid.UUID] | None = None,
) -> Computed:
    """Measures branches, scores them and stores what changed; the old values stay.

    With `organizations` only these are measured; the rest of their types is taken as stored, or measured where the
    period is not stored yet. Raises `InvalidInput` (field period) where the index did not exist then.
    """
    book = await book_of(session, scope, platform)
    return (await computed(session, survey_of(session, scope, book, [period]), organizations))[0]


async def computed(
    session: AsyncSession, asked: Survey, organizations: Collection[uuid.UUID] | None = None
) -> list[Computed]:
    """The same for several periods at once: as many statements as for one."""
    shelves = await current(session, [span.period for span in asked.spans])
    everything = await branches(session, asked)
    complete = all(
        branch.id in shelves[span.period] for span in asked.spans for branch in standing(everything, span.period)
    )
    if organizations is None or not complete:
        places = await measured(session, asked)
    else:
        narrowed = Reach(organization_ids=tuple(organizations))
        places = await measured(session, Survey(asked.tenant_id, asked.book, asked.spans, narrowed, asked.sources))
    return [
        await keep(
            session,
            span,
            found,
            shelves[span.period],
            others_of(standing(everything, span.period), shelves[span.period], {branch.id for branch, _ in found}),
        )
        for span, found in zip(asked.spans, places, strict=True)
    ]


async def keep(
    session: AsyncSession, span: Span, found: Sequence[tuple[Branch, Inputs]], shelf: Shelf, others: Others
) -> Computed:
    """Scores what was measured in one period beside the `others` of the types; what changed is added to the store."""
    scored = scores_of(span, found, others)
    changed = [one for one in scored if has_changed(shelf.get(one.branch.id), span, one.inputs)]
    await add_scores(session, span, changed)
    return Computed(span, scored, len(changed))


def others_of(everything: Iterable[Branch], shelf: Shelf, measured_now: Collection[uuid.UUID]) -> Others:
    """The stored unshrunk scores of the branches that are not measured now, by type."""
    found: Others = defaultdict(list)
    for branch in everything:
        stored = shelf.get(branch.id)
        if stored is not None and branch.id not in measured_now:
            found[branch.type].append((stored.raw_open, stored.raw_strict))
    return found

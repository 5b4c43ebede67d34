"""The portrait of branches in a period: everything its page and `Organization.portrait` show."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.actions import READ
from zhibu_capability.books import book_of
from zhibu_capability.field import Field, fields_of, medians, raw_of, replaced, strict_index
from zhibu_capability.following import trend_of
from zhibu_capability.measure.spans import Span
from zhibu_capability.score import BranchScore, scores_of
from zhibu_capability.scoring import measured, survey_of
from zhibu_capability.shares import Measure, largest, measures, raising
from zhibu_capability.stored import Raw
from zhibu_core.disclosure import may_compare, may_distribute
from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.ledger.duties import Reach
from zhibu_core.organization.kinds import BRANCH_TYPES
from zhibu_core.organization.models import Organization
from zhibu_core.periods import Period, unit_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

QUARTERS = 8


@dataclass(frozen=True)
class Portrait:
    """A branch's score with what it is read beside; `as_of` is the last day looked at.

    `units`: how many branches of the type have a score. `type_median` (strict form) is None in a type of fewer than
    five, `distribution` (the values of all of them in ascending order, without names) in one of fewer than eight.
    """

    score: BranchScore
    span: Span
    as_of: dt.date
    measures: tuple[Measure, ...]
    units: int
    type_median: float | None
    distribution: tuple[float, ...] | None

    @property
    def contributions(self) -> list[Measure]:
        """The largest contributions, at most four."""
        return largest(list(self.measures))

    @property
    def raising(self) -> list[Measure]:
        """What would raise the index, at most three."""
        return raising(list(self.measures))

    @property
    def versions(self) -> dict[str, str]:
        """The rule versions used, by rule."""
        return self.span.versions


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A quarter of a trend in the strict form; None where nothing was recorded or there is no score.

    `median` is that of the type today, None in a small one; `rules_changed`: computed by other rule versions than the
    quarter before.
    """

    period: Period
    value: float | None
    median: float | None
    rules_changed: bool


async def portrait(
    session: AsyncSession, scope: Scope, platform: Platform, organization: Organization, period: Period
) -> Portrait:
    """The portrait of one branch, measured now; the rest of its type as stored, or measured where it is not.

    Raises `InvalidInput` where the organization is no branch or the index did not exist then, `NotFound` where it was
    abolished by then, `Unauthenticated`, `Forbidden`.
    """
    if organization.kind not in BRANCH_TYPES:
        words = Words(
            f"“{organization.name}”不是支部，没有组织力画像。请选择一个支部。",
            f"“{organization.name}” is no branch and has no portrait. Choose a branch.",
        )
        raise InvalidInput("not_a_branch", words, field="organization")
    scope.require(READ, organization.path)
    found = await portraits(session, scope, platform, [organization.id], period)
    if organization.id not in found:
        raise NotFound(
            "not_found",
            Words(
                f"“{organization.name}”在 {period.end} 之前已经撤销，没有这个时段的画像。",
                f"“{organization.name}” was abolished before {period.end} and has no portrait of this period.",
            ),
        )
    return found[organization.id]


async def portraits(
    session: AsyncSession, scope: Scope, platform: Platform, organizations: Collection[uuid.UUID], period: Period
) -> dict[uuid.UUID, Portrait]:
    """The portraits of those of the organizations that are branches the scope may read; statements as for one."""
    book = await book_of(session, scope, platform)
    narrow = survey_of(session, scope, book, [period], Reach(organization_ids=tuple(organizations)))
    span = narrow.spans[0]
    found = [pair for pair in (await measured(session, narrow))[0] if scope.may(READ, pair[0].path)]
    if not found:
        return {}
    whole = survey_of(session, scope, book, [period])
    field = (await fields_of(session, whole, {branch.type for branch, _ in found}))[0]
    for branch, inputs in found:
        field[branch.type] = replaced(field[branch.type], raw_of(span, branch, inputs))
    scored = scores_of(span, found, _others(field, {branch.id for branch, _ in found}))
    today = min(period.end, scope.today)
    return {one.branch.id: _portrait(one, span, today, field[one.branch.type]) for one in scored}


async def trend(
    session: AsyncSession, scope: Scope, platform: Platform, organization: Organization, period: Period
) -> list[TrendPoint]:
    """The last eight quarters up to the period's end, oldest first, with the median of the type; raises as `portrait`."""
    scope.require(READ, organization.path)
    quarters = trend_of(unit_of("quarter", period.end))[-QUARTERS:]
    asked = survey_of(session, scope, await book_of(session, scope, platform), quarters)
    fields = await fields_of(session, asked, [organization.type])
    points: list[TrendPoint] = []
    for n, (span, field) in enumerate(zip(asked.spans, fields, strict=True)):
        changed = n > 0 and span.versions != asked.spans[n - 1].versions
        points.append(_point(span, field[organization.type], organization.id, rules_changed=changed))
    return points


def _point(span: Span, field: list[Raw], own: uuid.UUID, *, rules_changed: bool) -> TrendPoint:
    recorded = any(raw.recorded for raw in field)
    median = medians(field)[1] if recorded else None
    values = [strict_index(raw, median, span).score for raw in field if raw.organization_id == own]
    units = sum(raw.strict is not None for raw in field)
    value = values[0] if values and recorded else None
    return TrendPoint(span.period, value, median if may_compare(units) else None, rules_changed)


def _portrait(one: BranchScore, span: Span, today: dt.date, field: list[Raw]) -> Portrait:
    median = one.strict.median
    values = [value for raw in field if (value := strict_index(raw, median, span).score) is not None]
    return Portrait(
        score=one,
        span=span,
        as_of=today,
        measures=tuple(measures(one.inputs, one.parts, span)),
        units=len(values),
        type_median=median if may_compare(len(values)) else None,
        distribution=tuple(sorted(values)) if may_distribute(len(values)) else None,
    )


def _others(field: Field, own: Collection[uuid.UUID]) -> dict[str, list[tuple[float | None, float | None]]]:
    return {
        kind: [(raw.open, raw.strict) for raw in raws if raw.organization_id not in own] for kind, raws in field.items()
    }

"""What is usual in a type: the median of each measure over its branches, from the store, measured where it has gaps."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.fairness import middle
from zhibu_capability.measure.spans import Span
from zhibu_capability.portrait import Portrait
from zhibu_capability.scoring import scores
from zhibu_core.disclosure import may_compare
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of

AXES: Mapping[str, tuple[str, float]] = {
    "attendance": ("a", 1),
    "training": ("b_strict", 1),
    "regularity": ("regularity", 100),
    "closure": ("closure", 100),
    "talks": ("talks", 100),
    "order": ("order", 100),
}
"""The six axes of the radar by measure: the stored part, and what brings it to 0 to 100 (interface.md 9.10)."""

_PARTS = text(
    """select s.parts, s.raw_strict, s.organization_id from (
      select distinct on (c.organization_id) c.organization_id, c.parts, c.raw_strict, c.versions from capability_score c
      where c.tenant_id = :t and c.starts_on = :first and c.ends_on = :last order by c.organization_id desc, c.id desc) s
    join organization o on o.tenant_id = :t and o.id = s.organization_id
    where o.type = :type and s.versions = cast(:versions as jsonb) and s.raw_strict is not null
      and (o.abolished_on is null or o.abolished_on > :last)"""
)


async def typical(session: AsyncSession, scope: Scope, platform: Platform, shown: Portrait) -> dict[str, float]:
    """The medians of the axes in the type of a portrait; empty in a type too small to compare (one statement)."""
    if not may_compare(shown.units):
        return {}
    branch, span = shown.score.branch, shown.span
    rows = await _stored(session, span, branch.type)
    if len(rows) + 1 < shown.units:
        found = await scores(session, scope, platform, span.period)
        same = [one for one in found if one.branch.type == branch.type and one.parts.raw_strict is not None]
        rows = {one.branch.id: msgspec.to_builtins(one.parts) for one in same}
    if shown.score.parts.raw_strict is not None:
        rows[branch.id] = msgspec.to_builtins(shown.score.parts)
    return _medians(rows.values())


async def _stored(session: AsyncSession, span: Span, kind: str) -> dict[Any, dict[str, Any]]:
    parameters = {
        "t": tenant_of(session), "first": span.period.start, "last": span.period.end, "type": kind,
        "versions": msgspec.json.encode(span.versions).decode(),
    }  # fmt: skip
    return {row.organization_id: dict(row.parts) for row in await session.execute(_PARTS, parameters)}


def _medians(parts: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    known = list(parts)
    found: dict[str, float] = {}
    for axis, (name, factor) in AXES.items():
        median = middle(factor * one[name] for one in known if one[name] is not None)
        if median is not None:
            found[axis] = median
    return found

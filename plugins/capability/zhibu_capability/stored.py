"""Reads and adds stored scores: the newest row of a branch and period is the current one, older ones are kept."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from sqlalchemy import Table, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Date, Text, Uuid

from zhibu_capability.lines import index_line
from zhibu_capability.measure.inputs import Inputs
from zhibu_capability.measure.spans import Span
from zhibu_capability.models import CapabilityScore
from zhibu_capability.score import BranchScore
from zhibu_core.periods import Period
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.direct import Named, direct
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import tenant_of

_CURRENT = text(
    """select s.* from unnest(:firsts, :lasts) as p(first_on, last_on)
    cross join organization o
    cross join lateral (
      select s.organization_id, s.starts_on, s.ends_on, s.n, s.raw_open, s.raw_strict, s.inputs, s.versions, s.computed_at
      from capability_score s where s.tenant_id = :t and s.organization_id = o.id and s.starts_on = p.first_on and s.ends_on = p.last_on
      order by s.id desc limit 1) s
    where o.tenant_id = :t and (cast(:orgs as uuid[]) is null or o.id = any(cast(:orgs as uuid[])))"""
).bindparams(
    bindparam("firsts", type_=ARRAY(Date())),
    bindparam("lasts", type_=ARRAY(Date())),
    bindparam("orgs", type_=ARRAY(Uuid())),
)
# Backwards through the index: the newest row of each period comes first, and nothing is sorted.
SHELVES = """left join lateral (
    select distinct on (c.starts_on, c.ends_on) c.organization_id, c.starts_on, c.ends_on, c.n, c.raw_open, c.raw_strict, c.inputs,
      c.versions, c.computed_at
    from capability_score c where c.tenant_id = :t and c.organization_id = b.id
    order by c.starts_on desc, c.ends_on desc, c.id desc) s on true"""
"""Beside each `b.id` the current rows of every period that is stored for it, as `shelves_in` reads them."""
_RAWS = text(
    """select p.first_on, p.last_on, o.id, o.type, s.n, s.raw_open, s.raw_strict, s.result->'veto' <> '[]'::jsonb as vetoed,
      (s.inputs->>'records')::int + (s.inputs->>'learners_recorded')::int > 0 as recorded
    from unnest(:firsts, :lasts, :versions) as p(first_on, last_on, versions)
    cross join lateral (
      select distinct on (c.organization_id) c.organization_id, c.n, c.raw_open, c.raw_strict, c.versions, c.inputs, c.result
      from capability_score c where c.tenant_id = :t and c.starts_on = p.first_on and c.ends_on = p.last_on
      order by c.organization_id desc, c.id desc) s
    join organization o on o.tenant_id = :t and o.id = s.organization_id
    where o.type = any(:types) and s.versions = p.versions::jsonb and (o.abolished_on is null or o.abolished_on > p.last_on)"""
).bindparams(
    bindparam("firsts", type_=ARRAY(Date())),
    bindparam("lasts", type_=ARRAY(Date())),
    bindparam("types", type_=ARRAY(Text())),
    bindparam("versions", type_=ARRAY(Text())),
)
# Branch by branch through the index: what is older than the current row costs nothing, however much there is of it.
_PAIRS = text(
    """select o.type, array_agg(s.raw_open) as raw_open, array_agg(s.raw_strict) as raw_strict from organization o cross join lateral (
      select c.raw_open, c.raw_strict from capability_score c
      where c.tenant_id = :t and c.organization_id = o.id and c.starts_on = :first and c.ends_on = :last
      order by c.id desc limit 1) s
    where o.tenant_id = :t and o.type = any(:types) and o.id <> all(:own) and (o.abolished_on is null or o.abolished_on > :last)
    group by o.type"""
).bindparams(bindparam("types", type_=ARRAY(Text())), bindparam("own", type_=ARRAY(Uuid())))
# Jumps from period to period through the index instead of reading every row.
_PERIODS = text(
    """with recursive seen as (
      (select starts_on, ends_on from capability_score where tenant_id = :t order by starts_on, ends_on limit 1)
      union all
      select n.starts_on, n.ends_on from seen cross join lateral (
        select s.starts_on, s.ends_on from capability_score s
        where s.tenant_id = :t and (s.starts_on, s.ends_on) > (seen.starts_on, seen.ends_on)
        order by s.starts_on, s.ends_on limit 1) n)
    select starts_on, ends_on from seen"""
)
TABLE = cast("Table", CapabilityScore.__table__)


@dataclass(frozen=True, slots=True)
class Stored:
    """The current row of a branch and period."""

    organization_id: uuid.UUID
    period: tuple[dt.date, dt.date]
    n: int
    raw_open: float | None
    raw_strict: float | None
    inputs: Inputs
    versions: dict[str, str]
    computed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Raw:
    """A branch's stored unshrunk scores; `recorded`: anything at all was recorded in the period."""

    organization_id: uuid.UUID
    type: str
    n: int
    open: float | None
    strict: float | None
    recorded: bool
    vetoed: bool


Shelf = dict[uuid.UUID, Stored]
"""Current rows of one period by branch."""


async def current(
    session: AsyncSession, periods: Iterable[Period], organizations: Iterable[uuid.UUID] | None = None
) -> dict[Period, Shelf]:
    """The current rows of some periods, of these organizations or of all; one statement."""
    asked = list(periods)
    parameters = {
        "t": tenant_of(session),
        "firsts": [period.start for period in asked],
        "lasts": [period.end for period in asked],
        "orgs": None if organizations is None else list(organizations),
    }
    found: dict[tuple[dt.date, dt.date], Shelf] = defaultdict(dict)
    for row in await direct(session, _CURRENT, parameters):
        stored = _stored(row)
        found[stored.period][stored.organization_id] = stored
    return {period: found[period.start, period.end] for period in asked}


def shelves_in(rows: Iterable[Named]) -> dict[Period, Shelf]:
    """The current rows by period that a statement found by `SHELVES`; a row may come more than once."""
    found: dict[Period, Shelf] = defaultdict(dict)
    for row in rows:
        if row.organization_id is None:
            continue
        shelf = found[Period.of(row.starts_on, row.ends_on)]
        if row.organization_id not in shelf:
            shelf[row.organization_id] = _stored(row)
    return dict(found)


async def raws(session: AsyncSession, spans: Iterable[Span], types: Iterable[str]) -> dict[Period, list[Raw]]:
    """The stored unshrunk scores of all branches of some types, computed with the rules of these spans; one statement."""
    asked = list(spans)
    parameters = {
        "t": tenant_of(session),
        "firsts": [span.period.start for span in asked],
        "lasts": [span.period.end for span in asked],
        "versions": [msgspec.json.encode(span.versions).decode() for span in asked],
        "types": list(types),
    }
    found: dict[tuple[dt.date, dt.date], list[Raw]] = defaultdict(list)
    for row in await direct(session, _RAWS, parameters):
        raw = Raw(row.id, row.type, row.n, row.raw_open, row.raw_strict, row.recorded, row.vetoed)
        found[row.first_on, row.last_on].append(raw)
    return {span.period: found[span.period.start, span.period.end] for span in asked}


async def pairs_beside(
    session: AsyncSession, period: Period, types: Iterable[str], own: Collection[uuid.UUID]
) -> dict[str, list[tuple[float | None, float | None]]]:
    """The stored unshrunk scores (open, strict) of the other branches of some types, by type; one statement."""
    period_of = {"t": tenant_of(session), "first": period.start, "last": period.end}
    rows = await direct(session, _PAIRS, period_of | {"types": list(types), "own": list(own)})
    return {row.type: list(zip(row.raw_open, row.raw_strict, strict=True)) for row in rows}


async def stored_periods(session: AsyncSession) -> list[Period]:
    """Every period that something is stored for, in order of time."""
    rows = await direct(session, _PERIODS, {"t": tenant_of(session)})
    return [Period.of(row.starts_on, row.ends_on) for row in rows]


async def add_scores(session: AsyncSession, span: Span, scores: Sequence[BranchScore]) -> int:
    """Adds a row for each score; what was stored before stays. Returns their number."""
    now = dt.datetime.now(dt.UTC)
    return await insert_rows(session, TABLE, [_values(span, one, now) for one in scores])


def has_changed(stored: Stored | None, span: Span, inputs: Inputs) -> bool:
    """Whether there is something new to keep: other inputs or other rule versions."""
    return stored is None or stored.inputs != inputs or stored.versions != span.versions


def _values(span: Span, one: BranchScore, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organization_id": one.branch.id,
        "starts_on": span.period.start,
        "ends_on": span.period.end,
        "n": one.inputs.n,
        "raw_open": one.parts.raw_open,
        "raw_strict": one.parts.raw_strict,
        "inputs": msgspec.to_builtins(one.inputs),
        "parts": msgspec.to_builtins(one.parts),
        "result": {"open": index_line(one.open), "strict": index_line(one.strict), "veto": list(one.veto)},
        "versions": span.versions,
        "computed_at": now,
    }


def _stored(row: Named) -> Stored:
    return Stored(
        row.organization_id,
        (row.starts_on, row.ends_on),
        row.n,
        row.raw_open,
        row.raw_strict,
        msgspec.convert(row.inputs, Inputs),
        row.versions,
        row.computed_at,
    )

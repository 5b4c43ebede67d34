"""Duties of timer rules: clocks of cases that a fact starts and another closes, and terms of office."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Boolean, Date, Integer, Text

from zhibu_core.ledger.duties.duty import Duty, FactRef, state_of
from zhibu_core.ledger.duties.reach import IN_FORCE, IN_REACH, Reach
from zhibu_core.ledger.rules import RuleVersion
from zhibu_core.ledger.shapes import TermOfOffice, Timer
from zhibu_core.periods import Period
from zhibu_core.tenancy.session import tenant_of

_CLOCKS = """
w as materialized (
  select w.n, w.starts, w.restarts, w.needs, string_to_array(w.closed, ',') as closed, w.months, w.own_end, w.as_of
  from unnest(:n, :starts, :restarts, :needs, :closed, :months, :own_end, :as_of)
    as w(n, starts, restarts, needs, closed, months, own_end, as_of))"""

TIMERS_CTE = f"""{_CLOCKS},
timer as (
  select w.n, s.id as fact_id, s.kind, s.organization_id, s.person_id, s.record_id, s.happened_on as started_on,
    coalesce(case when w.own_end then s.until_on end, (coalesce(max(f.happened_on) filter (where f.kind = w.restarts), s.happened_on)
      + make_interval(months => w.months))::date) as due_on,
    min(f.happened_on) filter (where f.kind = any(w.closed)) as closed_on,
    bool_or(f.kind = w.needs) as is_due
  from fact s join w on s.kind = w.starts
  join organization o on o.tenant_id = s.tenant_id and o.id = s.organization_id
  join fact f on f.tenant_id = s.tenant_id and f.record_id = s.record_id and f.happened_on <= w.as_of and {IN_FORCE}
  where s.happened_on <= w.as_of and {IN_REACH}
    and (cast(:person as uuid) is null or s.person_id = cast(:person as uuid))
    and not exists (select from fact_end e where e.tenant_id = s.tenant_id and e.fact_id = s.id)
  group by w.n, s.id, s.kind, s.organization_id, s.person_id, s.record_id, s.happened_on, s.until_on, w.own_end, w.months)
"""  # noqa: S608 only our own fragments
"""All clocks started by their `as_of`, as they stood that day: when they are due and when (if) they were closed; `is_due`
is false while another fact that the clock needs is missing."""

OPEN_CTE = f"""{_CLOCKS},
timer as (
  select w.n, w.as_of, s.id as fact_id, s.kind, s.organization_id, s.person_id, s.record_id, s.happened_on as started_on,
    coalesce(case when w.own_end then s.until_on end, (coalesce(
      (select max(f.happened_on) from fact f where f.tenant_id = :t and f.record_id = s.record_id and f.kind = w.restarts
        and f.happened_on <= w.as_of and {IN_FORCE}), s.happened_on) + make_interval(months => w.months))::date) as due_on
  from fact s join w on s.kind = w.starts
  join organization o on o.tenant_id = s.tenant_id and o.id = s.organization_id
  where s.happened_on <= w.as_of and {IN_REACH}
    and not exists (select from fact_end e where e.tenant_id = s.tenant_id and e.fact_id = s.id)
    and not exists (select from fact f where f.tenant_id = s.tenant_id and f.record_id = s.record_id and f.kind = any(w.closed)
      and f.happened_on <= w.as_of and {IN_FORCE})
    and (w.needs = w.starts or exists (select from fact f where f.tenant_id = s.tenant_id and f.record_id = s.record_id
      and f.kind = w.needs and f.happened_on <= w.as_of and {IN_FORCE})))
"""  # noqa: S608 only our own fragments
"""The clocks of `TIMERS_CTE` that are due and not closed, found without looking at those that are."""

_TYPES = {
    "n": Integer,
    "starts": Text,
    "restarts": Text,
    "needs": Text,
    "closed": Text,
    "months": Integer,
    "own_end": Boolean,
    "as_of": Date,
}


def timer_parameters(clocks: Sequence[tuple[RuleVersion, dt.date]]) -> dict[str, list[Any]]:
    """The arrays that `TIMERS_CTE` and `OPEN_CTE` unnest, of rule versions and the day as of which each is asked; `n` is the place."""
    rules = [version.read(Timer) for version, _ in clocks]
    return {
        "n": list(range(len(rules))),
        "starts": [rule.starts for rule in rules],
        "restarts": [rule.restarted_by or "" for rule in rules],
        "needs": [rule.needs for rule in rules],
        "closed": [",".join(rule.closed_by) for rule in rules],
        "months": [rule.months for rule in rules],
        "own_end": [rule.until_on for rule in rules],
        "as_of": [day for _, day in clocks],
    }


def typed(statement: str) -> TextClause:
    """A statement with `TIMERS_CTE` or `OPEN_CTE` whose arrays have their types."""
    return text(statement).bindparams(*(bindparam(name, type_=ARRAY(kind())) for name, kind in _TYPES.items()))


_TIMERS = typed(
    f"""with {TIMERS_CTE}
    select x.*, o.code, o.name, p.number, p.name as person_name from timer x
    join organization o on o.tenant_id = :t and o.id = x.organization_id
    left join person p on p.tenant_id = :t and p.id = x.person_id
    where x.is_due and x.due_on between :first and :last order by o.path, x.due_on, x.n, p.sort_name"""  # noqa: S608
)
_TERMS = text(
    f"""select x.*, o.code, o.name, o.kind as org_kind from (
      select f.id as fact_id, f.kind, f.organization_id, f.record_id, f.happened_on as started_on, f.until_on as due_on,
        lead(f.happened_on) over (partition by f.organization_id order by f.happened_on) as closed_on
      from fact f where f.tenant_id = :t and f.kind = 'term' and f.happened_on <= :as_of and {IN_FORCE}) x
    join organization o on o.tenant_id = :t and o.id = x.organization_id
    where {IN_REACH} and x.due_on between :first and :last order by o.path"""  # noqa: S608
)


async def timer_duties(
    session: AsyncSession, versions: Sequence[RuleVersion], reach: Reach, period: Period, today: dt.date
) -> list[Duty]:
    """The clocks that are due inside the period, by one statement."""
    if not versions:
        return []
    span = {"first": period.start, "last": period.end}
    clocks = timer_parameters([(version, today) for version in versions])
    rows = await session.execute(_TIMERS, reach.parameters(tenant_of(session)) | span | clocks)
    return [_duty(versions[row.n], row, versions[row.n].read(Timer).lead_days, today) for row in rows]


async def term_duties(
    session: AsyncSession, version: RuleVersion, reach: Reach, period: Period, today: dt.date
) -> list[Duty]:
    """The terms of office that end inside the period, by one statement."""
    if reach.person_id is not None:
        return []
    rule = version.read(TermOfOffice)
    parameters = reach.parameters(tenant_of(session)) | {"as_of": today, "first": period.start, "last": period.end}
    parameters.pop("person")
    rows = await session.execute(_TERMS, parameters)
    return [_duty(version, row, -min(rule.alert_days), today) for row in rows if row.org_kind in rule.years]


def _duty(version: RuleVersion, row: Row[Any], lead_days: int, today: dt.date) -> Duty:
    opens = max(row.started_on, row.due_on - dt.timedelta(days=lead_days))
    return Duty(
        version=version,
        organization_id=row.organization_id,
        organization=row.code,
        organization_name=row.name,
        person_id=getattr(row, "person_id", None),
        person=getattr(row, "number", None),
        group=None,
        window=row.started_on.isoformat(),
        opens_on=opens,
        due_on=row.due_on,
        state=state_of(opens, row.due_on, met_on=row.closed_on, today=today),
        required=1,
        held=int(row.closed_on is not None),
        facts=(FactRef(row.fact_id, row.kind, row.started_on, row.record_id),),
        person_name=getattr(row, "person_name", None),
    )

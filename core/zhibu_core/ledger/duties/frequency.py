"""Duties of frequency rules: every window of every rule joined with the organizations that owe it and what they held."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Date, Integer, Text

from zhibu_core.ledger.duties.duty import Duty, state_of
from zhibu_core.ledger.duties.reach import FACTS, IN_FORCE, IN_REACH, Reach
from zhibu_core.ledger.duties.refs import fact_refs
from zhibu_core.ledger.windows import PlannedWindow
from zhibu_core.tenancy.session import tenant_of

OWED_CTE = f"""
w as materialized (
  select w.n, w.rule, w.label, w.required, w.kind, w.opens_on, w.due_on, w.needs, w.vacation,
    string_to_array(w.applies, ',') as applies, string_to_array(w.relieved, ',') as relieved
  from unnest(:n, :rules, :labels, :required, :kinds, :opens, :dues, :needs, :vacation, :applies, :relieved)
    as w(n, rule, label, required, kind, opens_on, due_on, needs, vacation, applies, relieved)),
grp as materialized (
  select distinct f.organization_id, f.grp from fact f join organization o on o.tenant_id = f.tenant_id and o.id = f.organization_id
  where f.tenant_id = :t and f.kind = 'activity' and f.grp is not null and {IN_FORCE} and {IN_REACH}),
owing as (
  select w.*, o.id as organization_id, o.code, o.name, o.path
  from organization o
  join w on o.kind = any(w.applies)
    and (o.founded_on is null or o.founded_on <= w.opens_on) and (o.abolished_on is null or o.abolished_on > w.opens_on)
    and (w.needs <> 'committee' or o.has_committee)
    and (w.vacation = '' or (w.vacation = 'yes') = (o.type = any(w.relieved)))
  where {IN_REACH}),
owed as (
  select x.*, null as grp from owing x where x.needs <> 'group'
  union all
  select x.*, g.grp from grp g join owing x on x.organization_id = g.organization_id and x.needs = 'group')
"""  # noqa: S608 only our own fragments
"""Every window with every organization (and group) that owes it."""

HELD = f"""owed x
left join fact f on f.tenant_id = :t and f.organization_id = x.organization_id and f.kind = x.kind
  and f.happened_on between x.opens_on and x.due_on and f.happened_on <= :today
  and (x.needs <> 'group' or f.grp = x.grp) and {IN_FORCE}
"""
"""What is owed, with the facts that count for it."""

_SQL = f"""with {OWED_CTE}
select x.n, x.organization_id, x.code, x.name, x.grp, count(f.id) as held, {{facts}} as facts
from {HELD}
group by x.n, x.organization_id, x.code, x.name, x.path, x.grp order by x.path, x.n, x.grp
"""  # noqa: S608 only our own fragments
_TYPES = {
    "n": Integer,
    "rules": Text,
    "labels": Text,
    "required": Integer,
    "kinds": Text,
    "opens": Date,
    "dues": Date,
    "needs": Text,
    "vacation": Text,
    "applies": Text,
    "relieved": Text,
}


def typed(statement: str) -> TextClause:
    """A statement with `OWED_CTE` whose arrays have their types."""
    return text(statement).bindparams(*(bindparam(name, type_=ARRAY(kind())) for name, kind in _TYPES.items()))


_PLAIN = typed(_SQL.format(facts="null::json"))
_WITH_FACTS = typed(_SQL.format(facts=FACTS))


async def frequency_duties(
    session: AsyncSession, planned: Sequence[PlannedWindow], reach: Reach, today: dt.date, *, with_facts: bool
) -> list[Duty]:
    """One statement for all windows and organizations."""
    if not planned or reach.person_id is not None:
        return []
    parameters = reach.parameters(tenant_of(session)) | {"today": today} | window_parameters(planned)
    parameters.pop("person")
    rows = await session.execute(_WITH_FACTS if with_facts else _PLAIN, parameters)
    return [_duty(planned[row.n], row, today) for row in rows]


def window_parameters(planned: Sequence[PlannedWindow]) -> dict[str, list[Any]]:
    """The arrays that `OWED_CTE` unnests; `n` is the place in `planned`."""
    return {
        "n": list(range(len(planned))),
        "rules": [p.version.code for p in planned],
        "labels": [p.window.label for p in planned],
        "required": [p.window.required for p in planned],
        "kinds": [p.frequency.kind for p in planned],
        "opens": [p.window.opens_on for p in planned],
        "dues": [p.window.due_on for p in planned],
        "needs": [p.frequency.needs or "" for p in planned],
        "vacation": ["" if p.vacation is None else "yes" if p.vacation else "no" for p in planned],
        "applies": [",".join(p.frequency.applies_to) for p in planned],
        "relieved": [",".join(p.frequency.vacation_types) for p in planned],
    }


def _duty(planned: PlannedWindow, row: Row[Any], today: dt.date) -> Duty:
    window = planned.window
    met_on = window.due_on if row.held >= window.required else None
    return Duty(
        version=planned.version,
        organization_id=row.organization_id,
        organization=row.code,
        organization_name=row.name,
        person_id=None,
        person=None,
        group=row.grp,
        window=window.label,
        opens_on=window.opens_on,
        due_on=window.due_on,
        state=state_of(window.opens_on, window.due_on, met_on=met_on, today=today),
        required=window.required,
        held=row.held,
        facts=fact_refs(row.facts),
    )

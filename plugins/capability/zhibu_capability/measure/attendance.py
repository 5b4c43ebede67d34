"""Part A set-wise: who was there over who owed it, a person's first leaves (one in three sessions) forgiven."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.measure.spans import BRANCHES, INTEGERS, NUMBERS, SPANS, TEXTS, Survey, counted, statement
from zhibu_capability.participation import LEAVES
from zhibu_core.ledger.facts import ATTENDED
from zhibu_core.tenancy.direct import Named, direct

ROLLS = f"""
w as materialized (select * from unnest(:w_p, :w_kind, :w_weight) as w(p, kind, weight)),
c as materialized (select * from unnest(:c_p, :c_mark, :c_credit) as c(p, mark, credit)),
s as materialized (
  select w.p, f.organization_id, f.record_id, f.happened_on, min(f.started_at) as started_at, max(w.weight) as weight
  from fact f join b on b.id = f.organization_id join w on w.kind = f.kind
    join p on p.n = w.p and f.happened_on between p.first_on and p.last_on
  where f.kind = any(:w_kind) and {counted("f")}
  group by w.p, f.organization_id, f.record_id, f.happened_on),
m as (
  select s.p, s.organization_id, s.record_id, s.happened_on, s.weight, a.id as fact_id, a.person_id, a.mark, a.grade,
    a.mark = any(:leaves) as is_leave, count(*) over who as sessions,
    count(*) filter (where a.mark = any(:leaves))
      over (who order by s.happened_on, s.started_at, s.record_id rows unbounded preceding) as leaves
  from s join fact a on a.record_id = s.record_id and a.organization_id = s.organization_id and a.kind = 'attendance' and {counted("a")}
  window who as (partition by s.p, s.organization_id, a.person_id)),
judged as (
  select m.*, m.is_leave and m.leaves <= m.sessions / f.forgiven_in as is_forgiven
  from m join unnest(:p, :forgiven_in) as f(p, forgiven_in) on f.p = m.p),
marked as (select j.*, j.weight * coalesce(c.credit, 0) as credit from judged j left join c on c.p = j.p and c.mark = j.mark)
"""  # noqa: S608 only our own fragments
"""One row a person and session of the period: `marked` with credit, weight and whether the leave is forgiven."""

ARRAYS: dict[str, Any] = {
    "w_p": INTEGERS,
    "w_kind": TEXTS,
    "w_weight": NUMBERS,
    "c_p": INTEGERS,
    "c_mark": TEXTS,
    "c_credit": NUMBERS,
    "forgiven_in": INTEGERS,
    "leaves": TEXTS,
    "sources": TEXTS,
}

# Marks are counted before they are weighed: a branch has hundreds of rows and a handful of marks.
_SQL = statement(
    f"""with {SPANS}, {BRANCHES}, {ROLLS},
    tallied as (
      select p, organization_id, mark, weight, count(*) as n from judged where not is_forgiven group by p, organization_id, mark, weight),
    found as (
      select t.p, t.organization_id, sum(t.n * t.weight * coalesce(c.credit, 0)) as credit, sum(t.n * t.weight) as owed,
        0 as sessions, 0 as sessions_listed
      from tallied t left join c on c.p = t.p and c.mark = t.mark group by t.p, t.organization_id
      union all
      select p, organization_id, 0, 0, count(*), 0 from s group by p, organization_id
      union all
      select p, organization_id, 0, 0, 0, count(*) from (select distinct p, organization_id, record_id from judged) r
      group by p, organization_id)
    select p, organization_id, coalesce(sum(credit), 0) as credit, coalesce(sum(owed), 0) as owed, sum(sessions)::int as sessions,
      sum(sessions_listed)::int as sessions_listed
    from found group by p, organization_id""",  # noqa: S608
    **ARRAYS,
)


def roll_parameters(asked: Survey) -> dict[str, Any]:
    """The parameters of `ROLLS`; a session that a member attended at another tenant's branch weighs as one at home."""
    weights = [
        (n, said, weight)
        for n, span in enumerate(asked.spans)
        for kind, weight in span.weights.sessions.items()
        for said in (kind, ATTENDED + kind)
    ]
    credits_ = [(n, mark, credit) for n, span in enumerate(asked.spans) for mark, credit in span.weights.marks.items()]
    return asked.base | {
        "w_p": [p for p, _, _ in weights],
        "w_kind": [kind for _, kind, _ in weights],
        "w_weight": [weight for _, _, weight in weights],
        "c_p": [p for p, _, _ in credits_],
        "c_mark": [mark for _, mark, _ in credits_],
        "c_credit": [credit for _, _, credit in credits_],
        "forgiven_in": [span.weights.leaves_forgiven_in for span in asked.spans],
        "leaves": list(LEAVES),
        "sources": list(asked.sources),
    }


async def attendance(session: AsyncSession, asked: Survey) -> list[Named]:
    """Rows of p, organization_id, credit, owed, sessions, sessions_listed."""
    return await direct(session, _SQL, roll_parameters(asked))

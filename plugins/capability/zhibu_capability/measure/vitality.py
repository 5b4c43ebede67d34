"""Part C set-wise: members and talks, records and useful kinds, windows, timers and terms; a statement each."""

from sqlalchemy import ARRAY, bindparam
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Integer, Text

from zhibu_capability.measure.learning import MEMBERS
from zhibu_capability.measure.spans import BRANCHES, DAYS, INTEGERS, SPANS, TEXTS, Survey, counted, statement
from zhibu_core.ledger.duties import frequency, timers
from zhibu_core.ledger.shapes import Talks, TermOfOffice
from zhibu_core.ledger.windows import plan_windows
from zhibu_core.tenancy.direct import Named, direct

_PEOPLE = statement(
    f"""with {SPANS}, {BRANCHES}, {MEMBERS},
    found as (
      select p, person_id, organization_id, 0 as talks from members
      union all
      select t.p, f.person_id, null, 1 from fact f
      join unnest(:p, :talk_kind, :talks_from, :lasts) as t(p, kind, first_on, last_on)
        on t.kind = f.kind and f.happened_on between t.first_on and t.last_on
      where f.kind = any(:talk_kind) and f.person_id = any(array(select person_id from members)) and {counted("f")}),
    one as (
      select p, (array_agg(organization_id) filter (where organization_id is not null))[1] as organization_id, max(talks) as talked
      from found group by p, person_id)
    select p, organization_id, count(*) as n, sum(talked)::int as members_with_talk, max(talked) = 1 as talks_kept
    from one where organization_id is not null group by p, organization_id""",  # noqa: S608
    joined_by=DAYS,
    talk_kind=TEXTS,
    talks_from=DAYS,
    sources=TEXTS,
)


async def people(session: AsyncSession, asked: Survey) -> list[Named]:
    """Rows of p, organization_id, n, members_with_talk, talks_kept."""
    parameters = asked.base | {
        "joined_by": [span.joined_by for span in asked.spans],
        "talk_kind": [span.talks.read(Talks).kind if span.talks else None for span in asked.spans],
        "talks_from": [span.talks_from for span in asked.spans],
        "sources": list(asked.sources),
    }
    return await direct(session, _PEOPLE, parameters)


_RECORDS = statement(
    f"""with {SPANS}, {BRANCHES},
    q as materialized (select * from unnest(:q_p, :q_n, :q_kinds, :q_firsts, :q_lasts) as q(p, n, kinds, first_on, last_on)),
    records as (
      select p.n as p, f.organization_id, count(*) as records,
        count(*) filter (where f.until_on <= f.happened_on + d.days) as records_in_time,
        count(f.until_on) as records_handed_in,
        coalesce(sum((f.detail->>'tasks')::int), 0) as tasks, coalesce(sum((f.detail->>'tasks_closed')::int), 0) as tasks_in_time
      from fact f join b on b.id = f.organization_id join p on f.happened_on between p.first_on and p.last_on
        join unnest(:p, :handed_in_days) as d(p, days) on d.p = p.n
      where f.kind = 'activity' and {counted("f")} group by p.n, f.organization_id),
    kinds as (
      select q.p, q.n, f.organization_id, count(distinct f.kind) as kinds
      from fact f join b on b.id = f.organization_id join q on f.happened_on between q.first_on and q.last_on
        and f.kind = any(string_to_array(q.kinds, ','))
      where f.kind = any(:useful) and {counted("f")} group by q.p, q.n, f.organization_id),
    useful as (
      select q.p, r.organization_id, array_agg(coalesce(k.kinds, 0) order by q.n) as useful_kinds_by_quarter
      from q join records r on r.p = q.p left join kinds k on k.p = q.p and k.n = q.n and k.organization_id = r.organization_id
      group by q.p, r.organization_id)
    select r.*, u.useful_kinds_by_quarter from records r join useful u on u.p = r.p and u.organization_id = r.organization_id""",  # noqa: S608
    q_p=INTEGERS,
    q_n=INTEGERS,
    q_kinds=TEXTS,
    q_firsts=DAYS,
    q_lasts=DAYS,
    handed_in_days=INTEGERS,
    useful=TEXTS,
    sources=TEXTS,
)


async def records(session: AsyncSession, asked: Survey) -> list[Named]:
    """Rows of p, organization_id, records and those in time and handed in, tasks likewise, useful_kinds_by_quarter."""
    quarters = [(p, n, span, q) for p, span in enumerate(asked.spans) for n, q in enumerate(span.quarters)]
    parameters = asked.base | {
        "q_p": [p for p, _, _, _ in quarters],
        "q_n": [n for _, n, _, _ in quarters],
        "q_kinds": [",".join(span.weights.useful_kinds) for _, _, span, _ in quarters],
        "q_firsts": [max(q.start, span.period.start) for _, _, span, q in quarters],
        "q_lasts": [min(q.end, span.period.end) for _, _, span, q in quarters],
        "handed_in_days": [span.weights.handed_in_days for span in asked.spans],
        "useful": sorted({kind for span in asked.spans for kind in span.weights.useful_kinds}),
        "sources": list(asked.sources),
    }
    return await direct(session, _RECORDS, parameters)


_WINDOWS = frequency.typed(
    f"""with {frequency.OWED_CTE}, held as (
      select x.n, x.organization_id, x.required, count(f.id) as held from {frequency.HELD}
      where not exists (select from duty_waiver v where v.tenant_id = :t and v.rule = x.rule and v.organization_id = x.organization_id
        and v."window" = x.label and v.grp = coalesce(x.grp, ''))
      group by x.n, x.organization_id, x.grp, x.required)
    select s.p, h.organization_id, sum(h.required)::int as windows_required, sum(least(h.held, h.required))::int as windows_credited
    from held h join unnest(:n, :span) as s(n, p) on s.n = h.n group by s.p, h.organization_id"""  # noqa: S608
).bindparams(bindparam("span", type_=ARRAY(Integer())))


async def windows(session: AsyncSession, asked: Survey) -> list[Named]:
    """Rows of p, organization_id, windows_required, windows_credited; a waived window is not required."""
    planned = [(p, window) for p, span in enumerate(asked.spans) for window in plan_windows(asked.book, span.period)]
    if not planned:
        return []
    parameters = asked.reach.parameters(asked.tenant_id) | frequency.window_parameters([w for _, w in planned])
    parameters |= {"span": [p for p, _ in planned], "today": max(span.period.end for span in asked.spans)}
    del parameters["person"]
    return await direct(session, _WINDOWS, parameters)


_TIMERS = timers.typed(
    f"""with {timers.OPEN_CTE}
    select s.p, x.organization_id, count(*) as clocks_open, count(*) filter (where x.due_on < x.as_of) as clocks_overdue
    from timer x join unnest(:n, :span) as s(n, p) on s.n = x.n
      join organization o on o.tenant_id = :t and o.id = x.organization_id and o.kind = any(:branch_kinds)
    group by s.p, x.organization_id"""  # noqa: S608
).bindparams(bindparam("span", type_=ARRAY(Integer())), bindparam("branch_kinds", type_=ARRAY(Text())))


async def clocks(session: AsyncSession, asked: Survey) -> list[Named]:
    """Rows of p, organization_id, clocks_open, clocks_overdue: development timers as they stood at the period's end."""
    rules = [(p, version, span.period.end) for p, span in enumerate(asked.spans) for version in span.timers]
    if not rules:
        return []
    base = asked.base
    parameters = asked.reach.parameters(asked.tenant_id) | {"branch_kinds": base["branch_kinds"]}
    parameters |= timers.timer_parameters([(version, day) for _, version, day in rules])
    return await direct(session, _TIMERS, parameters | {"span": [p for p, _, _ in rules]})


_TERMS = statement(
    f"""with {SPANS}, {BRANCHES}
    select distinct on (p.n, f.organization_id) p.n as p, f.organization_id, f.id as fact_id, f.record_id, f.happened_on as starts_on,
      f.until_on as ends_on, 1 as term_open, (p.last_on > f.until_on)::int as term_overdue,
      p.last_on > (f.until_on + make_interval(months => v.months))::date as term_vetoes
    from fact f join b on b.id = f.organization_id cross join p join unnest(:p, :veto_months) as v(p, months) on v.p = p.n
    where f.kind = 'term' and v.months is not null and {counted("f")}
    order by p.n, f.organization_id, (f.happened_on <= p.last_on) desc,
      case when f.happened_on <= p.last_on then f.happened_on end desc, f.happened_on""",  # noqa: S608
    veto_months=INTEGERS,
    sources=TEXTS,
)


async def terms(session: AsyncSession, asked: Survey) -> list[Named]:
    """Rows of p, organization_id, fact_id, record_id, starts_on, ends_on, term_open, term_overdue, term_vetoes at the period's end.

    Where only later terms are known, the first of them stands for it: a branch always has a term once one is recorded.
    """
    months = [span.term.read(TermOfOffice).veto_months if span.term else None for span in asked.spans]
    return await direct(session, _TERMS, asked.base | {"veto_months": months, "sources": list(asked.sources)})

"""The rows behind the sums: the same fragments as the parts, not summed up."""

from sqlalchemy import ARRAY, bindparam
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from zhibu_capability.measure.attendance import ARRAYS as ROLL_ARRAYS
from zhibu_capability.measure.attendance import ROLLS, roll_parameters
from zhibu_capability.measure.learning import ARRAYS as LEARNER_ARRAYS
from zhibu_capability.measure.learning import LEARNERS, MEMBERS, learner_parameters
from zhibu_capability.measure.spans import BRANCHES, SPANS, TEXTS, Survey, counted, statement
from zhibu_capability.measure.vitality import terms
from zhibu_core.ledger.duties import timers
from zhibu_core.ledger.shapes import Talks
from zhibu_core.tenancy.direct import Named, direct

_SESSIONS = statement(
    f"""with {SPANS}, {BRANCHES}, {ROLLS}
    select s.record_id, s.happened_on, s.weight, count(m.person_id) as listed, count(m.person_id) filter (where not m.is_forgiven) as owed,
      count(m.person_id) filter (where m.is_forgiven) as forgiven, coalesce(sum(m.credit) filter (where not m.is_forgiven), 0) as credit,
      coalesce(array_agg(m.mark) filter (where m.mark is not null), '{{}}') as marks,
      (select array_agg(distinct f.kind order by f.kind) from fact f
        where f.record_id = s.record_id and f.kind = any(:w_kind) and {counted("f")}) as kinds
    from s left join marked m on m.record_id = s.record_id and m.organization_id = s.organization_id
    group by s.record_id, s.happened_on, s.started_at, s.weight order by s.happened_on, s.started_at, s.record_id""",  # noqa: S608
    **ROLL_ARRAYS,
)
_PEOPLE = statement(
    f"""with {SPANS}, {BRANCHES}, {MEMBERS}, {LEARNERS}
    select l.person_id, who.name, l.hours, l.target, l.required, l.completed,
      exists (select from fact f where f.person_id = l.person_id and f.kind = :talk_kind
        and f.happened_on between cast(:talks_from as date) and cast(:talks_to as date) and {counted("f")}) as has_talk
    from learner l join person who on who.tenant_id = :t and who.id = l.person_id order by who.sort_name, who.id""",  # noqa: S608
    **LEARNER_ARRAYS,
)

_RECORDS = statement(
    f"""with {SPANS}, {BRANCHES}
    select f.record_id, f.happened_on, f.until_on, coalesce((f.detail->>'tasks')::int, 0) as tasks,
      coalesce((f.detail->>'tasks_closed')::int, 0) as tasks_closed,
      array(select jsonb_array_elements_text(coalesce(f.detail->'kinds', '[]'))) as kinds
    from fact f join b on b.id = f.organization_id join p on f.happened_on between p.first_on and p.last_on
    where f.kind = 'activity' and {counted("f")} order by f.happened_on, f.started_at, f.record_id""",  # noqa: S608
    sources=TEXTS,
)
_CLOCKS = timers.typed(
    f"""with {timers.OPEN_CTE}
    select x.*, p.name from timer x join organization o on o.tenant_id = :t and o.id = x.organization_id and o.kind = any(:branch_kinds)
    left join person p on p.tenant_id = :t and p.id = x.person_id order by x.due_on, x.n, p.sort_name, x.fact_id"""  # noqa: S608
).bindparams(bindparam("branch_kinds", type_=ARRAY(Text())))

__all__ = ["clocks", "people", "records", "sessions", "terms"]


async def sessions(session: AsyncSession, asked: Survey) -> list[Named]:
    """The weighted sessions of one span in order of time."""
    return await direct(session, _SESSIONS, roll_parameters(asked))


async def people(session: AsyncSession, asked: Survey) -> list[Named]:
    """The members in scope at the end of one span in order of their names."""
    span = asked.spans[0]
    talks = {
        "talk_kind": span.talks.read(Talks).kind if span.talks else None,
        "talks_from": span.talks_from,
        "talks_to": span.period.end,
    }
    return await direct(session, _PEOPLE, learner_parameters(asked) | talks)


async def records(session: AsyncSession, asked: Survey) -> list[Named]:
    """All records of one span in order of time."""
    return await direct(session, _RECORDS, asked.base | {"sources": list(asked.sources)})


async def clocks(session: AsyncSession, asked: Survey) -> list[Named]:
    """The open development timers at the end of one span, the next due first; `n` is the place among its timers."""
    span = asked.spans[0]
    if not span.timers:
        return []
    base = asked.base
    parameters = asked.reach.parameters(asked.tenant_id) | {"branch_kinds": base["branch_kinds"]}
    parameters |= timers.timer_parameters([(version, span.period.end) for version in span.timers])
    return await direct(session, _CLOCKS, parameters)

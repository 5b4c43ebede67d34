"""Part B set-wise: hours against pro-rata targets and required courses, for the members in scope at a period's end."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.measure.spans import (
    BRANCHES,
    DAYS,
    INTEGERS,
    NUMBERS,
    SPANS,
    TEXTS,
    Survey,
    counted,
    statement,
)
from zhibu_core.ledger.duties.learning import ASKED
from zhibu_core.tenancy.direct import Named, direct

MEMBERS = f"""
members as materialized (
  select p.n as p, m.person_id, m.organization_id, m.joined_on, m.member_class, coalesce(m.party_post, '') <> '' as has_post,
    b.path, b.type
  from membership m join b on b.id = m.organization_id
    join (p join unnest(:p, :joined_by) as j(p, joined_by) on j.p = p.n)
      on m.joined_on <= j.joined_by and (m.until is null or m.until > p.last_on)
  where m.tenant_id = :t and {ASKED})
"""  # noqa: S608 only our own fragments
"""The members in scope at the end of each period."""

LEARNERS = f"""
r as materialized (
  select p.n as p, p.first_on, p.last_on, r.hours_kind, r.yearly, r.yearly_post, r.cap, r.step, r.course_kind, r.required_by,
    string_to_array(r.uncounted, ',') as uncounted from p
    join unnest(:p, :hours_kind, :yearly, :yearly_post, :cap, :step, :course_kind, :required_by, :uncounted)
    as r(n, hours_kind, yearly, yearly_post, cap, step, course_kind, required_by, uncounted) on r.n = p.n),
middle as materialized (select * from unnest(:mid_p, :mid_day) as middle(p, day)),
asked as (
  select m.*, ceil(case when m.has_post then r.yearly_post else r.yearly end * (
      select count(*) from middle where middle.p = m.p and middle.day >= m.joined_on) / 12 / r.step - 1e-9) * r.step as target
  from members m join r on r.p = m.p),
proof as (
  select r.p, f.person_id, f.happened_on, r.cap, max(f.quantity) as hours
  from fact f join r on f.kind = r.hours_kind and f.happened_on between r.first_on and r.last_on
  where f.kind = any(:hours_kind) and f.person_id = any(array(select person_id from members))
    and (f.detail->>'counted')::boolean and {counted("f")}
  group by r.p, f.person_id, f.happened_on, r.cap, coalesce(nullif(f.detail->>'evidence', ''), f.id::text)),
held as (
  select p, person_id, least(sum(hours), cap) as hours from proof group by p, person_id, happened_on, cap),
course as materialized (
  select distinct r.p, f.mark, o.path, f.detail->>'audience' as audience, f.detail->>'type' as type
  from fact f join r on f.kind = r.required_by and f.until_on between r.first_on and r.last_on
    join organization o on o.tenant_id = f.tenant_id and o.id = f.organization_id
  where f.kind = any(:required_by) and {counted("f")}),
done as (
  select r.p, f.person_id, f.mark
  from fact f join r on f.kind = r.course_kind and f.happened_on <= r.last_on
  where f.kind = any(:course_kind) and f.person_id = any(array(select person_id from members))
    and f.mark = any(array(select c.mark from course c))
    and (f.detail->>'confirmed')::boolean and f.detail->>'form' <> all(r.uncounted) and {counted("f")}),
gathered as (
  select p, person_id, organization_id, target, path, type, member_class, has_post, 0 as hours, null as mark from asked
  union all
  select p, person_id, null, null, null, null, null, null, hours, null from held
  union all
  select p, person_id, null, null, null, null, null, null, 0, mark from done),
gained as (
  select p, person_id, (array_agg(organization_id) filter (where organization_id is not null))[1] as organization_id, max(target) as target,
    max(path) as path, max(type) as type, max(member_class) as member_class, bool_or(has_post) as has_post, sum(hours) as hours,
    array_agg(mark) filter (where mark is not null) as marks
  from gathered group by p, person_id),
learner as (
  select o.p, o.organization_id, o.person_id, o.target, o.hours, t.required, t.completed
  from gained o cross join lateral (
    select count(distinct c.mark) as required, count(distinct c.mark) filter (where c.mark = any(o.marks)) as completed
    from course c where c.p = o.p and starts_with(o.path, c.path) and case coalesce(c.audience, 'all')
      when 'all' then true when 'post_holder' then o.has_post when 'type' then c.type = o.type else c.audience = o.member_class end) t
  where o.organization_id is not null)
"""  # noqa: S608 only our own fragments
"""One row a member in scope: `learner` with hours, target, required and completed courses."""

ARRAYS: dict[str, Any] = {
    "joined_by": DAYS,
    "hours_kind": TEXTS,
    "yearly": NUMBERS,
    "yearly_post": NUMBERS,
    "cap": NUMBERS,
    "step": NUMBERS,
    "course_kind": TEXTS,
    "required_by": TEXTS,
    "uncounted": TEXTS,
    "mid_p": INTEGERS,
    "mid_day": DAYS,
    "hours_share": NUMBERS,
    "courses_share": NUMBERS,
    "sources": TEXTS,
}

_SQL = statement(
    f"""with {SPANS}, {BRANCHES}, {MEMBERS}, {LEARNERS}
    select l.p, l.organization_id, count(*) as learners, count(*) filter (where l.hours > 0) as learners_recorded,
      avg(case when l.required = 0 then least(1, l.hours / l.target)
        else w.hours * least(1, l.hours / l.target) + w.courses * l.completed / l.required end) as share,
      count(*) filter (where l.required > 0) as asked,
      count(*) filter (where l.required > 0 and l.completed = l.required) as confirmed
    from learner l join unnest(:p, :hours_share, :courses_share) as w(p, hours, courses) on w.p = l.p
    where l.target > 0 group by l.p, l.organization_id""",  # noqa: S608
    **ARRAYS,
)


def learner_parameters(asked: Survey) -> dict[str, Any]:
    """The parameters of `MEMBERS` and `LEARNERS`."""
    hours = [span.hours_rule() for span in asked.spans]
    courses = [span.course_rule() for span in asked.spans]
    middles = [(n, day) for n, span in enumerate(asked.spans) for day in span.middles]
    return asked.base | {
        "joined_by": [span.joined_by for span in asked.spans],
        "hours_kind": [rule.kind if rule else None for rule in hours],
        "yearly": [rule.yearly if rule else None for rule in hours],
        "yearly_post": [rule.yearly_post_holder if rule else None for rule in hours],
        "cap": [rule.day_cap if rule else None for rule in hours],
        "step": [rule.step if rule else None for rule in hours],
        "course_kind": [rule.kind if rule else None for rule in courses],
        "required_by": [rule.required_by if rule else None for rule in courses],
        "uncounted": [",".join(rule.uncounted_forms) if rule else None for rule in courses],
        "mid_p": [p for p, _ in middles],
        "mid_day": [day for _, day in middles],
        "sources": list(asked.sources),
    }


async def learning(session: AsyncSession, asked: Survey) -> list[Named]:
    """Rows of p, organization_id, learners, learners_recorded, share (0 to 1), asked, confirmed."""
    if not any(span.hours for span in asked.spans):
        return []
    shares = {
        "hours_share": [span.weights.learning.hours for span in asked.spans],
        "courses_share": [span.weights.learning.courses for span in asked.spans],
    }
    return await direct(session, _SQL, learner_parameters(asked) | shares)

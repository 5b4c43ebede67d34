"""Duties of persons to learn: study hours of a year, and required courses by their deadline."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.duties.duty import Duty, DutyState, state_of
from zhibu_core.ledger.duties.reach import FACTS, IN_FORCE, IN_REACH, Reach
from zhibu_core.ledger.duties.refs import fact_refs
from zhibu_core.ledger.rules import RuleVersion
from zhibu_core.ledger.shapes import Course, Hours
from zhibu_core.periods import Period
from zhibu_core.tenancy.session import tenant_of

ASKED = "m.status = 'normal' and not m.is_lost and not m.is_mobile and not m.is_exempt"
"""The condition on `membership m` that hard demands are made of the member (domain.md 4.3, 9.3)."""

LEARNERS = f"""
  select m.tenant_id, m.person_id, m.organization_id, m.joined_on, coalesce(m.party_post, '') <> '' as has_post,
    m.member_class, o.type as org_type, o.code, o.name, o.path, p.number, p.name as person_name, p.sort_name
  from membership m
  join organization o on o.tenant_id = m.tenant_id and o.id = m.organization_id
  join person p on p.tenant_id = m.tenant_id and p.id = m.person_id
  where m.until is null and {ASKED}
    and {IN_REACH} and (cast(:person as uuid) is null or m.person_id = cast(:person as uuid))
"""  # noqa: S608 only our own fragments
"""Those of whom learning is asked: present members of whom hard demands are made (domain.md 4.3, 9.3)."""

AUDIENCE = """(c.audience = 'all' or c.audience = l.member_class or (c.audience = 'post_holder' and l.has_post)
  or (c.audience = 'type' and c.type = l.org_type))"""
"""Whom a required course is for: everybody, a class of members, holders of a party post, or one type of branch."""

COUNTED = f"""
  select f.person_id, sum(least(f.hours, :cap)) as hours from (
    select d.person_id, d.happened_on, sum(d.hours) as hours from (
      select f.person_id, f.happened_on, max(f.quantity) as hours from fact f
      where f.tenant_id = :t and f.kind = :kind and f.happened_on between :first and :last
        and (f.detail->>'counted')::boolean and {IN_FORCE}
      group by f.person_id, f.happened_on, coalesce(nullif(f.detail->>'evidence', ''), f.id::text)) d
    group by d.person_id, d.happened_on) f
  group by f.person_id
"""  # noqa: S608 only our own fragments
"""Counted hours of persons between two days: one evidence once a day, then at most `cap` hours a day (domain.md 5)."""

_HOURS = text(
    f"""with learner as ({LEARNERS}), counted as ({COUNTED})
    select l.*, coalesce(c.hours, 0) as held from learner l left join counted c on c.person_id = l.person_id
    order by l.path, l.sort_name"""  # noqa: S608
)
_COURSES = text(
    f"""with learner as ({LEARNERS}),
    course as (select f.id, f.mark, f.until_on, f.detail->>'audience' as audience, f.detail->>'type' as type, o.path
      from fact f join organization o on o.tenant_id = f.tenant_id and o.id = f.organization_id
      where f.tenant_id = :t and f.kind = :required_by and f.until_on between :first and :last and {IN_FORCE}),
    done as materialized (select f.* from fact f where f.tenant_id = :t and f.kind = :kind and f.mark is not null
      and f.happened_on <= :today and (f.detail->>'confirmed')::boolean and f.detail->>'form' <> all(:uncounted)
      and (cast(:person as uuid) is null or f.person_id = cast(:person as uuid)) and {IN_FORCE})
    select l.person_id, l.organization_id, l.code, l.name, l.number, l.person_name, c.mark, c.until_on,
      min(f.happened_on) as done_on, {FACTS} as facts
    from learner l join course c on starts_with(l.path, c.path) and {AUDIENCE}
    left join done f on f.person_id = l.person_id and f.mark = c.mark
    group by l.person_id, l.organization_id, l.code, l.name, l.number, l.person_name, l.path, l.sort_name, c.mark, c.until_on
    order by l.path, l.sort_name, c.until_on, c.mark"""  # noqa: S608
).bindparams(bindparam("uncounted", type_=ARRAY(Text())))


async def hours_duties(
    session: AsyncSession, version: RuleVersion, reach: Reach, years: Sequence[Period], today: dt.date
) -> list[Duty]:
    """The study hours of each calendar year, one statement a year."""
    rule = version.read(Hours)
    found: list[Duty] = []
    for year in years:
        span = {"first": year.start, "last": min(year.end, today), "cap": rule.day_cap, "kind": rule.kind}
        rows = await session.execute(_HOURS, reach.parameters(tenant_of(session)) | span)
        found += [duty for row in rows if (duty := _hours_duty(version, rule, year, row, today))]
    return found


def _hours_duty(version: RuleVersion, rule: Hours, year: Period, row: Row[Any], today: dt.date) -> Duty | None:
    months = sum(row.joined_on <= month.start.replace(day=15) for month in year.units("month"))
    yearly = rule.yearly_post_holder if row.has_post else rule.yearly
    required = -(-yearly * months / 12 // rule.step) * rule.step
    if not required:
        return None
    opens = max(year.start, row.joined_on)
    met_on = year.end if row.held >= required else None
    return _duty(
        version,
        row,
        year.name,
        (opens, year.end),
        state_of(opens, year.end, met_on=met_on, today=today),
        (required, row.held),
    )


async def course_duties(
    session: AsyncSession, version: RuleVersion, reach: Reach, period: Period, today: dt.date
) -> list[Duty]:
    """The required courses whose deadline lies in the period, asked below the organization that requires them; one
    statement.
    """
    rule = version.read(Course)
    span = {
        "first": period.start,
        "last": period.end,
        "today": today,
        "kind": rule.kind,
        "required_by": rule.required_by,
        "uncounted": list(rule.uncounted_forms),
    }
    rows = await session.execute(_COURSES, reach.parameters(tenant_of(session)) | span)
    found = []
    for row in rows:
        opens = row.until_on - dt.timedelta(days=rule.remind_days)
        state = state_of(opens, row.until_on, met_on=row.done_on, today=today)
        held = int(row.done_on is not None)
        found.append(_duty(version, row, row.mark, (opens, row.until_on), state, (1, held), row.facts))
    return found


def _duty(
    version: RuleVersion,
    row: Row[Any],
    window: str,
    span: tuple[dt.date, dt.date],
    state: DutyState,
    counted: tuple[float, float],
    facts: Any = None,
) -> Duty:
    return Duty(
        version=version,
        organization_id=row.organization_id,
        organization=row.code,
        organization_name=row.name,
        person_id=row.person_id,
        person=row.number,
        group=None,
        window=window,
        opens_on=span[0],
        due_on=span[1],
        state=state,
        required=counted[0],
        held=float(counted[1]),
        facts=fact_refs(facts),
        person_name=row.person_name,
    )

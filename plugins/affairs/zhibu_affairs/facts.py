"""The facts that affairs writes: `development.<step>` for each dated step of a case, `dues` for each month of a member."""

import uuid
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_affairs.development.dates import PROBATION_MONTHS
from zhibu_core.calendar import add_months
from zhibu_core.ledger.facts import FactDraft, Grade, write_facts
from zhibu_core.tenancy.session import tenant_of

SOURCE = "affairs"

# Each table is read once and then joined: right after a first import the planner knows neither, and would read through
# all steps of the tenant for every case.
_STEPS = text(
    """with c as materialized (select id, person_id, organization_id, extension_months from affairs_case
      where tenant_id = :t and id = any(:ids)),
    s as materialized (select case_id, step, on_date, rules from affairs_step where tenant_id = :t and case_id = any(:ids))
    select c.id, c.person_id, c.organization_id, c.extension_months, s.step, s.on_date, s.rules
    from c join s on s.case_id = c.id"""
)
_DUES = text(
    """select id, person_id, organization_id, month,
      case when paid_fen is null or paid_fen = 0 and coalesce(due_fen, 1) > 0 then 'unpaid'
           when paid_fen < due_fen then 'partly' else 'paid' end as mark
    from affairs_dues where tenant_id = :t and id = any(:ids)"""
)


async def write_case_facts(
    session: AsyncSession, ids: Collection[uuid.UUID], *, grade: Grade, written_by: uuid.UUID | None
) -> int:
    """Writes the facts of all steps of these cases as they stand in the tables; returns their number."""
    found = await session.execute(_STEPS, {"t": tenant_of(session), "ids": list(ids)})
    return await write_facts(session, [_step_fact(row, grade) for row in found], source=SOURCE, written_by=written_by)


async def write_dues_facts(
    session: AsyncSession, ids: Collection[uuid.UUID], *, grade: Grade, written_by: uuid.UUID | None
) -> int:
    """Writes one fact an entry that says paid, partly or unpaid, never an amount; returns their number."""
    found = await session.execute(_DUES, {"t": tenant_of(session), "ids": list(ids)})
    drafts = [
        FactDraft(
            kind="dues",
            organization_id=row.organization_id,
            person_id=row.person_id,
            happened_on=row.month,
            mark=row.mark,
            grade=grade,
            record_type="affairs_dues",
            record_id=row.id,
        )
        for row in found
    ]
    return await write_facts(session, drafts, source=SOURCE, written_by=written_by)


def _step_fact(row: Row[Any], grade: Grade) -> FactDraft:
    # Only an extended probation needs its own end: else the rule's months decide (timer DEV-FULL).
    extended = row.step == "vote_on" and row.extension_months
    return FactDraft(
        kind=f"development.{row.step}",
        organization_id=row.organization_id,
        person_id=row.person_id,
        happened_on=row.on_date,
        until_on=add_months(row.on_date, PROBATION_MONTHS + row.extension_months) if extended else None,
        mark=row.rules,
        grade=grade,
        record_type="affairs_case",
        record_id=row.id,
    )

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

# Two reads, joined here: right after a first import the planner takes both tables for empty, and a join of them would
# compare every case with every step.
_CASES = text(
    "select id, person_id, organization_id, extension_months from affairs_case where tenant_id = :t and id = any(:ids)"
)
_STEPS = text(
    "select case_id, step, on_date, rules from affairs_step where tenant_id = :t and case_id = any(:ids) order by id"
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
    given = {"t": tenant_of(session), "ids": list(ids)}
    cases = {case.id: case for case in await session.execute(_CASES, given)}
    steps = await session.execute(_STEPS, given)
    drafts = [_step_fact(cases[step.case_id], step, grade) for step in steps]
    return await write_facts(session, drafts, source=SOURCE, written_by=written_by)


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


def _step_fact(case: Row[Any], step: Row[Any], grade: Grade) -> FactDraft:
    # Only an extended probation needs its own end: else the rule's months decide (timer DEV-FULL).
    extended = step.step == "vote_on" and case.extension_months
    return FactDraft(
        kind=f"development.{step.step}",
        organization_id=case.organization_id,
        person_id=case.person_id,
        happened_on=step.on_date,
        until_on=add_months(step.on_date, PROBATION_MONTHS + case.extension_months) if extended else None,
        mark=step.rules,
        grade=grade,
        record_type="affairs_case",
        record_id=case.id,
    )

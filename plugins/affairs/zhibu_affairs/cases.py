"""Development cases as people keep them: a case with its judgement, a step recorded, probation extended."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_affairs.development import ALL_STEPS, Case, CaseJudgement, Extension, judge_case, text_on
from zhibu_affairs.development.checks import EXTENSION_MONTHS
from zhibu_affairs.facts import write_case_facts
from zhibu_affairs.findings import case_of
from zhibu_affairs.models import HALF_YEAR_REVIEW, DevelopmentCase, DevelopmentStep
from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.ledger.facts import end_facts
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

READ = "affairs.case.read"
RECORD = "affairs.case.record"
OBJECT = "affairs_case"


@dataclass(frozen=True)
class CaseView:
    """A case with its steps as the rules see them, and what they say of it today."""

    record: DevelopmentCase
    case: Case
    judgement: CaseJudgement


async def case_view(session: AsyncSession, scope: Scope, case_id: uuid.UUID) -> CaseView:
    """A case judged on the tenant's day; raises `NotFound`, or `Forbidden` without `affairs.case.read` at its branch."""
    record = await _allowed(session, scope, case_id, READ)
    case = await _case(session, record)
    return CaseView(record, case, judge_case(case, scope.today))


async def record_step(
    session: AsyncSession, scope: Scope, case_id: uuid.UUID, step: str, on: date, *, reason: str = ""
) -> DevelopmentStep:
    """Records a step's day, or moves it (then `reason` says why); the half-year review is added each time.

    Raises `NotFound`, `Forbidden` without `affairs.case.record` at the case's branch, and `InvalidInput` for an unknown
    step, a day to come, or a changed day without a reason. What breaks a rule is judged, never refused.
    """
    record = await _allowed(session, scope, case_id, RECORD)
    if step not in (*ALL_STEPS, HALF_YEAR_REVIEW):
        raise InvalidInput(
            "step_unknown",
            Words(f"没有“{step}”这一步。请从步骤列表中选择。", f"There is no step “{step}”. Choose one from the list."),
            field="step",
        )
    if on > scope.today:
        raise InvalidInput(
            "date_future",
            Words(
                f"{on} 在今天之后。请填写实际发生的日期。", f"{on} is after today. Give the date on which it happened."
            ),
            field="on",
        )
    held = None if step == HALF_YEAR_REVIEW else await _held(session, case_id, step)
    if held is None:
        held = DevelopmentStep(id=new_id(), case_id=case_id, step=step, on_date=on, rules=text_on(on))
        session.add(held)
    elif held.on_date == on:
        return held
    else:
        _require_reason(reason)
        held.on_date, held.rules = on, text_on(on)
    await _renew(session, scope, record, [step], reason or step)
    return held


async def extend_probation(
    session: AsyncSession, scope: Scope, case_id: uuid.UUID, months: int, *, reason: str
) -> DevelopmentCase:
    """Prolongs probation once by 6 to 12 months (Art. 31); raises as `record_step`, and `InvalidInput` otherwise."""
    record = await _allowed(session, scope, case_id, RECORD)
    _require_reason(reason)
    if record.extension_months is not None:
        raise InvalidInput(
            "extend_twice",
            Words(
                "预备期只能延长一次（第三十一条）。", "The probationary period can be extended once only (article 31)."
            ),
            field="months",
        )
    if months not in EXTENSION_MONTHS:
        raise InvalidInput(
            "extend_length",
            Words(
                "延长预备期应为 6 至 12 个月（第三十一条）。",
                "The probationary period is extended by 6 to 12 months (article 31).",
            ),
            field="months",
        )
    record.extension_months = months
    await _renew(session, scope, record, ["extension_months"], reason)
    return record


async def _renew(session: AsyncSession, scope: Scope, record: DevelopmentCase, changed: list[str], reason: str) -> None:
    """Supersedes the case's facts, and notes and tells what changed."""
    await session.flush()
    await end_facts(session, [record.id], "superseded", note=reason, ended_by=scope.person())
    await write_case_facts(session, [record.id], grade="recorded", written_by=scope.person())
    await note(session, scope, RECORD, OBJECT, record.id, fields=changed)
    await publish(session, "case.changed", OBJECT, record.id)


async def _allowed(session: AsyncSession, scope: Scope, case_id: uuid.UUID, action: str) -> DevelopmentCase:
    record = await session.scalar(select(DevelopmentCase).where(DevelopmentCase.id == case_id))
    if record is None:
        raise not_found(Words("发展党员台账记录", "development case"), str(case_id))
    path = await session.scalar(select(Organization.path).where(Organization.id == record.organization_id))
    scope.require(action, path)
    return record


async def _case(session: AsyncSession, record: DevelopmentCase) -> Case:
    """The case as the rules see it, reviews and extension included."""
    steps = list(await session.scalars(select(DevelopmentStep).where(DevelopmentStep.case_id == record.id)))
    row: dict[str, Any] = dict.fromkeys(ALL_STEPS) | {one.step: one.on_date for one in steps}
    for name in (
        "introducers",
        "review_result",
        "train_hours",
        "voters",
        "voters_present",
        "yes",
        "ballot",
        "approver",
    ):
        row[name] = getattr(record, name)
    row["birth"] = await session.scalar(select(Person.birth_on).where(Person.id == record.person_id))
    case = case_of(row)
    facts = msgspec.structs.replace(
        case.facts,
        half_year_reviews=tuple(sorted(one.on_date for one in steps if one.step == HALF_YEAR_REVIEW)),
        extensions=(Extension(record.extension_months),) if record.extension_months else (),
    )
    return Case(case.birth, case.steps, facts)


async def _held(session: AsyncSession, case_id: uuid.UUID, step: str) -> DevelopmentStep | None:
    query = select(DevelopmentStep).where(DevelopmentStep.case_id == case_id, DevelopmentStep.step == step)
    found: DevelopmentStep | None = await session.scalar(query)
    return found


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput(
            "required_missing",
            Words("请写明原因，便于日后核对。", "State the reason, so that it can be checked later."),
            field="reason",
        )

"""Waives a duty: it need not be met, and the reason and who decided stay readable."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.ledger.duties.duty import DutyKey
from zhibu_core.ledger.models import DutyWaiver
from zhibu_core.organization.models import Organization
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.changes import tell_of_ledger
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

LONGEST = 500


async def waive(session: AsyncSession, scope: Scope, key: DutyKey, reason: str) -> DutyWaiver:
    """Waives the duty of this key; raises `InvalidInput` without a reason, `NotFound` for an organization out of reach."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST:
        raise InvalidInput(
            "reason_missing",
            Words(
                f"请写明免除的理由，不超过 {LONGEST} 字。",
                f"State the reason for the waiver in at most {LONGEST} characters.",
            ),
            field="reason",
        )
    path = await session.scalar(select(Organization.path).where(Organization.id == key.organization_id))
    if path is None:
        raise NotFound("not_found", Words("没有找到这项任务。", "There is no such duty."))
    scope.require("duty.waive", path)
    waiver = DutyWaiver(
        id=new_id(),
        rule=key.rule,
        organization_id=key.organization_id,
        person_id=key.person_id,
        window=key.window,
        grp=key.group,
        reason=reason,
        waived_by=scope.person(),
        waived_at=dt.datetime.now(dt.UTC),
    )
    session.add(waiver)
    await session.flush()
    await note(session, scope, "duty.waive", "duty_waiver", waiver.id, fields=[key.rule])
    await publish(session, "duty.waived", "duty_waiver", waiver.id)
    await tell_of_ledger(session, [key.organization_id])
    return waiver

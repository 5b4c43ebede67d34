"""Plans a meeting to come."""

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.access import organization_for
from zhibu_orglife.actions import PLAN
from zhibu_orglife.checking import check_plan
from zhibu_orglife.checking_held import HELD, check_unrecorded
from zhibu_orglife.content import Plan
from zhibu_orglife.facts import RECORD
from zhibu_orglife.keeping import fill_occasion, new_meeting
from zhibu_orglife.models import Meeting


async def plan_meeting(session: AsyncSession, scope: Scope, plan: Plan) -> Meeting:
    """Keeps a planned meeting; `record_meeting` with its id makes it the record.

    Raises `InvalidInput`, `Conflict` where the same is planned or recorded at that time, `Forbidden`, `NotFound`.
    """
    organization = await organization_for(session, scope, plan.organization_id, PLAN)
    check_plan(scope, organization, plan)
    meeting = new_meeting(scope, plan)
    fill_occasion(scope, meeting, plan)
    meeting.state = "planned"
    meeting.duty_rule, meeting.duty_window = plan.duty_rule, plan.duty_window
    await check_unrecorded(session, meeting, ("planned", *HELD))
    session.add(meeting)
    await session.flush()
    await note(session, scope, PLAN, RECORD, meeting.id, fields=["kinds", "starts_at"])
    await publish(session, "meeting.planned", RECORD, meeting.id)
    return meeting

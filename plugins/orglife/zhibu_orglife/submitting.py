"""Hands in a draft that was kept for later."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.access import meeting_for
from zhibu_orglife.actions import RECORD
from zhibu_orglife.approving import hand_in
from zhibu_orglife.checking_held import check_unrecorded
from zhibu_orglife.keeping import minutes_of
from zhibu_orglife.models import Meeting
from zhibu_orglife.recording import check_minutes


async def submit_meeting(session: AsyncSession, scope: Scope, meeting_id: uuid.UUID) -> Meeting:
    """Hands in a draft, checked once more; approved in the same act where `record_meeting` would.

    Raises `InvalidInput` for what is missing, `Conflict` where it is no draft, `Forbidden`, `NotFound`.
    """
    meeting, organization = await meeting_for(session, scope, meeting_id, RECORD)
    if meeting.state != "draft":
        raise Conflict(
            "not_draft",
            Words(
                "只有草稿可以提交。请刷新后查看最新状态。",
                "Only a draft can be submitted. Reload to see where it stands.",
            ),
            field="meeting",
        )
    await check_minutes(session, scope, organization, await minutes_of(session, meeting), complete=True)
    await check_unrecorded(session, meeting)
    await hand_in(session, scope, meeting, organization)
    return meeting

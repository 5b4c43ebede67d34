"""Sends a record that waits for approval back to those who wrote it."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.access import meeting_for
from zhibu_orglife.actions import APPROVE
from zhibu_orglife.facts import RECORD
from zhibu_orglife.models import Meeting


async def return_meeting(session: AsyncSession, scope: Scope, meeting_id: uuid.UUID, *, reason: str) -> Meeting:
    """Makes a record that waits for approval a draft again, with the reason; a version in force stays in force.

    Raises `InvalidInput` (field reason) without a reason, `Conflict` where it does not wait, `Forbidden`, `NotFound`.
    """
    meeting, _ = await meeting_for(session, scope, meeting_id, APPROVE)
    if meeting.state != "submitted":
        raise Conflict(
            "not_waiting",
            Words(
                "这条记录不在等待审定。请刷新后查看最新状态。",
                "This record does not wait for approval. Reload to see where it stands.",
            ),
            field="meeting",
        )
    if not reason.strip():
        raise InvalidInput(
            "reason_missing",
            Words(
                "退回请写明要改什么，记录人才能补正。", "State what is to be changed, so that the recorder can do it."
            ),
            field="reason",
        )
    meeting.state, meeting.reason = "draft", reason.strip()
    await session.flush()
    await note(session, scope, APPROVE, RECORD, meeting.id, fields=["state"], purpose=meeting.reason)
    await publish(session, "meeting.returned", RECORD, meeting.id)
    return meeting

"""Hands records in, approves them, withdraws them: what puts facts into force and takes them out again."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Conflict, Forbidden, InvalidInput
from zhibu_core.ledger.facts import end_facts
from zhibu_core.organization.models import Organization
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.tenant_settings import value_of
from zhibu_core.words import Words
from zhibu_orglife.access import meeting_for
from zhibu_orglife.actions import APPROVE, WITHDRAW
from zhibu_orglife.facts import RECORD, write_meeting_facts
from zhibu_orglife.models import Meeting
from zhibu_orglife.settings import SECOND_PERSON


async def approve_meeting(session: AsyncSession, scope: Scope, meeting_id: uuid.UUID) -> Meeting:
    """Puts a record that was handed in into force; an earlier version's facts are superseded.

    Raises `Forbidden` where the tenant asks for a second person and it is the first one again, `Conflict` where the
    record does not wait for approval, `NotFound`.
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
    if await value_of(session, SECOND_PERSON) and meeting.submitted_by == scope.person():
        raise Forbidden(
            "second_person",
            Words(
                "本单位要求由另一人审定，不能审定自己提交的记录。",
                "Your organization wants a second person to approve; you cannot approve a record that you submitted.",
            ),
            field="meeting",
        )
    await put_in_force(session, scope, meeting)
    return meeting


async def hand_in(session: AsyncSession, scope: Scope, meeting: Meeting, organization: Organization) -> None:
    """Marks a complete version as handed in, and approves it in the same act where that is allowed."""
    meeting.state = "submitted"
    meeting.submitted_by = scope.person()
    meeting.submitted_on = meeting.submitted_on or scope.today
    await session.flush()
    await publish(session, "meeting.submitted", RECORD, meeting.id)
    if scope.may(APPROVE, organization.path) and not await value_of(session, SECOND_PERSON):
        await put_in_force(session, scope, meeting)


async def put_in_force(session: AsyncSession, scope: Scope, meeting: Meeting) -> None:
    """Approves a version: the one before leaves force with its facts, this one's facts are written."""
    in_force = select(Meeting).where(Meeting.series_id == meeting.series_id, Meeting.state == "approved")
    for earlier in await session.scalars(in_force):
        earlier.state = "replaced"
        await session.flush()
        await end_facts(session, [earlier.id], "superseded", note=meeting.reason, ended_by=scope.person())
    meeting.state = "approved"
    meeting.approved_by, meeting.approved_at = scope.person(), dt.datetime.now(dt.UTC)
    await session.flush()
    await write_meeting_facts(session, meeting, written_by=scope.person())
    await note(session, scope, APPROVE, RECORD, meeting.id)
    await publish(session, "meeting.approved", RECORD, meeting.id)


async def withdraw_meeting(session: AsyncSession, scope: Scope, meeting_id: uuid.UUID, *, reason: str = "") -> Meeting:
    """Takes a record back: an approved one with its facts and with a correction that still waits, any other by itself.

    Withdrawing a waiting correction leaves the version in force as it is. Raises `InvalidInput` (field reason) where
    an approved record is withdrawn without one, `Conflict` where it is over already, `Forbidden`, `NotFound`.
    """
    meeting, _ = await meeting_for(session, scope, meeting_id, WITHDRAW)
    if meeting.state in ("replaced", "withdrawn"):
        raise Conflict(
            "not_latest",
            Words(
                "这条记录已被更正或撤回。请打开最新的一版。",
                "This record was corrected or withdrawn. Open the latest version.",
            ),
            field="meeting",
        )
    reason = reason.strip()
    if meeting.state == "approved":
        if not reason:
            raise InvalidInput(
                "reason_missing",
                Words(
                    "撤回已生效的记录请写明原因，它的统计会随之取消。",
                    "State why you withdraw an approved record; what it counted for is undone.",
                ),
                field="reason",
            )
        await end_facts(session, [meeting.id], "retracted", note=reason, ended_by=scope.person())
        for waiting in await session.scalars(
            select(Meeting).where(Meeting.series_id == meeting.series_id, Meeting.state == "submitted")
        ):
            waiting.state = "withdrawn"
    meeting.state = "withdrawn"
    meeting.reason = reason or meeting.reason
    await session.flush()
    await note(session, scope, WITHDRAW, RECORD, meeting.id, purpose=reason or None)
    await publish(session, "meeting.withdrawn", RECORD, meeting.id)
    return meeting

"""The member's own word on the roll: confirmed, or disputed with what was different."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.access import fresh_meeting, locked_organization, meeting_not_found
from zhibu_orglife.actions import CONFIRM
from zhibu_orglife.facts import RECORD, held, marked, person_facts, supersede
from zhibu_orglife.models import Attendance, Meeting

LONGEST_DISPUTE = 500


async def confirm_attendance(session: AsyncSession, scope: Scope, meeting_id: uuid.UUID) -> Attendance:
    """Keeps that the asker agrees with the own mark; a dispute about it is over.

    Where the record is in force, the asker's facts are superseded by facts of the grade "confirmed", nobody else's.
    Raises `NotFound` where the asker is not on the roll, `Conflict` where the record is not handed in or is over.
    """
    return await _say(session, scope, meeting_id, confirmed_at=dt.datetime.now(dt.UTC), disputed=None)


async def dispute_attendance(session: AsyncSession, scope: Scope, meeting_id: uuid.UUID, text: str) -> Attendance:
    """Keeps what the asker says against the own mark; the mark stays until the recorder corrects it.

    Facts that stood as confirmed fall back to what the roll alone says. Raises what `confirm_attendance` raises, and
    `InvalidInput` (field text) for an empty or too long text.
    """
    said = text.strip()
    if not said:
        raise InvalidInput(
            "required_missing",
            Words("请写明哪里有误，例如“当天我到会了”。", "State what is wrong, for example “I was there that day”."),
            field="text",
        )
    if len(said) > LONGEST_DISPUTE:
        raise InvalidInput(
            "too_long",
            Words(f"最多 {LONGEST_DISPUTE} 个字。请缩短。", f"At most {LONGEST_DISPUTE} characters. Shorten it."),
            field="text",
        )
    return await _say(session, scope, meeting_id, confirmed_at=None, disputed=said)


async def _say(
    session: AsyncSession,
    scope: Scope,
    meeting_id: uuid.UUID,
    *,
    confirmed_at: dt.datetime | None,
    disputed: str | None,
) -> Attendance:
    meeting, lines = await _own_lines(session, scope, meeting_id)
    own = next(line for line, of in lines if of.id == meeting.id)
    for line, of in lines:
        if line.mark != own.mark:
            continue
        was = marked(line)
        line.confirmed_at, line.disputed = confirmed_at, disputed
        if of.state == "approved" and marked(line) != was:
            drafts = list(person_facts(held(of), marked(line)))
            word = "confirmed" if confirmed_at else "disputed"
            await supersede(session, of.id, drafts, note=word, written_by=scope.person())
    await session.flush()
    word = "confirmed" if confirmed_at else "disputed"
    await note(session, scope, CONFIRM, "attendance", own.id, fields=["confirmed_at", "disputed"])
    await publish(session, f"attendance.{word}", RECORD, meeting.id)
    return own


async def _own_lines(
    session: AsyncSession, scope: Scope, meeting_id: uuid.UUID
) -> tuple[Meeting, list[tuple[Attendance, Meeting]]]:
    """The meeting, and the asker's line in the version in force and in one that waits to replace it."""
    person = scope.person()
    scope.require(CONFIRM)
    # Being on the roll is enough: whoever has moved to another branch still answers for what was before.
    mine = (
        select(Meeting.organization_id)
        .join(Attendance, (Attendance.tenant_id == Meeting.tenant_id) & (Attendance.meeting_id == Meeting.id))
        .where(Meeting.id == meeting_id, Attendance.person_id == person)
    )
    where = await session.scalar(mine)
    if where is None or await locked_organization(session, where) is None:
        raise meeting_not_found()
    meeting = await fresh_meeting(session, meeting_id)
    if meeting.state not in ("submitted", "approved"):
        raise Conflict(
            "not_submitted",
            Words(
                "这条记录还没有提交，或已被更正、撤回。请查看最新的一版。",
                "This record is not submitted yet, or it was corrected or withdrawn. See the latest version.",
            ),
            field="meeting",
        )
    query = (
        select(Attendance, Meeting)
        .join(Meeting, (Meeting.tenant_id == Attendance.tenant_id) & (Meeting.id == Attendance.meeting_id))
        .where(
            Meeting.series_id == meeting.series_id,
            Meeting.state.in_(("submitted", "approved")),
            Attendance.person_id == person,
        )
    )
    return meeting, [(line, of) for line, of in await session.execute(query)]

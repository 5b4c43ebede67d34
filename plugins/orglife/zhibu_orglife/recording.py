"""Records a meeting that was held, as a draft or handed in, and corrects a record by a new version."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.organization.models import Organization
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.tenant_settings import value_of
from zhibu_core.words import Words
from zhibu_orglife.access import instant, meeting_for, meeting_not_found, organization_for
from zhibu_orglife.actions import RECORD as ACTION
from zhibu_orglife.approving import hand_in
from zhibu_orglife.checking import check_complete, check_draft
from zhibu_orglife.checking_held import check_belonging, check_unrecorded
from zhibu_orglife.content import Minutes
from zhibu_orglife.facts import RECORD
from zhibu_orglife.keeping import (
    fill,
    keep_roll,
    keep_tasks,
    marks_before,
    new_meeting,
    next_version,
    tasks_of_version,
)
from zhibu_orglife.kinds import in_order
from zhibu_orglife.models import Attendance, Meeting, Task
from zhibu_orglife.settings import LOCK_DAYS


async def record_meeting(
    session: AsyncSession,
    scope: Scope,
    minutes: Minutes,
    *,
    meeting_id: uuid.UUID | None = None,
    draft_id: uuid.UUID | None = None,
    submit: bool = True,
) -> Meeting:
    """Keeps a record; `meeting_id` is the planned meeting or the draft that it completes.

    Without it, a meeting that was planned for the same day, kinds and group is completed. `draft_id` is the id that a
    new record gets, so that a form which is sent twice makes one record: the second completes the first. With `submit` the record is
    handed in, and approved in the same act where the asker may and the tenant asks for no second person. Raises
    `InvalidInput` (with the field), `Conflict`, `Forbidden`, `NotFound`.
    """
    begun: Meeting | None = None
    if meeting_id is None:
        organization = await organization_for(session, scope, minutes.organization_id, ACTION)
        begun = await _kept_as(session, organization, draft_id)
    else:
        begun, organization = await meeting_for(session, scope, meeting_id, ACTION)
    if begun is not None:
        _check_open(begun, minutes)
    await check_minutes(session, scope, organization, minutes, complete=submit)
    meeting = begun or await _planned(session, scope, minutes) or new_meeting(scope, minutes, draft_id)
    goes_on = meeting.state == "draft" and meeting.written_by == scope.person()
    roll, tasks = await _before(session, begun) if begun else ({}, [])
    fill(scope, meeting, minutes)
    meeting.state = "draft"
    with session.no_autoflush:
        await check_unrecorded(session, meeting)
    session.add(meeting)
    await session.flush()
    await keep_roll(session, meeting, minutes.roll, scope.person(), roll)
    await keep_tasks(session, meeting, minutes.tasks, tasks)
    if submit or not goes_on:  # drafts are kept with every change; the audit hears of the first
        await note(session, scope, ACTION, RECORD, meeting.id, fields=["minutes", "roll"])
    if submit:
        await hand_in(session, scope, meeting, organization)
    return meeting


async def correct_meeting(
    session: AsyncSession, scope: Scope, meeting_id: uuid.UUID, minutes: Minutes, *, reason: str = ""
) -> Meeting:
    """Keeps a new version of a record that was handed in; returns it, approved where `record_meeting` would.

    While a second person has yet to approve it, the old version stays in force. Raises `Conflict` where the version
    named is not the latest, and what `record_meeting` raises.
    """
    old, organization = await meeting_for(session, scope, meeting_id, ACTION)
    await _check_correctable(session, scope, old, minutes, reason)
    await check_minutes(session, scope, organization, minutes, complete=True)
    if old.state == "submitted":
        old.state = "replaced"
        await session.flush()
    number = await session.scalar(select(func.max(Meeting.version)).where(Meeting.series_id == old.series_id))
    meeting = next_version(scope, old, (number or old.version) + 1, reason.strip())
    fill(scope, meeting, minutes)
    meeting.state = "draft"
    await check_unrecorded(session, meeting)
    session.add(meeting)
    await session.flush()
    await keep_roll(session, meeting, minutes.roll, scope.person(), await marks_before(session, old.id))
    await keep_tasks(session, meeting, minutes.tasks, await tasks_of_version(session, old.id))
    await note(session, scope, ACTION, RECORD, meeting.id, fields=["minutes", "roll"], purpose=meeting.reason or None)
    await publish(session, "meeting.corrected", RECORD, meeting.id)
    await hand_in(session, scope, meeting, organization)
    return meeting


async def check_minutes(
    session: AsyncSession, scope: Scope, organization: Organization, minutes: Minutes, *, complete: bool
) -> None:
    """Raises `InvalidInput` where a record cannot be kept, or with `complete` not be handed in."""
    check_draft(scope, organization, minutes)
    if complete:
        check_complete(minutes)
    day = instant(scope, minutes.starts_at).date()
    await check_belonging(session, organization, day, (entry.person_id for entry in minutes.roll), field="roll")
    owners = (task.owner_person_id for task in minutes.tasks if task.owner_person_id)
    await check_belonging(session, organization, day, owners, field="tasks")


async def _kept_as(session: AsyncSession, organization: Organization, draft_id: uuid.UUID | None) -> Meeting | None:
    """What the organization kept under the id that a form has chosen; raises `NotFound` where it is another's."""
    if draft_id is None:
        return None
    found = await session.scalar(select(Meeting).where(Meeting.id == draft_id))
    if found is not None and found.organization_id != organization.id:
        raise meeting_not_found()
    return found


async def _before(
    session: AsyncSession, begun: Meeting
) -> tuple[dict[tuple[uuid.UUID, str], Attendance], Sequence[Task]]:
    """The roll and the tasks that a draft had, and those of the version that it replaces: that one stayed in force, so
    what was said there and done since is the latest.
    """
    roll = await marks_before(session, begun.id, begun.replaces_id)
    tasks = await tasks_of_version(session, begun.id)
    if begun.replaces_id is not None:
        tasks += [task for task in await tasks_of_version(session, begun.replaces_id) if task.closed_on]
    return roll, tasks


async def _planned(session: AsyncSession, scope: Scope, minutes: Minutes) -> Meeting | None:
    query = select(Meeting).where(
        Meeting.organization_id == minutes.organization_id,
        Meeting.state == "planned",
        Meeting.held_on == instant(scope, minutes.starts_at).date(),
        Meeting.kinds == in_order(minutes.kinds),
        Meeting.grp.is_not_distinct_from((minutes.grp or "").strip() or None),
    )
    return (await session.scalars(query.order_by(Meeting.starts_at).limit(1))).first()


def _check_open(meeting: Meeting, minutes: Minutes) -> None:
    _check_same_organization(meeting, minutes)
    if meeting.state not in ("planned", "draft"):
        raise Conflict(
            "already_submitted",
            Words(
                "这次活动的记录已经提交。请用“更正”修改。",
                "This meeting's record is already submitted. Use “Correct” to change it.",
            ),
            field="meeting",
        )


def _check_same_organization(meeting: Meeting, minutes: Minutes) -> None:
    if meeting.organization_id != minutes.organization_id:
        raise InvalidInput(
            "organization_changed",
            Words(
                "一条记录不能换党组织。请撤回后在正确的党组织重新记录。",
                "A record cannot change its organization. Withdraw it and record it at the right one.",
            ),
            field="organization",
        )


async def _check_correctable(session: AsyncSession, scope: Scope, old: Meeting, minutes: Minutes, reason: str) -> None:
    _check_same_organization(old, minutes)
    if old.state in ("planned", "draft"):
        raise Conflict(
            "not_submitted",
            Words(
                "这条记录还没有提交，请直接修改后提交。",
                "This record is not submitted yet; change it directly and submit it.",
            ),
            field="meeting",
        )
    if old.state not in ("submitted", "approved"):
        raise Conflict(
            "not_latest",
            Words(
                "这条记录已被更正或撤回。请打开最新的一版再改。",
                "This record was corrected or withdrawn. Open the latest version and change that.",
            ),
            field="meeting",
        )
    waiting = select(Meeting.id).where(
        Meeting.series_id == old.series_id, Meeting.state == "submitted", Meeting.id != old.id
    )
    if await session.scalar(waiting):
        raise Conflict(
            "correction_waiting",
            Words(
                "这条记录已有一份更正等待审定。请修改或撤回那一份。",
                "A correction of this record already waits for approval. Change or withdraw that one.",
            ),
            field="meeting",
        )
    lock = dt.timedelta(days=await value_of(session, LOCK_DAYS))
    if old.submitted_on is not None and scope.today > old.submitted_on + lock and not reason.strip():
        raise InvalidInput(
            "reason_missing",
            Words(
                f"记录提交已超过 {lock.days} 天，更正请写明原因。",
                f"The record was submitted more than {lock.days} days ago; state the reason for the correction.",
            ),
            field="reason",
        )

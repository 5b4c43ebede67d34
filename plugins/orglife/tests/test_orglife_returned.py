"""A correction that came back and is handed in again: what members said of their marks, and what was done, stays."""

import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import AuditEntry
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.approving import approve_meeting
from zhibu_orglife.attendance import confirm_attendance, dispute_attendance
from zhibu_orglife.content import RollEntry, TaskEntry
from zhibu_orglife.keeping import roll_by_person, tasks_of_version
from zhibu_orglife.recording import correct_meeting, record_meeting
from zhibu_orglife.returning import return_meeting
from zhibu_orglife.tasks import close_task

REASON = "时间写错了"


async def test_confirmations_outlive_a_returned_correction(
    session: AsyncSession,
    branch: Any,
    secretary: Scope,
    second_person: None,
    acting: Callable[..., Scope],
    facts_in_force: Any,
) -> None:
    approver = acting(branch.people["钱五"], "organizer", "")
    first = await record_meeting(session, secretary, branch.minutes())
    await approve_meeting(session, approver, first.id)
    for name in ("李二", "张三"):
        await confirm_attendance(session, acting(branch.people[name], "member", branch.path), first.id)
    correction = await correct_meeting(session, secretary, first.id, branch.minutes(topic="安全生产"))
    await return_meeting(session, approver, correction.id, reason=REASON)
    # While it lies there, 赵四 speaks of the version in force, and the writer taps a wrong mark and the right one.
    await confirm_attendance(session, acting(branch.people["赵四"], "member", branch.path), first.id)
    for mark in ("late", "present"):
        roll = tuple(RollEntry(person, mark if name == "李二" else "present") for name, person in branch.people.items())
        await record_meeting(session, secretary, branch.minutes(roll=roll), meeting_id=correction.id, submit=False)
    again = await record_meeting(session, secretary, branch.minutes(roll=roll), meeting_id=correction.id)
    await approve_meeting(session, approver, again.id)
    grades = {person: grade for _, person, _, grade, _ in await facts_in_force("attendance")}
    said = [name for name, person in branch.people.items() if grades[person] == "confirmed"]
    assert said == ["李二", "张三", "赵四"]


async def test_a_dispute_stays_until_the_mark_is_another(
    session: AsyncSession, branch: Any, secretary: Scope, second_person: None, acting: Callable[..., Scope]
) -> None:
    approver = acting(branch.people["钱五"], "organizer", "")
    meeting = await record_meeting(session, secretary, branch.minutes())
    for name in ("李二", "张三"):
        await dispute_attendance(session, acting(branch.people[name], "member", branch.path), meeting.id, "我请了假")
    await return_meeting(session, approver, meeting.id, reason=REASON)
    roll = tuple(RollEntry(p, "leave" if name == "张三" else "present") for name, p in branch.people.items())
    await record_meeting(session, secretary, branch.minutes(roll=roll), meeting_id=meeting.id)
    lines = await roll_by_person(session, meeting.id)
    assert [lines[branch.people[name]].disputed for name in ("李二", "张三", "赵四")] == ["我请了假", None, None]


async def test_what_was_done_stays_done(
    session: AsyncSession, branch: Any, secretary: Scope, second_person: None, acting: Callable[..., Scope]
) -> None:
    approver = acting(branch.people["钱五"], "organizer", "")
    minutes = branch.minutes(tasks=(TaskEntry("张贴名单"), TaskEntry("核对台账")))
    first = await record_meeting(session, secretary, minutes)
    await approve_meeting(session, approver, first.id)
    correction = await correct_meeting(session, secretary, first.id, minutes)
    await return_meeting(session, approver, correction.id, reason=REASON)
    await close_task(session, secretary, (await tasks_of_version(session, first.id))[0].id)
    again = await record_meeting(session, secretary, minutes, meeting_id=correction.id)
    tasks = await tasks_of_version(session, again.id)
    assert [(task.text, task.closed_on is not None) for task in tasks] == [("张贴名单", True), ("核对台账", False)]
    assert again.tasks_closed == 1


async def test_a_form_sent_twice_makes_one_record_and_one_line_of_audit(
    session: AsyncSession, branch: Any, secretary: Scope
) -> None:
    draft_id = uuid.uuid4()
    for topic in ("安全", "安全生产", "安全生产与责任区"):
        kept = await record_meeting(
            session, secretary, branch.minutes(topic=topic, chair=""), draft_id=draft_id, submit=False
        )
        assert (kept.id, kept.state, kept.topic) == (draft_id, "draft", topic)
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.object_id == draft_id)
    assert await session.scalar(query) == 1
    handed_in = await record_meeting(session, secretary, branch.minutes(), draft_id=draft_id)
    assert (handed_in.id, handed_in.state) == (draft_id, "approved")

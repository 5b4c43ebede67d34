"""The member's own word: what it changes in the ledger, and that it is nobody else's to give."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, Forbidden, InvalidInput, NotFound
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.approving import approve_meeting, withdraw_meeting
from zhibu_orglife.attendance import confirm_attendance, dispute_attendance
from zhibu_orglife.content import RollEntry
from zhibu_orglife.models import Attendance
from zhibu_orglife.reading import meeting_seen, own_attendance, rolls_of, tasks_of, versions_of, visible_meetings
from zhibu_orglife.recording import correct_meeting, record_meeting


def _grades(facts: set[tuple[Any, ...]]) -> dict[Any, str]:
    return {person: grade for _, person, _, grade, _ in facts}


async def test_confirming_after_approval_changes_ones_own_facts_alone(
    session: AsyncSession, branch: Any, secretary: Scope, acting: Callable[..., Scope], facts_in_force: Any, events: Any
) -> None:
    meeting = await record_meeting(session, secretary, branch.minutes(kinds=("heart_talk",)))
    before = await facts_in_force()
    member = acting(branch.people["李二"], "member", branch.path)
    line = await confirm_attendance(session, member, meeting.id)
    assert line.confirmed_at is not None
    after = await facts_in_force()
    mine = {fact for fact in after if fact[1] == branch.people["李二"]}
    assert {(kind, grade) for kind, _, _, grade, _ in mine} == {("attendance", "confirmed"), ("talk", "confirmed")}
    assert after - mine == {fact for fact in before if fact[1] != branch.people["李二"]}
    await confirm_attendance(session, member, meeting.id)
    assert await facts_in_force() == after
    disputed = await dispute_attendance(session, member, meeting.id, " 我当天请了假 ")
    assert (disputed.disputed, disputed.confirmed_at) == ("我当天请了假", None)
    assert await facts_in_force() == before
    assert (await events())[-3:] == ["attendance.confirmed", "attendance.confirmed", "attendance.disputed"]


async def test_confirming_before_approval_gives_the_grade_and_outlives_a_correction(
    session: AsyncSession,
    branch: Any,
    secretary: Scope,
    second_person: None,
    acting: Callable[..., Scope],
    facts_in_force: Any,
) -> None:
    meeting = await record_meeting(session, secretary, branch.minutes())
    li, zhang = (acting(branch.people[name], "member", branch.path) for name in ("李二", "张三"))
    await confirm_attendance(session, li, meeting.id)
    await confirm_attendance(session, zhang, meeting.id)
    assert await facts_in_force() == set()
    approver = acting(branch.people["钱五"], "organizer", "")
    await approve_meeting(session, approver, meeting.id)
    grades = _grades(await facts_in_force("attendance"))
    assert [grades[branch.people[name]] for name in ("王一", "李二", "张三")] == ["recorded", "confirmed", "confirmed"]
    roll = [RollEntry(p, "late" if n == "张三" else "present") for n, p in branch.people.items()]
    correction = await correct_meeting(session, secretary, meeting.id, branch.minutes(roll=tuple(roll)))
    await confirm_attendance(session, acting(branch.people["赵四"], "member", branch.path), meeting.id)
    await approve_meeting(session, approver, correction.id)
    grades = _grades(await facts_in_force("attendance"))
    assert [grades[branch.people[name]] for name in ("李二", "张三", "赵四")] == ["confirmed", "recorded", "confirmed"]


async def test_only_ones_own_attendance_and_only_while_it_stands(
    session: AsyncSession, branch: Any, secretary: Scope, acting: Callable[..., Scope]
) -> None:
    meeting = await record_meeting(session, secretary, branch.minutes(roll=(RollEntry(branch.people["王一"]),)))
    absent = acting(branch.people["李二"], "member", branch.path)
    with pytest.raises(NotFound):
        await confirm_attendance(session, absent, meeting.id)
    with pytest.raises(NotFound):
        await dispute_attendance(session, absent, meeting.id, "我在")
    with pytest.raises(Forbidden):
        await confirm_attendance(session, acting(branch.people["王一"], "auditor", ""), meeting.id)
    own = acting(branch.people["王一"], "member", branch.path)
    with pytest.raises(InvalidInput):
        await dispute_attendance(session, own, meeting.id, " ")
    await withdraw_meeting(session, secretary, meeting.id, reason="没有开")
    with pytest.raises(Conflict):
        await confirm_attendance(session, own, meeting.id)


async def test_whoever_moved_away_still_answers_for_before(
    session: AsyncSession, branch: Any, secretary: Scope, acting: Callable[..., Scope]
) -> None:
    meeting = await record_meeting(session, secretary, branch.minutes())
    moved = acting(branch.people["李二"], "member", "002/")
    assert (await confirm_attendance(session, moved, meeting.id)).confirmed_at is not None


async def test_who_sees_what(
    session: AsyncSession, branch: Any, secretary: Scope, acting: Callable[..., Scope]
) -> None:
    meeting = await record_meeting(session, secretary, branch.minutes())
    draft = await record_meeting(session, secretary, branch.minutes(kinds=("study",)), submit=False)
    corrected = await correct_meeting(session, secretary, meeting.id, branch.minutes(topic="别的"))
    member = acting(branch.people["李二"], "member", branch.path)
    found, organization = await meeting_seen(session, member, corrected.id)
    assert (found.id, organization.id) == (corrected.id, branch.id)
    for hidden in (draft.id, meeting.id):
        with pytest.raises(NotFound):
            await meeting_seen(session, member, hidden)
    assert [m.id for m in await versions_of(session, secretary, corrected)] == [corrected.id, meeting.id]
    assert [m.id for m in await versions_of(session, member, corrected)] == [corrected.id]
    ids = [corrected.id, draft.id]
    assert [line.name for line in (await rolls_of(session, member, ids))[corrected.id]] == ["李二"]
    assert len((await rolls_of(session, secretary, ids))[corrected.id]) == 5
    assert await tasks_of(session, ids) == {corrected.id: [], draft.id: []}
    assert len((await session.execute(visible_meetings(secretary))).all()) == 3
    assert (await session.execute(visible_meetings(acting(branch.people["李二"], "secretary", "002/")))).all() == []
    assert [m.id for _, m in await session.execute(own_attendance(member))] == [corrected.id]
    assert len((await session.scalars(select(Attendance))).all()) == 15

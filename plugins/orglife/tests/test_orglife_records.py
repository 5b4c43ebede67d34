"""Planning, recording, approving, correcting and withdrawing, with the facts that each leaves in force."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, Forbidden, InvalidInput, NotFound
from zhibu_core.ledger.models import Fact
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.approving import approve_meeting, withdraw_meeting
from zhibu_orglife.content import Plan, RollEntry, TaskEntry
from zhibu_orglife.models import Attendance, Meeting
from zhibu_orglife.planning import plan_meeting
from zhibu_orglife.recording import correct_meeting, record_meeting
from zhibu_orglife.submitting import submit_meeting
from zhibu_orglife.tasks import close_task


async def test_a_record_is_approved_in_the_same_act_and_says_what_was_held(
    session: AsyncSession, branch: Any, secretary: Scope, facts_in_force: Any, events: Any
) -> None:
    meeting = await record_meeting(session, secretary, branch.minutes(kinds=("party_class", "theme_day")))
    assert (meeting.state, meeting.version, meeting.submitted_on) == ("approved", 1, dt.date(2026, 10, 31))
    assert meeting.kinds == ["party_class", "theme_day"]
    assert meeting.recorder == "secretary"
    people = branch.people
    there = {("attendance", people[n], "present", "recorded", meeting.id) for n in ("王一", "李二", "张三", "赵四")}
    assert await facts_in_force() == there | {
        ("attendance", people["钱五"], "leave", "recorded", meeting.id),
        ("activity", None, None, "recorded", meeting.id),
        ("party_class", None, None, "recorded", meeting.id),
        ("theme_day", None, None, "recorded", meeting.id),
    }
    assert await events() == ["meeting.submitted", "meeting.approved"]
    activity = (await session.scalars(select(Fact).where(Fact.kind == "activity"))).one()
    assert (activity.happened_on, activity.until_on) == (dt.date(2026, 10, 20), dt.date(2026, 10, 31))
    assert activity.started_at == dt.datetime(2026, 10, 20, 6, 0, tzinfo=dt.UTC)
    assert activity.detail == {"kinds": ["party_class", "theme_day"], "tasks": 0, "tasks_closed": 0}
    audited = await session.scalars(
        text("select action from audit_entry where tenant_id = :t and object_id = :m order by id"),
        {"t": session.info["tenant"], "m": meeting.id},
    )
    assert list(audited) == ["orglife.meeting.record", "orglife.meeting.approve"]


async def test_a_talk_is_a_fact_of_everybody_who_was_there(
    session: AsyncSession, branch: Any, secretary: Scope, facts_in_force: Any
) -> None:
    people = branch.people
    roll = (RollEntry(people["王一"]), RollEntry(people["李二"], "late"), RollEntry(people["张三"], "absent"))
    meeting = await record_meeting(session, secretary, branch.minutes(kinds=("heart_talk",), roll=roll))
    assert {
        (person, grade) for _, person, _, grade, record in await facts_in_force("talk") if record == meeting.id
    } == {
        (people["王一"], "recorded"),
        (people["李二"], "recorded"),
    }


async def test_studying_later_has_its_own_grade(
    session: AsyncSession, branch: Any, secretary: Scope, facts_in_force: Any
) -> None:
    roll = (RollEntry(branch.people["王一"]), RollEntry(branch.people["李二"], "leave_makeup"))
    await record_meeting(session, secretary, branch.minutes(roll=roll))
    assert {(mark, grade) for _, _, mark, grade, _ in await facts_in_force("attendance")} == {
        ("present", "recorded"),
        ("leave_makeup", "makeup"),
    }


async def test_a_plan_becomes_the_record_and_drafts_have_no_facts(
    session: AsyncSession, branch: Any, secretary: Scope, facts_in_force: Any, events: Any
) -> None:
    said = branch.minutes()
    plan = Plan(
        organization_id=branch.id, kinds=("theme_day",), starts_at=dt.datetime(2026, 10, 31, 9),
        duty_rule="orglife.theme_day", duty_window="2026-10",
    )  # fmt: skip
    planned = await plan_meeting(session, secretary, plan)
    assert planned.state == "planned"
    with pytest.raises(Conflict):
        await plan_meeting(session, secretary, plan)
    draft = await record_meeting(session, secretary, replace(said, chair=""), meeting_id=planned.id, submit=False)
    assert (draft.id, draft.state, draft.duty_window) == (planned.id, "draft", "2026-10")
    with pytest.raises(InvalidInput, match="主持人"):
        await submit_meeting(session, secretary, draft.id)
    await record_meeting(session, secretary, said, meeting_id=planned.id, submit=False)
    assert await facts_in_force() == set()
    done = await submit_meeting(session, secretary, draft.id)
    assert done.state == "approved"
    assert len(await facts_in_force("attendance")) == 5
    assert await events() == ["meeting.planned", "meeting.submitted", "meeting.approved"]
    with pytest.raises(Conflict):
        await record_meeting(session, secretary, said, meeting_id=done.id)


async def test_a_record_completes_the_plan_for_its_day(session: AsyncSession, branch: Any, secretary: Scope) -> None:
    today = dt.datetime(2026, 10, 31, 9)
    plan = Plan(organization_id=branch.id, kinds=("theme_day",), starts_at=today)
    planned = await plan_meeting(session, secretary, plan)
    other = await record_meeting(session, secretary, branch.minutes(starts_at=today, ends_at=None, kinds=("study",)))
    done = await record_meeting(session, secretary, branch.minutes(starts_at=today.replace(hour=14), ends_at=None))
    assert (done.id, done.state) == (planned.id, "approved")
    assert other.id != planned.id
    called_off = await plan_meeting(session, secretary, replace(plan, kinds=("oath",)))
    assert (await withdraw_meeting(session, secretary, called_off.id)).state == "withdrawn"


async def test_a_correction_supersedes_and_a_withdrawal_retracts(
    session: AsyncSession, branch: Any, secretary: Scope, facts_in_force: Any, events: Any
) -> None:
    first = await record_meeting(session, secretary, branch.minutes())
    second = await correct_meeting(
        session, secretary, first.id, branch.minutes(kinds=("party_class",), roll=(RollEntry(branch.people["王一"]),))
    )
    assert (first.state, second.state, second.version) == ("replaced", "approved", 2)
    assert (second.series_id, second.replaces_id) == (first.id, first.id)
    assert second.submitted_on == first.submitted_on
    assert {(kind, record) for kind, *_, record in await facts_in_force()} == {
        (kind, second.id) for kind in ("activity", "party_class", "attendance")
    }
    with pytest.raises(Conflict, match="最新"):
        await correct_meeting(session, secretary, first.id, branch.minutes())
    with pytest.raises(InvalidInput, match="原因"):
        await withdraw_meeting(session, secretary, second.id)
    await withdraw_meeting(session, secretary, second.id, reason="重复记录")
    assert await facts_in_force() == set()
    ends = text("select reason, note, count(*) from fact_end where tenant_id = :t group by 1, 2 order by 1")
    found = [tuple(row) for row in await session.execute(ends, {"t": session.info["tenant"]})]
    assert found == [("retracted", "重复记录", 3), ("superseded", "", 7)]
    assert (await events())[-2:] == ["meeting.approved", "meeting.withdrawn"]
    with pytest.raises(Conflict):
        await withdraw_meeting(session, secretary, second.id, reason="再次")


async def test_after_the_lock_a_correction_needs_a_reason(session: AsyncSession, branch: Any, secretary: Scope) -> None:
    meeting = await record_meeting(session, secretary, branch.minutes())
    meeting.submitted_on = dt.date(2026, 10, 23)
    with pytest.raises(InvalidInput) as refused:
        await correct_meeting(session, secretary, meeting.id, branch.minutes(topic="别的"))
    assert refused.value.field == "reason"
    corrected = await correct_meeting(session, secretary, meeting.id, branch.minutes(topic="别的"), reason="写错了")
    assert (corrected.reason, corrected.submitted_on) == ("写错了", dt.date(2026, 10, 23))


async def test_a_second_person_approves_where_the_tenant_asks_for_one(
    session: AsyncSession,
    branch: Any,
    secretary: Scope,
    second_person: None,
    acting: Callable[..., Scope],
    facts_in_force: Any,
) -> None:
    meeting = await record_meeting(session, secretary, branch.minutes())
    assert meeting.state == "submitted"
    assert await facts_in_force() == set()
    with pytest.raises(Forbidden, match="另一人"):
        await approve_meeting(session, secretary, meeting.id)
    other = acting(branch.people["李二"], "organizer", "")
    assert (await approve_meeting(session, other, meeting.id)).state == "approved"
    with pytest.raises(Conflict):
        await approve_meeting(session, other, meeting.id)
    before = await facts_in_force()
    correction = await correct_meeting(session, secretary, meeting.id, branch.minutes(kinds=("study",)))
    assert (correction.state, meeting.state) == ("submitted", "approved")
    assert await facts_in_force() == before
    with pytest.raises(Conflict, match="等待审定"):
        await correct_meeting(session, secretary, meeting.id, branch.minutes())
    again = await correct_meeting(session, secretary, correction.id, branch.minutes(kinds=("oath",)))
    await withdraw_meeting(session, secretary, again.id)
    assert await facts_in_force() == before
    last = await correct_meeting(session, secretary, meeting.id, branch.minutes(kinds=("service",)))
    assert last.version == 4
    await approve_meeting(session, other, last.id)
    assert {(kind, record) for kind, *_, record in await facts_in_force()} == {
        (kind, last.id) for kind in ("activity", "service", "attendance")
    }


async def test_withdrawing_takes_a_waiting_correction_along(
    session: AsyncSession, branch: Any, secretary: Scope, second_person: None, acting: Callable[..., Scope]
) -> None:
    meeting = await record_meeting(session, secretary, branch.minutes())
    await approve_meeting(session, acting(branch.people["李二"], "organizer", ""), meeting.id)
    waiting = await correct_meeting(session, secretary, meeting.id, branch.minutes(topic="别的"))
    await withdraw_meeting(session, secretary, meeting.id, reason="没有开")
    assert (meeting.state, waiting.state) == ("withdrawn", "withdrawn")


async def test_a_closed_task_changes_the_activity_alone(
    session: AsyncSession, branch: Any, secretary: Scope, facts_in_force: Any
) -> None:
    tasks = (
        TaskEntry("更新名册", branch.people["李二"], dt.date(2026, 10, 31)),
        TaskEntry("布置展板", None, dt.date(2026, 10, 25)),
    )
    meeting = await record_meeting(session, secretary, branch.minutes(tasks=tasks))
    rolls = await facts_in_force("attendance")
    listed = await _tasks(session)
    await close_task(session, secretary, listed["更新名册"])
    await close_task(session, secretary, listed["布置展板"])
    assert (meeting.tasks, meeting.tasks_closed) == (2, 1)
    (activity,) = await facts_in_force("activity")
    assert activity[4] == meeting.id
    details = await session.scalars(select(Fact.detail).where(Fact.kind == "activity").order_by(Fact.id))
    assert [detail["tasks_closed"] for detail in details if detail] == [0, 1]
    assert await facts_in_force("attendance") == rolls
    corrected = await correct_meeting(session, secretary, meeting.id, branch.minutes(tasks=tasks[:1]))
    assert (corrected.tasks, corrected.tasks_closed) == (1, 1)
    with pytest.raises(InvalidInput):
        await close_task(session, secretary, (await _tasks(session))["更新名册"], closed_on=dt.date(2026, 11, 1))


async def test_what_is_not_there_or_not_ones_own_is_not_found(
    session: AsyncSession, branch: Any, acting: Callable[..., Scope], secretary: Scope
) -> None:
    meeting = await record_meeting(session, secretary, branch.minutes())
    stranger = acting(branch.people["李二"], "secretary", "002/")
    for refused in (
        approve_meeting(session, stranger, meeting.id),
        withdraw_meeting(session, stranger, meeting.id, reason="x"),
        correct_meeting(session, stranger, meeting.id, branch.minutes()),
        record_meeting(session, stranger, branch.minutes()),
    ):
        with pytest.raises(NotFound):
            await refused
    member = acting(branch.people["李二"], "member", branch.path)
    for refused in (
        approve_meeting(session, member, meeting.id),
        withdraw_meeting(session, member, meeting.id, reason="x"),
        correct_meeting(session, member, meeting.id, branch.minutes()),
        record_meeting(session, member, branch.minutes()),
    ):
        with pytest.raises(Forbidden):
            await refused
    assert (await session.scalars(select(Meeting.state))).all() == ["approved"]
    assert len((await session.scalars(select(Attendance))).all()) == 5


async def _tasks(session: AsyncSession) -> dict[str, Any]:
    query = text("select text, id from orglife_task where tenant_id = :t order by id")
    return {row.text: row.id for row in await session.execute(query, {"t": session.info["tenant"]})}

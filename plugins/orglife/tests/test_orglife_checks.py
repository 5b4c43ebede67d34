"""What a record is refused for: the field is named, the sentence says what to do, and nothing is kept."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from zhibu_core.organization.models import Organization, Position
from zhibu_core.organization.people import Membership
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.content import Minutes, Plan, RollEntry, TaskEntry
from zhibu_orglife.due import due_list
from zhibu_orglife.models import Meeting
from zhibu_orglife.planning import plan_meeting
from zhibu_orglife.recording import record_meeting

START = dt.datetime(2026, 10, 20, 14, 0)
SOMEBODY = uuid.UUID(int=7)
Wrong = Callable[[Minutes], Minutes]

WRONG: dict[str, tuple[str, str, Wrong]] = {
    "no kind": ("required_missing", "kinds", lambda m: replace(m, kinds=())),
    "unknown kind": ("kind_unknown", "kinds", lambda m: replace(m, kinds=("theme_day", "party"))),
    "end before start": ("time_reversed", "ends_at", lambda m: replace(m, ends_at=START - dt.timedelta(minutes=1))),
    "to come": ("date_future", "starts_at", lambda m: replace(m, starts_at=dt.datetime(2026, 11, 1), ends_at=None)),
    "no chair": ("required_missing", "chair", lambda m: replace(m, chair=" ")),
    "no roll": ("required_missing", "roll", lambda m: replace(m, roll=())),
    "twice": ("person_twice", "roll", lambda m: replace(m, roll=(*m.roll, m.roll[0]))),
    "unknown mark": ("mark_unknown", "roll", lambda m: replace(m, roll=(replace(m.roll[0], mark="here"),))),
    "stranger": ("person_elsewhere", "roll", lambda m: replace(m, roll=(*m.roll, RollEntry(SOMEBODY)))),
    "group unnamed": ("required_missing", "grp", lambda m: replace(m, kinds=("group_meeting",))),
    "private": ("content_private", "points", lambda m: replace(m, kinds=("heart_talk",), points="谈了很多")),
    "empty task": ("required_missing", "tasks", lambda m: replace(m, tasks=(TaskEntry(" "),))),
    "task before": (
        "time_reversed",
        "tasks",
        lambda m: replace(m, tasks=(TaskEntry("办", None, dt.date(2026, 10, 1)),)),
    ),
    "task of a stranger": ("person_elsewhere", "tasks", lambda m: replace(m, tasks=(TaskEntry("办", SOMEBODY),))),
    "attachments": ("number_range", "attachments", lambda m: replace(m, attachments=-1)),
    "long": ("too_long", "topic", lambda m: replace(m, topic="长" * 501)),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_wrong_record_is_refused_by_field(
    session: AsyncSession, branch: Any, secretary: Scope, case: str
) -> None:
    code, field, spoil = WRONG[case]
    with pytest.raises(InvalidInput) as refused:
        await record_meeting(session, secretary, spoil(branch.minutes()))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert "。" in refused.value.message.zh
    assert await session.scalar(select(func.count()).select_from(Meeting)) == 0


async def test_a_draft_may_lack_what_a_record_must_have(session: AsyncSession, branch: Any, secretary: Scope) -> None:
    draft = await record_meeting(session, secretary, branch.minutes(chair="", roll=()), submit=False)
    assert draft.state == "draft"


async def test_the_organization_must_be_able_to_hold_it(session: AsyncSession, branch: Any, secretary: Scope) -> None:
    organization = (await session.scalars(select(Organization))).one()
    organization.has_committee = False
    await session.flush()
    with pytest.raises(InvalidInput, match="党员大会"):
        await record_meeting(session, secretary, branch.minutes(kinds=("committee_meeting",)))
    organization.abolished_on = dt.date(2026, 10, 1)
    await session.flush()
    with pytest.raises(InvalidInput) as abolished:
        await record_meeting(session, secretary, branch.minutes())
    assert abolished.value.code == "organization_abolished"
    organization.abolished_on = None
    organization.kind = "general_branch"
    await session.flush()
    with pytest.raises(InvalidInput) as above:
        await record_meeting(session, secretary, branch.minutes())
    assert above.value.code == "organization_kind"
    held = await record_meeting(session, secretary, branch.minutes(kinds=("dem_life_meeting",)))
    assert held.state == "approved"


async def test_the_same_at_the_same_time_is_a_conflict(session: AsyncSession, branch: Any, secretary: Scope) -> None:
    await record_meeting(session, secretary, branch.minutes(kinds=("theme_day", "party_class")))
    later = START + dt.timedelta(minutes=30)
    with pytest.raises(Conflict, match="主题党日已有记录"):
        await record_meeting(session, secretary, branch.minutes(starts_at=later, ends_at=None))
    after = await record_meeting(
        session, secretary, branch.minutes(starts_at=START + dt.timedelta(minutes=90), ends_at=None)
    )
    other = await record_meeting(session, secretary, branch.minutes(kinds=("member_meeting",)))
    group = branch.minutes(kinds=("group_meeting",), grp="第一党小组")
    await record_meeting(session, secretary, group)
    await record_meeting(session, secretary, replace(group, grp="第二党小组"))
    talk = branch.minutes(kinds=("heart_talk",))
    first, second = [await record_meeting(session, secretary, talk) for _ in range(2)]
    assert {m.state for m in (after, other, first, second)} == {"approved"}


async def test_a_plan_is_for_a_day_to_come(session: AsyncSession, branch: Any, secretary: Scope) -> None:
    with pytest.raises(InvalidInput) as past:
        await plan_meeting(session, secretary, Plan(organization_id=branch.id, kinds=("theme_day",), starts_at=START))
    assert past.value.code == "date_past"


async def test_times_are_the_tenants_own(session: AsyncSession, branch: Any, secretary: Scope) -> None:
    early = dt.datetime(2026, 10, 30, 16, 30, tzinfo=dt.UTC)
    meeting = await record_meeting(session, secretary, branch.minutes(starts_at=early, ends_at=None))
    assert meeting.held_on == dt.date(2026, 10, 31)


async def test_nobody_is_asked_to_sign_in_first(session: AsyncSession, branch: Any, secretary: Scope) -> None:
    with pytest.raises(Unauthenticated):
        await record_meeting(session, replace(secretary, actor=None), branch.minutes())


async def test_who_is_due(session: AsyncSession, branch: Any, secretary: Scope, acting: Any) -> None:
    people = branch.people
    day = dt.date(2026, 10, 20)
    for name, traits in (("李二", {"is_exempt": True}), ("张三", {"is_mobile": True}), ("赵四", {"status": "stopped"})):
        found = (await session.scalars(select(Membership).where(Membership.person_id == people[name]))).one()
        for key, value in traits.items():
            setattr(found, key, value)
    session.add(
        Position(
            id=new_id(), organization_id=branch.id, person_id=people["王一"], role="书记", since=None,
            since_precision="day", until=None,
        )
    )  # fmt: skip
    await session.flush()
    due = await due_list(session, secretary, branch.id, day, ("theme_day",))
    assert {(p.name, p.expected) for p in due} == {("王一", True), ("李二", False), ("张三", False), ("钱五", True)}
    assert [p.name for p in await due_list(session, secretary, branch.id, day, ("committee_meeting",))] == ["王一"]
    group = branch.minutes(
        kinds=("group_meeting",), grp="第一党小组", roll=(RollEntry(people["钱五"]), RollEntry(people["李二"]))
    )
    everybody = await due_list(session, secretary, branch.id, day, ("group_meeting",), "第一党小组")
    assert len(everybody) == 4
    await record_meeting(session, secretary, group)
    met = await due_list(session, secretary, branch.id, day, ("group_meeting",), "第一党小组")
    assert {p.name for p in met} == {"钱五", "李二"}
    with pytest.raises(Forbidden):
        await due_list(session, acting(people["钱五"], "member", branch.path), branch.id, day, ("theme_day",))
    with pytest.raises(NotFound):
        await due_list(session, acting(people["钱五"], "secretary", "009/"), branch.id, day, ("theme_day",))

"""The year of a partnership: goals on which two sides agree or differ, tasks of each side's own, results that records bear out."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhibu_core.errors import Conflict, InvalidInput, NotFound
from zhibu_core.spaces.ending import revoke
from zhibu_core.tenancy.scope import Actor
from zhibu_partnership.about_person import forget
from zhibu_partnership.drafts import EntryDraft
from zhibu_partnership.entries import write_entry
from zhibu_partnership.joint.inviting import accept, invite
from zhibu_partnership.joint.recording import close_one_sided, confirm
from zhibu_partnership.joint.words import Agreed
from zhibu_partnership.plan.goals import set_goals, take_over
from zhibu_partnership.plan.outcome import outcomes_of
from zhibu_partnership.plan.reading import plan_for, their_tasks
from zhibu_partnership.plan.review import Review, review_of
from zhibu_partnership.plan.tally import Counted, Figure, Tally, tally
from zhibu_partnership.plan.tasks import Deed, TaskDraft, add_task, change_task, drop_task, finish_task, reopen_task
from zhibu_partnership.plan.words import Goals
from zhibu_testing.fixtures import TODAY

YEAR = TODAY.year
DAY = TODAY - dt.timedelta(days=2)
GOALS = Goals("共同学党史", held=2, people=5, needs=1, offers=1)


async def review(side: Any, space: uuid.UUID, year: int = YEAR) -> Review:
    async with side.session() as session:
        return await review_of(session, side.who, space, year)


async def both_agree(pair: Any) -> tuple[Any, Any]:
    """Home proposes the goals, the other side takes them over: the plan of each."""
    ours = await pair.home.do(set_goals, pair.space, YEAR, GOALS)
    await pair.carry()
    theirs = await pair.other.do(take_over, pair.space, YEAR)
    await pair.carry()
    return ours, theirs


def draft(side: Any, title: str = "联系场馆", due_on: dt.date = TODAY, person: int = 1) -> TaskDraft:
    return TaskDraft(title, due_on, side.people[person])


async def test_goals_are_said_differed_over_and_agreed(pair: Any) -> None:
    await both_agree(pair)
    for side in (pair.home, pair.other):
        async with side.session() as session:
            plan, _ = await plan_for(session, side.who, pair.space, YEAR)
        assert (plan.agreed, plan.agreed_on) == (GOALS.values(), TODAY)
    await pair.home.do(set_goals, pair.space, YEAR, replace(GOALS, held=6))
    await pair.carry()
    found = await review(pair.other, pair.space)
    assert [one.held for one in found.said.values()] == [6]
    assert found.outcome.goals == GOALS, "what was agreed stands until both say otherwise"
    with pytest.raises(NotFound):
        await pair.home.do(take_over, pair.space, YEAR, side=pair.home.tenant.slug)


async def test_results_are_counted_from_records_and_open_to_them(pair: Any) -> None:
    plans = await both_agree(pair)
    ours = await pair.home.do(invite, pair.space, Agreed("联合主题党日", ("theme_day",), DAY))
    alone = await pair.home.do(invite, pair.space, Agreed("联合学习", ("study",), DAY))
    await pair.carry()
    theirs = await pair.other.do(accept, pair.space, ours.series)
    for side, activity, people in ((pair.home, ours, 3), (pair.other, theirs, 2), (pair.home, alone, 1)):
        await side.do(confirm, activity.id, side.people[:people])
    await pair.home.do(close_one_sided, alone.id, "对方没有来")
    for side, plan, kind, activity in ((pair.home, plans[0], "need", ours), (pair.other, plans[1], "offer", theirs)):
        async with side.session() as session:
            given = EntryDraft(side.branch.id, kind, "base", "展馆参观", TODAY + dt.timedelta(days=30))
            entry = await write_entry(session, side.who, given)
        first, second, late = [await side.do(add_task, plan.id, draft(side, due_on=day)) for day in (DAY, TODAY, DAY)]
        for task in (first, second):
            await side.do(finish_task, task.id, Deed(DAY, "已完成", activity.id, entry.id))
        assert late.state == "open"
    await pair.carry()
    for side, people in ((pair.home, (4, 2)), (pair.other, (2, 3))):
        found = await review(side, pair.space)
        figures = {one.key: one for one in found.outcome.figures}
        assert (figures["people"].ours, figures["people"].theirs) == people
        assert (figures["needs"].total, figures["offers"].total) == (1, 1), "two tasks met one need"
        assert found.outcome.held == len(found.activities) == (2 if side is pair.home else 1)
        assert found.outcome.people == sum(one.people for one, _ in found.activities)
        assert found.outcome.tasks == Tally(tasks=6, done=4, overdue=2, needs=1, offers=1)
        assert sorted(one.kind for one in found.resources) == ["need", "offer"]
        assert {one.title for one in found.their_tasks} == {"联系场馆"}
        assert [one.person for one in found.their_tasks] == ["", "", ""], "nobody by name crosses"
    for task, _, _ in (await review(pair.home, pair.space)).tasks:
        if task.state == "done":
            await pair.home.do(reopen_task, task.id)
    assert (await review(pair.home, pair.space)).outcome.figure("needs").ours == 0
    async with pair.other.session() as session:
        await revoke(session, pair.other.who, pair.space, "换了合作方向")
    await pair.carry()
    kept = await review(pair.home, pair.space)
    assert (kept.outcome.people, kept.outcome.figure("people").theirs, kept.their_tasks) == (4, None, [])
    assert kept.outcome.goals == GOALS
    with pytest.raises(Conflict):
        await pair.home.do(set_goals, pair.space, YEAR, GOALS)


async def test_bad_input_is_refused_by_field(pair: Any) -> None:
    plan, _ = await both_agree(pair)

    async def refused(field: str, work: Any, *given_: Any) -> None:
        with pytest.raises(InvalidInput) as error:
            await pair.home.do(work, *given_)
        assert error.value.field == field

    await refused("year", set_goals, pair.space, YEAR + 5, GOALS)
    for name in ("held", "people", "needs", "offers"):
        await refused(name, set_goals, pair.space, YEAR, replace(GOALS, **{name: -1}))
    await refused("held", set_goals, pair.space, YEAR, Goals())
    home = pair.home
    for field, wrong in {
        "title": draft(home, title=" "),
        "due_on": draft(home, due_on=TODAY - dt.timedelta(days=31)),
        "person": TaskDraft("联系场馆", TODAY, None),
    }.items():
        await refused(field, add_task, plan.id, wrong)
    await refused("due_on", add_task, plan.id, draft(home, due_on=dt.date(YEAR + 1, 1, 2)))
    await refused("person", add_task, plan.id, TaskDraft("联系场馆", TODAY, pair.other.people[0]))
    task = await home.do(add_task, plan.id, draft(home))
    theirs = await pair.other.do(invite, pair.space, Agreed("联合学习", (), DAY))
    await refused("done_on", finish_task, task.id, Deed(TODAY + dt.timedelta(days=1)))
    await refused("done_on", finish_task, task.id, Deed(TODAY - dt.timedelta(days=31)))
    await refused("activity", finish_task, task.id, Deed(TODAY, activity_id=theirs.id))
    await refused("entry", finish_task, task.id, Deed(TODAY, entry_id=theirs.id))
    await refused("reason", drop_task, task.id, " ")
    await home.do(drop_task, task.id, "不再需要")
    for work, more in ((finish_task, Deed(TODAY)), (change_task, draft(home)), (drop_task, "不再需要")):
        with pytest.raises(Conflict):
            await home.do(work, task.id, more)


async def test_the_responsible_person_finishes_only_their_own(pair: Any) -> None:
    plan, _ = await both_agree(pair)
    mine, others = [await pair.home.do(add_task, plan.id, draft(pair.home, person=one)) for one in (1, 2)]
    grants = tuple(
        replace(grant, role="member", actions=frozenset({"partnership.task.own"})) for grant in pair.home.who.grants
    )
    member = replace(
        pair.home, who=replace(pair.home.who, actor=Actor(pair.home.people[1], "王二", "test"), grants=grants)
    )
    assert (await member.do(finish_task, mine.id, Deed(TODAY))).state == "done"
    with pytest.raises(NotFound):
        await member.do(finish_task, others.id, Deed(TODAY))
    await pair.carry()
    async with pair.other.session() as session:
        told = {one.state for one in await their_tasks(session, pair.other.who, space_id=pair.space)}
    assert told == {"open", "done"}, "the platform told what a member may not publish"
    async with pair.home.session() as session:
        await forget(session, pair.home.people[1])
    assert set((await review(pair.home, pair.space)).names.values()) == {"李三"}


async def test_neither_the_other_side_nor_a_third_reads_a_task(pair: Any, third: Any) -> None:
    plan, _ = await both_agree(pair)
    task = await pair.home.do(add_task, plan.id, draft(pair.home))
    await pair.carry()
    for side in (pair.other, third):
        for work, given_ in ((finish_task, (task.id, Deed(TODAY))), (add_task, (plan.id, draft(side)))):
            with pytest.raises(NotFound):
                await side.do(work, *given_)
    for work, given_ in ((set_goals, (pair.space, YEAR, GOALS)), (take_over, (pair.space, YEAR))):
        with pytest.raises(NotFound):
            await third.do(work, *given_)
    with pytest.raises(NotFound):
        await review(third, pair.space)
    async with third.session() as session:
        assert await outcomes_of(session, third.who) == []


@given(
    st.lists(
        st.builds(
            Counted,
            st.sampled_from(["open", "done", "dropped"]),
            st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
            st.sampled_from(["", "need", "offer"]),
            st.integers(0, 3),
        ),
        max_size=20,
    ),
    st.integers(0, 8),
)
@settings(max_examples=50)
def test_no_record_counts_twice_and_none_is_lost(tasks: list[Counted], goal: int) -> None:
    found = tally(tasks, TODAY)
    kept = [one for one in tasks if one.state != "dropped"]
    assert found.tasks == len(kept)
    assert found.done + found.overdue <= found.tasks
    assert found.overdue == sum(one.state == "open" and one.due_on < TODAY for one in kept)  # type: ignore[operator]
    assert found.needs + found.offers <= found.done
    assert tally([*tasks, *tasks], TODAY).needs == found.needs
    assert found + Tally() == found
    figure = Figure("needs", found.needs, None, goal)
    assert figure.is_reached == (goal > 0 and figure.missing == 0)

"""Examples of what partnerships let cross: a joint activity, a plan and a task, a member who was lent and one who is a guest."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.spaces.cases.models import SpaceCase, SpaceCaseStep
from zhibu_core.tenancy.ids import new_id
from zhibu_partnership.attachment.models import GuestMark, new_attachment
from zhibu_partnership.attachment.sharing import KIND
from zhibu_partnership.drafts import EntryDraft
from zhibu_partnership.entries import write_entry
from zhibu_partnership.models import Activity, Plan, Task
from zhibu_testing.agreeing import Side
from zhibu_testing.crossing.made import DAY, Made, Mark
from zhibu_testing.factories import member
from zhibu_testing.fixtures import TODAY

AT = dt.datetime(2026, 10, 30, 7, tzinfo=dt.UTC)


async def activity(platform: Platform, side: Side, _: Side, space: uuid.UUID, mark: Mark) -> Made:
    row = Activity(
        id=new_id(), space_id=space, series=new_id(), organization_id=side.branch.id, is_host=True, state="invited",
        title=mark("title"), kinds=["study"], held_on=DAY, starts_at="14:30", ends_at="16:00", place=mark("place"),
        summary=mark("summary"), people=3, recorded_on=DAY, reason="", confirmed_digest=uuid.uuid4().hex * 2,
        written_by=None,
    )  # fmt: skip
    async with platform.database.session(side.tenant.id) as session:
        session.add(row)
    return (row.id,)


async def plan(platform: Platform, side: Side, _: Side, space: uuid.UUID, mark: Mark) -> Made:
    row = Plan(
        id=new_id(), space_id=space, year=DAY.year, organization_id=side.branch.id, aim=mark("aim"), held=4, people=60, needs=1,
        offers=2,
    )  # fmt: skip
    async with platform.database.session(side.tenant.id) as session:
        found = await session.scalar(select(Plan).where(Plan.space_id == space))
        if found is None:
            session.add(row)
    return (row.id if found is None else found.id,)


async def task(platform: Platform, side: Side, other: Side, space: uuid.UUID, mark: Mark) -> Made:
    """A task that is done: by whom, with which offer, at which activity."""
    (goals,), (held,) = [await make(platform, side, other, space, lambda _: "示例") for make in (plan, activity)]
    async with platform.database.session(side.tenant.id) as session:
        someone = await member(session, "王一", side.branch)
        offer = EntryDraft(side.branch.id, "offer", "lecture", mark("entry_title"), TODAY)
        entry = await write_entry(session, side.who, offer)
        row = Task(
            id=new_id(), plan_id=goals, organization_id=side.branch.id, person_id=someone.id, title=mark("title"), due_on=DAY,
            state="done", done_on=DAY, note=mark("note"), reason="", activity_id=held, entry_id=entry.id,
        )  # fmt: skip
        session.add(row)
    return (row.id,)


async def attachments(platform: Platform, side: Side, other: Side, space: uuid.UUID, mark: Mark) -> Made:
    """A member whom this side offered, and a guest of the other side's whom it took in: each gives fields of its own."""
    lent, guest = new_id(), await _guest(platform, side, other, space)
    async with platform.database.session(side.tenant.id) as session:
        someone = await member(session, mark("name"), side.branch)
        await _case(session, side, other, space, lent, person=someone.id)
        session.add(_step(lent, side, "offered"))
        session.add(new_attachment(lent, reason=mark("reason")))
        session.add(new_attachment(guest, contact=mark("contact"), reach=mark("reach")))
    return lent, guest


async def guest_mark(platform: Platform, side: Side, other: Side, space: uuid.UUID, _: Mark) -> Made:
    """That a guest of the other side's was at a meeting of this one."""
    case = await _guest(platform, side, other, space)
    row = GuestMark(
        id=new_id(), case_id=case, record_id=new_id(), held_on=DAY, kinds=["theme_day"], mark="present", written_at=AT
    )
    async with platform.database.session(side.tenant.id) as session:
        session.add(row)
    return (row.id,)


async def _guest(platform: Platform, side: Side, other: Side, space: uuid.UUID) -> uuid.UUID:
    """A case that the other side opened and this one accepted, as both have it."""
    case, offered = new_id(), new_id()
    async with platform.database.session(other.tenant.id) as session:
        someone = await member(session, "李三", other.branch)
        await _case(session, other, side, space, case, person=someone.id)
        session.add(_step(case, other, "offered", offered))
    async with platform.database.session(side.tenant.id) as session:
        await _case(session, side, other, space, case, person=None)
        session.add(_step(case, other, "offered", offered))
        session.add(_step(case, side, "accepted", parent=offered))
    return case


async def _case(
    session: AsyncSession, side: Side, other: Side, space: uuid.UUID, case: uuid.UUID, *, person: uuid.UUID | None
) -> None:
    """This side's row, about a member of ours (`person`) or one of the other side's."""
    session.add(
        SpaceCase(
            id=case, space_id=space, kind=KIND, is_own=person is not None, party=other.tenant.id,
            organization_id=side.branch.id, person_id=person, answer_by=TODAY, starts_on=TODAY,
            until_on=TODAY + dt.timedelta(days=60), state="offered" if person else "accepted", is_open=True, opened_at=AT,
            changed_at=AT,
        )
    )  # fmt: skip
    await session.flush()


def _step(
    case: uuid.UUID, side: Side, name: str, key: uuid.UUID | None = None, *, parent: uuid.UUID | None = None
) -> SpaceCaseStep:
    return SpaceCaseStep(
        id=key or new_id(), case_id=case, parent_id=parent, name=name, side=side.tenant.id, by_name="测试人", happened_on=DAY,
        at=AT, note="",
    )  # fmt: skip

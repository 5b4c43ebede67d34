"""The year of the demo's partnership: goals that both sides agreed on, tasks done, to come and overdue, and goals for next year."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.joint.recording import members_of
from zhibu_partnership.models import Activity, Entry
from zhibu_partnership.plan.goals import set_goals, take_over
from zhibu_partnership.plan.reading import plan_of
from zhibu_partnership.plan.tasks import Deed, TaskDraft, add_task, finish_task
from zhibu_partnership.plan.words import Goals

if TYPE_CHECKING:
    from zhibu_demo.partnering import Side  # which calls this

YEAR = 2026
GOALS = Goals("以主题党日、党课和志愿服务促进校企党员互学互助。", held=3, people=60, needs=1, offers=1)
NEXT = Goals("在上年基础上增加暑期实习和技术服务。", held=6, people=120, needs=2, offers=2)
LINKED, USED = "参观红色工业展馆联合主题党日", "红色工业展馆"
Lines = tuple[tuple[str, dt.date, dt.date | None, str], ...]
HOME: Lines = (
    ("联系展馆并确定参观日期", dt.date(2026, 10, 10), dt.date(2026, 10, 9), "已与展馆约定十月十五日下午"),
    ("整理家电维修志愿者名单", dt.date(2026, 10, 20), None, ""),
    ("推荐政策宣讲团成员", dt.date(2026, 11, 5), None, ""),
)
OTHER: Lines = (
    ("安排展馆讲解和接待", dt.date(2026, 10, 15), dt.date(2026, 10, 15), "安排两名讲解员"),
    ("布置装配车间会议室", dt.date(2026, 11, 10), None, ""),
)


async def propose_years(home: "Side", space: uuid.UUID) -> None:
    """Home says what two years are for, and has tasks in the first."""
    plan = await home.do(set_goals, space, YEAR, GOALS)
    await home.do(set_goals, space, YEAR + 1, NEXT)
    for entry in HOME:
        await home.do(_task, plan.id, *entry)


async def answer_year(other: "Side", space: uuid.UUID) -> None:
    """The other side agrees to this year's goals, and has tasks of its own."""
    plan = await other.do(take_over, space, YEAR)
    for entry in OTHER:
        await other.do(_task, plan.id, *entry)


async def _task(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    plan: uuid.UUID,
    title: str,
    due_on: dt.date,
    done_on: dt.date | None,
    note: str,
) -> None:
    """A task by the second member of the branch; one that is done names the activity, and the offer that it used."""
    _, place = await plan_of(session, who, plan)
    person = (await members_of(session, place))[1].id
    task = await add_task(platform, session, who, plan, TaskDraft(title, due_on, person))
    if done_on is None:
        return
    activity = await session.scalar(select(Activity.id).where(Activity.title == LINKED))
    entry = await session.scalar(select(Entry.id).where(Entry.title == USED))
    await finish_task(platform, session, who, task.id, Deed(done_on, note, activity, entry))

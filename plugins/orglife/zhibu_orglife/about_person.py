"""What organizational life keeps about one person, and what of it may go."""

import uuid

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.person_data import Kept, PersonSection, rows_about
from zhibu_core.words import Words
from zhibu_orglife.models import Attendance, Task

_MINUTES = Words(
    "会议记录按归档期限保存（十年、三十年或永久）",
    "minutes are kept by archive schedule (ten years, thirty, or for good)",
)


async def sections(session: AsyncSession, person: uuid.UUID) -> list[PersonSection]:
    """Lines of rolls, and tasks."""
    return [
        PersonSection(Words("活动点名", "attendance"), await rows_about(session, Attendance, person)),
        PersonSection(Words("任务", "tasks"), await rows_about(session, Task, person, column="owner_person_id")),
    ]


async def forget(session: AsyncSession, person: uuid.UUID) -> list[Kept]:
    """Takes reasons and disputes out of the rolls and the name off tasks; the marks stay."""
    mine = Attendance.person_id == person
    await session.execute(update(Attendance).where(mine).values(reason="", disputed=None))
    await session.execute(update(Task).where(Task.owner_person_id == person).values(owner_person_id=None))
    number = await session.scalar(select(func.count()).select_from(Attendance).where(mine))
    return [Kept(Words("活动点名", "attendance"), number, _MINUTES)] if number else []

"""What partnerships keep about one person, and what of it may go."""

import uuid

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.events import publish
from zhibu_core.plugins.person_data import Kept, PersonSection, rows_about
from zhibu_core.words import Words
from zhibu_partnership.attachment.about import forget_attachments, sections_of
from zhibu_partnership.models import Activity, Entry, Plan, Present, Task
from zhibu_partnership.plan.keeping import WAITS

_ROLL = Words(
    "名单是共同活动记录的一部分，按组织生活记录的期限保存",
    "the roll is part of the record and is kept as long as records are",
)


async def sections(session: AsyncSession, person: uuid.UUID) -> list[PersonSection]:
    """Joint activities at which the person was, tasks that they did, and what they wrote down."""
    return [
        PersonSection(Words("参加的共同活动", "joint activities"), await rows_about(session, Present, person)),
        PersonSection(
            Words("登记的共建资源和需求", "offers and needs written down"),
            await rows_about(session, Entry, person, column="written_by"),
        ),
        PersonSection(
            Words("登记的共同活动", "joint activities written down"),
            await rows_about(session, Activity, person, column="written_by"),
        ),
        PersonSection(Words("负责的共建任务", "tasks of partnerships"), await rows_about(session, Task, person)),
        PersonSection(
            Words("登记的共建计划", "plans of partnerships written down"),
            await rows_about(session, Plan, person, column="written_by"),
        ),
        PersonSection(
            Words("登记的共建任务", "tasks of partnerships written down"),
            await rows_about(session, Task, person, column="written_by"),
        ),
        *await sections_of(session, person),
    ]


async def forget(session: AsyncSession, person: uuid.UUID) -> list[Kept]:
    """Takes the name off entries, records, plans and tasks; where the person was stays on the roll, without more.

    Tasks are told again, so that the name goes where an agreement let it cross.
    """
    for model in (Entry, Activity, Plan, Task):
        await session.execute(update(model).where(model.written_by == person).values(written_by=None))
    await forget_attachments(session, person)
    for task in await session.scalars(
        update(Task).where(Task.person_id == person).values(person_id=None).returning(Task.id)
    ):
        await publish(session, WAITS, "partnership_task", task)
    number = await session.scalar(select(func.count()).select_from(Present).where(Present.person_id == person))
    return [Kept(Words("共同活动名单", "rolls of joint activities"), number, _ROLL)] if number else []

"""What partnerships keep about one person, and what of it may go."""

import uuid

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.person_data import Kept, PersonSection, rows_about
from zhibu_core.words import Words
from zhibu_partnership.models import Activity, Entry, Present

_ROLL = Words(
    "名单是共同活动记录的一部分，按组织生活记录的期限保存",
    "the roll is part of the record and is kept as long as records are",
)


async def sections(session: AsyncSession, person: uuid.UUID) -> list[PersonSection]:
    """Joint activities at which the person was, and offers, needs and records that they wrote down."""
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
    ]


async def forget(session: AsyncSession, person: uuid.UUID) -> list[Kept]:
    """Takes the name off entries and records; where the person was stays on the roll, without more."""
    await session.execute(update(Entry).where(Entry.written_by == person).values(written_by=None))
    await session.execute(update(Activity).where(Activity.written_by == person).values(written_by=None))
    number = await session.scalar(select(func.count()).select_from(Present).where(Present.person_id == person))
    return [Kept(Words("共同活动名单", "rolls of joint activities"), number, _ROLL)] if number else []

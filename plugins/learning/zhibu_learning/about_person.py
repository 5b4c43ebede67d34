"""What learning keeps about one person, and what of it may go."""

import uuid

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.person_data import Kept, PersonSection, rows_about
from zhibu_core.words import Words
from zhibu_learning.models import Training

_FILE = Words("学时登记随党员教育档案保存", "hours of study belong to the file of the member's education")


async def sections(session: AsyncSession, person: uuid.UUID) -> list[PersonSection]:
    """Entries of study."""
    return [PersonSection(Words("学习记录", "training"), await rows_about(session, Training, person))]


async def forget(session: AsyncSession, person: uuid.UUID) -> list[Kept]:
    """Takes the free words (organiser, evidence) out of the entries; day, hours and category stay."""
    mine = Training.person_id == person
    await session.execute(update(Training).where(mine).values(organiser="", evidence=""))
    number = await session.scalar(select(func.count()).select_from(Training).where(mine))
    return [Kept(Words("学习记录", "training"), number, _FILE)] if number else []

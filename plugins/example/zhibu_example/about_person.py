"""What the reading circle keeps about one person, and what of it may go."""

import uuid

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.person_data import Kept, PersonSection, rows_about
from zhibu_core.words import Words
from zhibu_example.models import Note


async def sections(session: AsyncSession, person: uuid.UUID) -> list[PersonSection]:
    """Notes that the person wrote down."""
    return [
        PersonSection(Words("读书分享", "reading notes"), await rows_about(session, Note, person, column="written_by"))
    ]


async def forget(session: AsyncSession, person: uuid.UUID) -> list[Kept]:
    """Takes the name off the notes; nothing about the person stays."""
    await session.execute(update(Note).where(Note.written_by == person).values(written_by=None))
    return []

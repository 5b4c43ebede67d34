"""What second attachments keep about one person, and what of it may go."""

import uuid

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.person_data import PersonSection, rows_about
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.words import Words
from zhibu_partnership.attachment.models import Attachment, GuestMark


async def sections_of(session: AsyncSession, person: uuid.UUID) -> list[PersonSection]:
    """Why the person was lent and where to, and what they marked of guests."""
    query = select(Attachment.reason, SpaceCase.starts_on, SpaceCase.until_on, SpaceCase.state).join(
        SpaceCase, (SpaceCase.tenant_id == Attachment.tenant_id) & (SpaceCase.id == Attachment.id)
    )
    rows = await session.execute(query.where(SpaceCase.person_id == person))
    return [
        PersonSection(Words("本人的挂靠", "second attachments"), [dict(row._mapping) for row in rows]),
        PersonSection(
            Words("登记的挂靠党员到会", "guests' attendance written down"),
            await rows_about(session, GuestMark, person, column="written_by"),
        ),
    ]


async def forget_attachments(session: AsyncSession, person: uuid.UUID) -> None:
    """Why they were away goes; that they were, stays in the case without a name."""
    theirs = select(SpaceCase.id).where(SpaceCase.person_id == person)
    await session.execute(update(Attachment).where(Attachment.id.in_(theirs)).values(reason=""))
    await session.execute(update(GuestMark).where(GuestMark.written_by == person).values(written_by=None))

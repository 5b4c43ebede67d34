"""The facts of the reading circle: one for each note in force."""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.facts import FactDraft, Grade, write_facts
from zhibu_example.models import Note

SOURCE = "example"
RECORD_TYPE = "example_note"


async def write_note_facts(
    session: AsyncSession, notes: Collection[uuid.UUID], *, grade: Grade, written_by: uuid.UUID | None
) -> int:
    """Writes the facts of these notes as they stand in the table; returns how many."""
    rows = await session.scalars(select(Note).where(Note.id.in_(notes), Note.withdrawn_on.is_(None)))
    drafts = [
        FactDraft(
            kind="example.note",
            organization_id=row.organization_id,
            happened_on=row.read_on,
            record_type=RECORD_TYPE,
            record_id=row.id,
            grade=grade,
            detail={"book": row.book},
        )
        for row in rows
    ]
    return await write_facts(session, drafts, source=SOURCE, written_by=written_by)

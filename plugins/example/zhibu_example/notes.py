"""Recording, withdrawing and reading notes: plain functions over a bound session, each with its fact."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note as audit
from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.ledger.facts import end_facts
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_example.facts import RECORD_TYPE, write_note_facts
from zhibu_example.models import Note
from zhibu_example.permissions import READ, WRITE

MOST_LETTERS = 100


@dataclass(frozen=True)
class NoteDraft:
    """A note as somebody writes it down."""

    organization_id: uuid.UUID
    read_on: dt.date
    book: str
    thought: str = ""


async def record_note(session: AsyncSession, scope: Scope, draft: NoteDraft) -> Note:
    """Adds a note with its fact. Raises `NotFound`, `Forbidden`, or `InvalidInput` naming the field that is wrong."""
    place = await session.scalar(select(Organization).where(Organization.id == draft.organization_id))
    if place is None:
        raise not_found(Words("组织", "organization"), str(draft.organization_id))
    scope.require(WRITE, place.path)
    book = title_of(draft.book)
    if draft.read_on > scope.today:
        raise InvalidInput(
            "date_future",
            Words(
                f"{draft.read_on} 在今天之后。请填写实际分享的日期。",
                f"{draft.read_on} is after today. Give the date on which it was shared.",
            ),
            field="read_on",
        )
    alike = (Note.organization_id == place.id, Note.read_on == draft.read_on, Note.book == book)
    if await session.scalar(select(Note.id).where(*alike, Note.withdrawn_on.is_(None))) is not None:
        raise InvalidInput(
            "repeated",
            Words(
                f"这一天已登记过《{book}》。请核对日期和书名。",
                f"《{book}》 is already noted for this day. Check date and title.",
            ),
            field="book",
        )
    note = Note(id=new_id(), organization_id=place.id, read_on=draft.read_on, book=book)
    note.thought, note.withdrawn_on, note.written_by = draft.thought.strip(), None, scope.person()
    session.add(note)
    await session.flush()
    await write_note_facts(session, [note.id], grade="recorded", written_by=note.written_by)
    await audit(session, scope, WRITE, RECORD_TYPE, note.id, fields=["read_on", "book", "thought"])
    await publish(session, "example.note.recorded", RECORD_TYPE, note.id)
    return note


def title_of(text: str) -> str:
    """A book's title as it is kept; raises `InvalidInput` for an empty one and for one of more than 100 letters."""
    title = " ".join(text.split())
    if not title or len(title) > MOST_LETTERS:
        raise InvalidInput(
            "book",
            Words(
                f"请填写书名，不超过 {MOST_LETTERS} 个字。",
                f"Give the title of the book in at most {MOST_LETTERS} characters.",
            ),
            field="book",
        )
    return title


async def withdraw_note(session: AsyncSession, scope: Scope, note_id: uuid.UUID) -> Note:
    """Takes a note back: its fact is retracted, the note stays readable. Raises `NotFound` or `Forbidden`."""
    query = select(Note, Organization.path).join(
        Organization, (Organization.tenant_id == Note.tenant_id) & (Organization.id == Note.organization_id)
    )
    found = (await session.execute(query.where(Note.id == note_id, Note.withdrawn_on.is_(None)))).one_or_none()
    if found is None:
        raise not_found(Words("读书分享", "reading note"), str(note_id))
    note, path = found
    scope.require(WRITE, path)
    note.withdrawn_on = scope.today
    await session.flush()
    await end_facts(session, [note.id], "retracted", note="withdrawn", ended_by=scope.person())
    await audit(session, scope, WRITE, RECORD_TYPE, note.id, fields=["withdrawn_on"])
    await publish(session, "example.note.withdrawn", RECORD_TYPE, note.id)
    return note


async def notes_of(
    session: AsyncSession, scope: Scope, *, organization_id: uuid.UUID | None = None, limit: int = 100
) -> Sequence[tuple[Note, Organization]]:
    """The newest notes in force that the asker may read, each with its organization; one statement."""
    query = (
        select(Note, Organization)
        .join(Organization, (Organization.tenant_id == Note.tenant_id) & (Organization.id == Note.organization_id))
        .where(Note.withdrawn_on.is_(None))
        .where(in_subtrees(Organization.path, scope.paths(READ)))
        .order_by(Note.read_on.desc(), Note.id)
        .limit(limit)
    )
    if organization_id is not None:
        query = query.where(Note.organization_id == organization_id)
    return [(note, place) for note, place in await session.execute(query)]

"""The list of books: made anew in the background whenever notes have changed."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_example.models import Book, Note

JOB = "example.shelve"
CHANGES = frozenset({"example.note.recorded", "example.note.withdrawn", "import.written"})
MOST_BOOKS = 20


async def ask_for_shelving(session: AsyncSession) -> None:
    """Asks for the job; it begins after the session's transaction has committed."""
    await publish(session, f"job:{JOB}", "example_book", None)


async def shelve(session: AsyncSession, scope: Scope, payload: Any) -> None:
    """The job: the list of books as the notes in force give it, in three statements however many notes there are."""
    del scope, payload
    counted = (
        select(Note.book, func.count().label("times"), func.max(Note.read_on).label("last"))
        .where(Note.withdrawn_on.is_(None))
        .group_by(Note.book)
    )
    rows = [
        {"id": new_id(), "title": row.book, "times": row.times, "last_read_on": row.last}
        for row in await session.execute(counted)
    ]
    await clear_shelf(session)
    await insert_rows(session, cast("Table", Book.__table__), rows)


async def clear_shelf(session: AsyncSession) -> None:
    """Empties the list."""
    await session.execute(delete(Book))


async def books(session: AsyncSession) -> Sequence[Book]:
    """The books read most."""
    query = select(Book).order_by(Book.times.desc(), Book.title).limit(MOST_BOOKS)
    return list(await session.scalars(query))

"""The list of books: made by the job, asked for by events, gone while the plugin is off, and back afterwards."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_example.models import Book, Note
from zhibu_example.notes import NoteDraft, record_note, withdraw_note
from zhibu_example.shelf import books
from zhibu_tenants.enablement import switch
from zhibu_testing.delivering import deliver
from zhibu_testing.fixtures import Parties

DAY = dt.date(2026, 10, 20)
HELD = text("select count(*) from jobs.outbox where tenant_id = :t and dispatched_at is null")


async def shelf(platform: Platform, parties: Parties) -> list[tuple[str, int, dt.date]]:
    """The list as it stands."""
    async with platform.database.session(parties.home.id) as session:
        return [(book.title, book.times, book.last_read_on) for book in await books(session)]


async def test_events_and_job_keep_the_list(circle: Any, platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        await record_note(session, circle.scope, NoteDraft(circle.branch.id, DAY, "实践论"))
        await record_note(session, circle.scope, NoteDraft(circle.group.id, DAY.replace(day=9), "实践论"))
        last = await record_note(session, circle.scope, NoteDraft(circle.group.id, DAY, "矛盾论"))
    await deliver(platform, parties.home)
    assert await shelf(platform, parties) == [("实践论", 2, DAY), ("矛盾论", 1, DAY)]
    async with platform.database.session(parties.home.id) as session:
        await withdraw_note(session, circle.scope, last.id)
    await deliver(platform, parties.home)
    assert await shelf(platform, parties) == [("实践论", 2, DAY)]
    async with platform.database.session(parties.home.id) as session:
        assert await session.scalar(HELD, {"t": parties.home.id}) == 0


async def test_off_empties_the_list_and_keeps_the_notes(circle: Any, platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        await record_note(session, circle.scope, NoteDraft(circle.branch.id, DAY, "实践论"))
    await deliver(platform, parties.home)
    operator = Scope(parties.home, frozenset())
    async with platform.database.session(parties.home.id) as session:
        await switch(platform, session, operator, "example", on=False)
    async with platform.database.session(parties.home.id) as session:
        assert list(await session.scalars(select(Book))) == []
        assert [note.book for note in await session.scalars(select(Note))] == ["实践论"]
        await switch(platform, session, operator, "example", on=True)
    await deliver(platform, parties.home)
    assert await shelf(platform, parties) == [("实践论", 1, DAY)]


@pytest.mark.parametrize("on", [True, False])
async def test_notes_of_before_are_shelved_only_while_on(
    circle: Any, platform: Platform, parties: Parties, on: bool
) -> None:
    async with platform.database.session(parties.home.id) as session:
        await record_note(session, circle.scope, NoteDraft(circle.branch.id, DAY, "实践论"))
        await switch(platform, session, Scope(parties.home, frozenset()), "example", on=on)
    await deliver(platform, parties.home)
    assert len(await shelf(platform, parties)) == (1 if on else 0)

"""Notes and their facts: what is recorded, what is refused, what a withdrawal leaves."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden, InvalidInput, NotFound
from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.duties import Reach, duties_of
from zhibu_core.periods import parse_period
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Grant, Scope
from zhibu_example.models import Note
from zhibu_example.notes import NoteDraft, notes_of, record_note, title_of, withdraw_note
from zhibu_example.panel import latest_notes
from zhibu_example.permissions import ACTIONS
from zhibu_testing.fixtures import TODAY, Parties

DAY = dt.date(2026, 10, 20)
IN_FORCE = text(
    """select f.kind, f.happened_on, f.record_id from fact f where f.tenant_id = :t and f.source = 'example'
    and not exists (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id)"""
)


def secretary_of(scope: Scope, path: str) -> Scope:
    """The same person as secretary of a place only."""
    held = frozenset(action.key for action in ACTIONS if "secretary" in action.roles)
    return replace(scope, grants=(Grant("secretary", None, path, held),))


async def facts(session: AsyncSession) -> list[tuple[Any, ...]]:
    """The plugin's facts in force."""
    return [tuple(row) for row in await session.execute(IN_FORCE, {"t": session.info["tenant"]})]


async def test_a_note_is_written_with_its_fact(circle: Any, session: AsyncSession) -> None:
    note = await record_note(session, circle.scope, NoteDraft(circle.branch.id, DAY, " 《共产党宣言》 ", "再读一遍"))
    assert note.book == "《共产党宣言》"
    assert await facts(session) == [("example.note", DAY, note.id)]


async def test_a_withdrawn_note_is_kept_and_its_fact_ended(circle: Any, session: AsyncSession) -> None:
    note = await record_note(session, circle.scope, NoteDraft(circle.branch.id, DAY, "矛盾论"))
    await withdraw_note(session, circle.scope, note.id)
    assert await facts(session) == []
    assert await session.scalar(select(func.count()).select_from(Note)) == 1
    assert await notes_of(session, circle.scope) == []
    with pytest.raises(NotFound):
        await withdraw_note(session, circle.scope, note.id)
    again = await record_note(session, circle.scope, NoteDraft(circle.branch.id, DAY, "矛盾论"))
    assert await facts(session) == [("example.note", DAY, again.id)]


@pytest.mark.parametrize(
    ("book", "read_on", "field"),
    [("", DAY, "book"), ("书" * 101, DAY, "book"), ("实践论", TODAY + dt.timedelta(days=1), "read_on")],
)
async def test_wrong_notes_name_the_field(
    circle: Any, session: AsyncSession, book: str, read_on: dt.date, field: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        await record_note(session, circle.scope, NoteDraft(circle.branch.id, read_on, book))
    assert raised.value.field == field
    assert await facts(session) == []


async def test_the_same_note_twice_is_refused(circle: Any, session: AsyncSession) -> None:
    draft = NoteDraft(circle.branch.id, DAY, "实践论")
    await record_note(session, circle.scope, draft)
    with pytest.raises(InvalidInput, match="已登记"):
        await record_note(session, circle.scope, draft)


async def test_a_secretary_writes_and_reads_only_below_the_own_branch(circle: Any, session: AsyncSession) -> None:
    await record_note(session, circle.scope, NoteDraft(circle.branch.id, DAY, "实践论"))
    of_group = secretary_of(circle.scope, circle.group.path)
    assert await notes_of(session, of_group) == []
    with pytest.raises(Forbidden):
        await record_note(session, of_group, NoteDraft(circle.branch.id, DAY, "矛盾论"))
    await record_note(session, of_group, NoteDraft(circle.group.id, DAY, "矛盾论"))
    assert [note.book for note, _ in await notes_of(session, of_group)] == ["矛盾论"]
    assert await notes_of(session, replace(of_group, grants=())) == []


async def test_unknown_organizations_are_not_found(circle: Any, session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await record_note(session, circle.scope, NoteDraft(new_id(), DAY, "实践论"))


async def test_the_neighbour_sees_nothing(circle: Any, platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        await record_note(session, circle.scope, NoteDraft(circle.branch.id, DAY, "实践论"))
    async with platform.database.session(parties.neighbour.id) as session:
        assert await notes_of(session, replace(circle.scope, tenant=parties.neighbour)) == []
        assert list(await session.scalars(select(Note))) == []


async def test_the_panel_shows_the_newest_or_nothing(circle: Any, session: AsyncSession) -> None:
    assert await latest_notes(session, circle.scope, circle.branch.id) is None
    for day in range(1, 8):
        await record_note(session, circle.scope, NoteDraft(circle.branch.id, DAY.replace(day=day), f"第{day}本"))
    shown = await latest_notes(session, circle.scope, circle.branch.id)
    assert shown is not None
    assert [note.book for note in shown["notes"]] == ["第7本", "第6本", "第5本", "第4本", "第3本"]


async def test_a_group_meets_its_duty_by_a_note(circle: Any, platform: Platform, session: AsyncSession) -> None:
    async def state() -> list[tuple[str, str]]:
        book = await rule_book(platform, session, circle.scope)
        found = await duties_of(session, book, parse_period("2026Q4"), Reach(), TODAY, with_facts=False)
        return [(duty.organization, duty.state) for duty in found if duty.version.code == "example.sharing"]

    assert await state() == [("001001", "open")]
    await record_note(session, circle.scope, NoteDraft(circle.group.id, DAY, "实践论"))
    assert await state() == [("001001", "met")]


async def test_nothing_is_asked_of_those_who_left_it_off(
    circle: Any, platform: Platform, session: AsyncSession
) -> None:
    off = replace(circle.scope, plugins=circle.scope.plugins - {"example"})
    assert "example.sharing" not in (await rule_book(platform, session, off)).rules


@given(st.text(max_size=120))
def test_any_text_is_a_title_or_is_refused(text: str) -> None:
    kept = " ".join(text.split())
    if 0 < len(kept) <= 100:
        assert title_of(text) == title_of(f"  {text}\n") == kept
    else:
        with pytest.raises(InvalidInput) as raised:
            title_of(text)
        assert raised.value.field == "book"

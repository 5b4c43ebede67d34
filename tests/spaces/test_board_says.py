"""The board: nothing without the administrator's word, every line its tenant's own, and gone everywhere at once."""

import datetime as dt
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from zhibu_core.audit import AuditEntry
from zhibu_core.platform import Platform
from zhibu_core.spaces.board import Asked, Line, board_count, board_page, decide, is_listed, leave, posted, say
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_tenants.life.erasing import erase_tenant
from zhibu_tenants.life.states import change_state
from zhibu_testing.fixtures import TODAY, Parties, TestDatabase

DECIDE = "partnership.board.decide"


def line(title: str = "党史讲座", **values: object) -> Line:
    given = {
        "id": new_id(), "organization": "数学党支部", "code": "001", "kind": "offer", "category": "lecture", "title": title,
        "about": "", "place": "", "starts_on": None, "ends_on": None, "capacity": None,
        "valid_until": TODAY + dt.timedelta(days=30), "said_at": dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
    }  # fmt: skip
    return Line(**(given | values))  # type: ignore[arg-type]


async def word(platform: Platform, tenant: Tenant, *, listed: bool) -> None:
    async with platform.database.session(tenant.id) as session:
        await decide(session, Scope(tenant, frozenset()), DECIDE, listed=listed)


async def put(platform: Platform, tenant: Tenant, *lines: Line) -> int:
    async with platform.database.session(tenant.id) as session:
        return await say(session, lines)


async def seen(platform: Platform, reader: Tenant, of: Tenant, **asked: object) -> list[Line]:
    """What a tenant reads on the board of another's."""
    async with platform.database.session(reader.id) as session:
        found = await board_page(session, Asked(**asked), TODAY, limit=100)  # type: ignore[arg-type]
    return [one.line for one in found if one.slug == of.slug]


async def test_nothing_is_shown_without_the_word_and_all_of_it_with(platform: Platform, parties: Parties) -> None:
    home, reader = parties.home, parties.neighbour
    lines = [line("讲座"), line("基地", category="base", kind="need", place="贵阳市 花溪区", capacity=40)]
    assert await put(platform, home, *lines) == 0
    assert await seen(platform, reader, home) == []
    await word(platform, home, listed=True)
    assert await put(platform, home, *lines) == 2
    assert {one.id: one for one in await seen(platform, reader, home)} == {one.id: one for one in lines}
    assert await seen(platform, reader, home, kind="need", category="base", place="贵阳市花溪") == [lines[1]]
    assert await seen(platform, reader, home, own=True) == []
    await word(platform, home, listed=False)
    assert await seen(platform, reader, home) == []
    assert await put(platform, home, *lines) == 0
    async with platform.database.session(home.id) as session:
        assert not await is_listed(session)
        query = select(AuditEntry.fields).where(AuditEntry.action == DECIDE).order_by(AuditEntry.at)
        assert list(await session.scalars(query)) == [["listed"], ["left"]]


async def test_a_line_is_replaced_alone_and_leaving_keeps_the_word(platform: Platform, parties: Parties) -> None:
    home, reader = parties.home, parties.neighbour
    first, second = line("一"), line("二")
    await word(platform, home, listed=True)
    await put(platform, home, first, second)
    renamed = line("新名", id=first.id)
    async with platform.database.session(home.id) as session:
        await say(session, [renamed], gone=[first.id])
    assert {one.title for one in await seen(platform, reader, home)} == {"新名", "二"}
    async with platform.database.session(reader.id) as session:
        # The same ids said, and taken back, by another tenant touch nothing of ours.
        await decide(session, Scope(reader, frozenset()), DECIDE, listed=True)
        await say(session, [line("别人的", id=first.id)])
        await say(session, [], gone=[first.id, second.id])
    assert {one.title for one in await seen(platform, home, home)} == {"新名", "二"}
    async with platform.database.session(home.id) as session:
        await leave(session)
        assert await is_listed(session)
    assert await seen(platform, reader, home) == []


async def test_what_is_over_or_of_a_closed_tenant_disappears(
    platform: Platform, parties: Parties, tmp_path: Path
) -> None:
    home, reader = parties.home, parties.neighbour
    over, stands = line("过期", valid_until=TODAY - dt.timedelta(days=1)), line("有效")
    await word(platform, home, listed=True)
    await put(platform, home, over, stands)
    assert await seen(platform, reader, home) == [stands]
    async with platform.database.session(reader.id) as session:
        assert await posted(session, home.slug, over.id, TODAY) is None
        before = await board_count(session, Asked(), TODAY)
    await change_state(platform, home, "suspended")
    async with platform.database.session(reader.id) as session:
        assert await posted(session, home.slug, stands.id, TODAY) is None
        assert await board_count(session, Asked(), TODAY) == before - 1
    await change_state(platform, home, "open")
    assert await seen(platform, reader, home) == [stands]
    await erase_tenant(platform, home, tmp_path / "certificate.json")
    async with platform.database.system_session() as system:
        query = text("select count(*) from global_board_line where tenant = :t")
        assert await system.scalar(query, {"t": home.id}) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "insert into global_board_line select * from global_board_line",
        "update global_board_line set title = 'x'",
        "delete from global_board_line",
        "select app.say_on_board(null, '[]')",
    ],
)
async def test_the_runtime_role_writes_by_its_binding_only(
    test_database: TestDatabase, platform: Platform, statement: str
) -> None:
    del platform
    connection = await asyncpg.connect(test_database.dsn())
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_the_database_refuses_what_is_no_line(platform: Platform, parties: Parties) -> None:
    await word(platform, parties.home, listed=True)
    for wrong in ({"kind": "gift"}, {"category": "money"}, {"title": ""}, {"capacity": 0},
                  {"starts_on": TODAY, "ends_on": TODAY - dt.timedelta(days=1)}):  # fmt: skip
        with pytest.raises(DBAPIError):
            await put(platform, parties.home, line(**wrong))  # type: ignore[arg-type]


async def test_a_line_from_the_future_is_said_now(platform: Platform, parties: Parties) -> None:
    home, reader = parties.home, parties.neighbour
    await word(platform, home, listed=True)
    await put(platform, home, line(said_at=dt.datetime(2199, 1, 1, tzinfo=dt.UTC)))
    (shown,) = await seen(platform, reader, home)
    assert shown.said_at <= dt.datetime.now(dt.UTC)

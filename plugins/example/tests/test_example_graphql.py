"""The plugin in GraphQL: recorded by a mutation, read below its organization, unnameable while it is off."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import EVERY_ROLE, Browser, app_of, sign_in
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import Parties

READ = """query Read($code: String!) { organization(code: $code) { id
  readingNotes(first: 10) { totalCount edges { node { id book readOn thought organization { code } } } } } }"""
RECORD = """mutation Record($at: ID!, $book: String!, $on: Date!) {
  recordReadingNote(input: {organization: $at, book: $book, readOn: $on}) {
    note { id book } errors { code message field } } }"""
NODE = "query Node($id: ID!) { node(id: $id) { id ... on ReadingNote { book } } }"


async def everything(circle: Any, platform: Platform, parties: Parties) -> tuple[Browser, str]:
    """Somebody who holds every role, and the branch's id."""
    browser = await sign_in(app_of(platform), platform, parties.home, circle.reader.id, EVERY_ROLE)
    found = await browser.ask(READ, code="001")
    assert "data" in found, found
    return browser, found["data"]["organization"]["id"]


async def test_a_note_is_recorded_and_read(circle: Any, platform: Platform, parties: Parties) -> None:
    browser, branch = await everything(circle, platform, parties)
    made = await browser.ask(RECORD, at=branch, book="实践论", on="2026-10-20")
    assert made["data"]["recordReadingNote"]["errors"] == []
    note = made["data"]["recordReadingNote"]["note"]
    assert note["book"] == "实践论"
    found = (await browser.ask(READ, code="001"))["data"]["organization"]["readingNotes"]
    assert found["totalCount"] == 1
    assert found["edges"][0]["node"] == {
        "id": note["id"], "book": "实践论", "readOn": "2026-10-20", "thought": "", "organization": {"code": "001"},
    }  # fmt: skip
    assert (await browser.ask(NODE, id=note["id"]))["data"]["node"] == note


async def test_mistakes_are_in_the_payload(circle: Any, platform: Platform, parties: Parties) -> None:
    browser, branch = await everything(circle, platform, parties)
    made = (await browser.ask(RECORD, at=branch, book=" ", on="2026-10-20"))["data"]["recordReadingNote"]
    assert made["note"] is None
    assert [error["field"] for error in made["errors"]] == ["book"]
    assert (await browser.ask(READ, code="001"))["data"]["organization"]["readingNotes"]["totalCount"] == 0


async def test_the_neighbour_finds_nothing(circle: Any, platform: Platform, parties: Parties) -> None:
    browser, branch = await everything(circle, platform, parties)
    note = (await browser.ask(RECORD, at=branch, book="实践论", on="2026-10-20"))["data"]["recordReadingNote"]["note"]
    async with platform.database.session(parties.neighbour.id) as session:
        await switch(platform, session, Scope(parties.neighbour, frozenset()), "example", on=True)
        stranger = await _stranger(session)
    other = await sign_in(app_of(platform), platform, parties.neighbour, stranger, EVERY_ROLE)
    assert (await other.ask(NODE, id=note["id"]))["data"] == {"node": None}


async def test_off_means_not_in_the_schema(circle: Any, platform: Platform, parties: Parties) -> None:
    browser, branch = await everything(circle, platform, parties)
    async with platform.database.session(parties.home.id) as session:
        await switch(platform, session, Scope(parties.home, frozenset()), "example", on=False)
    refused = await browser.ask(READ, code="001")
    assert "readingNotes" in refused["errors"][0]["message"]
    assert "errors" in await browser.ask(RECORD, at=branch, book="实践论", on="2026-10-20")


async def _stranger(session: AsyncSession) -> Any:
    return (await member(session, "李二", await organization(session, "9"))).id

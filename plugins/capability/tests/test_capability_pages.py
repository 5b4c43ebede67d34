"""The portrait and its numbers over HTTP: what they say, where they lead, and to whom they stay closed."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from litestar import Litestar
from lxml import html

from zhibu_capability.following import trend_of
from zhibu_capability.store import compute
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.organization.models import Organization
from zhibu_core.periods import parse_period
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.chromium import SitDown, chromium, origin, sit_down
from zhibu_testing.counting import counted
from zhibu_testing.factories import member, organization, person
from zhibu_testing.fixtures import Parties

__all__ = ["chromium", "origin", "sit_down"]

PERIOD = parse_period("2026Q3")
DAY = dt.date(2026, 8, 20)
HERE = "/data/portrait"
NUMBERS = ("index", "a", "b", "c", "regularity", "closure", "breadth", "talks", "order")


@dataclass(frozen=True)
class World:
    """Nine branches of the home tenant, each with a theme day; `stranger` organizes the neighbour."""

    app: Litestar
    branches: list[Organization]
    records: list[uuid.UUID]
    organizer: Browser
    secretary: Browser
    reader: Browser
    stranger: Browser


@pytest_asyncio.fixture(loop_scope="session")
async def world(platform: Platform, parties: Parties, scope: Scope) -> World:
    app = app_of(platform)
    branches, records = [], []
    async with platform.database.session(parties.home.id) as session:
        root = await organization(session, "000", kind="committee", name="校党委")
        for n in range(9):
            branch = await organization(session, f"B{n:02d}", parent=root, name=f"第{n}党支部")
            people = [(await member(session, f"党员{n}{m}", branch)).id for m in range(6)]
            branches.append(branch)
            records.append(new_id())
            common: dict[str, Any] = {
                "organization_id": branch.id, "happened_on": DAY, "record_type": "meeting", "record_id": records[-1],
            }  # fmt: skip
            detail = {"tasks": 1, "tasks_closed": 1, "kinds": ["theme_day"]}
            drafts = [FactDraft("activity", until_on=DAY, detail=detail, **common), FactDraft("theme_day", **common)]
            drafts += [
                FactDraft("attendance", person_id=one, mark="absent" if m < n // 3 else "present", **common)
                for m, one in enumerate(people)
            ]
            await write_facts(session, drafts, source="orglife", written_by=None)
            if n == 0:
                first = people
        staff = (await person(session, "组织员")).id
        for quarter in trend_of(PERIOD):
            await compute(session, scope, platform, quarter)
    async with platform.database.session(parties.neighbour.id) as session:
        await organization(session, "N01", name="隔壁党支部")
        other = (await person(session, "邻居")).id
    home = parties.home
    return World(
        app,
        branches,
        records,
        await sign_in(app, platform, home, staff, {"organizer": None}),
        await sign_in(app, platform, home, first[0], {"secretary": branches[0].id}),
        await sign_in(app, platform, home, first[1], {}),
        await sign_in(app, platform, parties.neighbour, other, {"organizer": None}),
    )


def parsed(body: str) -> Any:
    """A page as a tree."""
    return html.document_fromstring(body)


def words_of(body: str) -> str:
    main = parsed(body).find(".//main")
    assert main is not None
    return " ".join(main.text_content().split())


def links_of(body: str, prefix: str) -> list[str]:
    """The addresses on a page, below the tenant."""
    found = parsed(body).xpath("//main//a/@href")
    return [str(link).removeprefix(prefix) for link in found]


async def test_the_portrait_says_in_words_where_the_branch_stands(world: World, platform: Platform) -> None:
    with counted(platform) as statements:
        answer = await world.secretary.get(HERE)
    said = words_of(answer.text)
    assert answer.status_code == 200
    assert "2026年第三季度本支部组织力为" in said
    assert "在9个“教师”类支部里" in said
    assert len(statements) <= 25, len(statements)
    document = parsed(answer.text)
    assert len(document.xpath("//table[@id='spread-all']//tbody/tr")) == 9
    assert not re.search(r"第1党支部|第8党支部", said)  # others are unnamed
    assert document.xpath("//table[@id='shape']//tbody/tr")


async def test_an_organizer_chooses_in_the_order_of_the_tree(world: World) -> None:
    answer = await world.organizer.get(HERE)
    names = parsed(answer.text).xpath("//ul[@id='branches']//a/text()")
    assert names == [f"第{n}党支部" for n in range(9)]
    assert "组织力为" not in words_of(answer.text)
    assert (await world.organizer.get(f"{HERE}?org=B03")).status_code == 200
    assert (await world.organizer.get(f"{HERE}?org=B03&period=2026H1")).status_code == 200


async def test_from_a_portrait_number_to_its_record_in_three_taps(world: World) -> None:
    prefix = f"/t/{world.organizer.tenant.slug}"
    portrait = await world.organizer.get(f"{HERE}?org=B08")
    number = next(link for link in links_of(portrait.text, prefix) if "/number/a?" in link)
    opened = await world.organizer.get(number)
    assert f"/life/meetings/{world.records[8]}" in links_of(opened.text, prefix)
    assert any(link.startswith("/rules/capability.index") for link in links_of(opened.text, prefix))
    assert "校党委" in words_of(opened.text)  # who answers


async def test_every_number_opens_and_a_name_is_for_those_who_may_read_members(
    world: World, platform: Platform
) -> None:
    for part in NUMBERS:
        with counted(platform) as statements:
            answer = await world.secretary.get(f"{HERE}/number/{part}?period=2026Q3")
        assert answer.status_code == 200, part
        assert len(statements) <= 25, (part, len(statements))
    talks = words_of((await world.secretary.get(f"{HERE}/number/talks?period=2026Q3")).text)
    own = words_of((await world.reader.get(f"{HERE}/number/talks?period=2026Q3")).text)
    assert "党员02" in talks
    assert "党员02" not in own
    assert "党员01" in own
    assert (await world.secretary.get(f"{HERE}/number/rank")).status_code == 404
    assert (await world.secretary.get(f"{HERE}?period=2027Q1")).status_code == 422


async def test_contributions_add_up_to_the_number(world: World) -> None:
    answer = await world.organizer.get(f"{HERE}/number/a?org=B08&period=2026Q3")
    table = parsed(answer.text).xpath("//table[@aria-labelledby='made']")[0]
    rows = [float(row.xpath("./td[last()]/span[last()]/text()")[0]) for row in table.xpath(".//tbody/tr")]
    total = float(table.xpath(".//tfoot/tr/td[last()]/span[last()]/text()")[0])
    assert abs(sum(rows) - total) < 0.1
    assert abs(total - 100 * 4 / 6) < 0.1


async def test_a_strangers_branch_is_like_an_unknown_one_and_off_is_like_both(
    world: World, platform: Platform, parties: Parties, scope: Scope
) -> None:
    foreign = await world.stranger.get(f"{HERE}?org=B00")
    unknown = await world.stranger.get(f"{HERE}?org=Z99")
    assert (foreign.status_code, foreign.text) == (404, unknown.text.replace("Z99", "B00"))
    assert (await world.secretary.get(f"{HERE}?org=B01")).status_code == 404
    async with platform.database.session(parties.home.id) as session:
        await switch(platform, session, scope, "capability", on=False)
    off = await world.secretary.get(HERE)
    nowhere = await world.secretary.get("/data/nowhere")
    assert off.status_code == nowhere.status_code == 404
    assert words_of(off.text) == words_of(nowhere.text)


async def test_without_organizational_life_nothing_leads_to_its_pages(
    world: World, platform: Platform, parties: Parties, scope: Scope
) -> None:
    async with platform.database.session(parties.home.id) as session:
        await switch(platform, session, scope, "orglife", on=False)
    for part in NUMBERS:
        answer = await world.organizer.get(f"{HERE}/number/{part}?org=B08&period=2026Q3")
        assert answer.status_code == 200, part
        assert "/life/meetings/" not in answer.text


async def test_the_page_of_a_branch_names_its_band(world: World) -> None:
    answer = await world.organizer.get("/people/organizations/B00")
    assert "档次为" in words_of(answer.text)
    assert any("/data/portrait?org=B00" in link for link in links_of(answer.text, ""))


@pytest.mark.browser
@pytest.mark.modes
@pytest.mark.parametrize("phone", [True, False])
async def test_in_a_browser_nothing_is_found_against_the_pages(world: World, sit_down: SitDown, phone: bool) -> None:
    async with sit_down(world.organizer, phone=phone) as desk:
        for path in (f"{HERE}?org=B08&period=2026Q3", f"{HERE}/number/a?org=B08&period=2026Q3"):
            await desk.open(path)
            assert await desk.findings() == []

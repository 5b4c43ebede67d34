"""Offers and needs: written on a page, shown to others by the administrator's word alone, matched with reasons, gone when off."""

import re
import uuid
from typing import Any

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import Browser
from zhibu_testing.commanding import typed
from zhibu_testing.counting import counted
from zhibu_testing.fixtures import TestDatabase

ENTRIES, BOARD, LISTING = "/partnership/entries", "/partnership/board", "/partnership/listing"
NEED = {"kind": "need", "category": "lecture", "title": "党史宣讲", "about": "请一位讲师", "place": "贵阳市花溪区",
        "starts_on": "2026-11-01", "ends_on": "2026-12-31", "capacity": "40", "valid_until": "2026-12-31"}  # fmt: skip
OFFER = NEED | {"kind": "offer", "title": "企业家讲堂", "place": "贵阳市", "capacity": "100"}
MATCHES = """query Matches($code: String!) { boardListing organization(code: $code) { offersAndNeeds(first: 5) { totalCount
  edges { node { id title matches { entry { key tenant organization title } reasons { about holds said } } } } } } }"""
SHOWN = "query { board(first: 5, own: true) { totalCount edges { node { key kind category title place capacity } } } }"


async def write(browser: Browser, fields: dict[str, str], org: str = "111") -> str:
    """Writes an entry on the page and returns its address."""
    sent = await browser.post(f"{ENTRIES}/add?org={org}", **fields)
    assert sent.status_code == 303, sent.text
    return sent.headers["location"].removeprefix(f"/t/{browser.tenant.slug}")


def shows(answer: Any, of: Any) -> bool:
    """Whether a page leads to lines of this town; the board of a test database holds other tests' lines too."""
    return f"{BOARD}/{of.tenant.slug}/" in answer.text


async def join(browser: Browser, *, listed: bool = True) -> None:
    assert (await browser.post(LISTING, listed="1" if listed else "0")).status_code == 303


async def test_two_find_each_other_and_read_why(world: Any, text_of: Any) -> None:
    home, other = world.home, world.neighbour
    await write(other.secretary, OFFER)
    mine = await write(home.secretary, NEED)
    assert not shows(await home.secretary.get(mine), other), "shown without the administrator's word"
    assert (await other.secretary.post(LISTING, listed="1")).status_code == 403
    await join(other.admin)
    shown = text_of((await home.secretary.get(mine)).text)
    assert "企业家讲堂" in shown
    for reason in ("同一类别：讲座宣讲", "双方都可以的时间：2026-11-01起至2026-12-31", "贵阳市花溪区属于贵阳市",
                   "人数合适：需要40人，可容纳100人"):  # fmt: skip
        assert reason in shown
    assert not shows(await other.secretary.get(BOARD), home), "we have not joined"
    line = re.search(
        rf'href="/t/{home.tenant.slug}({BOARD}/{other.tenant.slug}/[^"]+)"', (await home.secretary.get(mine)).text
    )
    assert line
    found = text_of((await home.secretary.get(line[1])).text)
    assert "企业家讲堂" in found
    assert "党史宣讲" in found
    await join(other.admin, listed=False)
    assert (await home.secretary.get(line[1])).status_code == 404
    assert not shows(await home.secretary.get(BOARD), other)


async def test_the_board_shows_of_us_what_the_page_says_and_nothing_more(world: Any, text_of: Any) -> None:
    home = world.home
    await write(home.secretary, NEED)
    before = text_of((await home.admin.get(LISTING)).text)
    assert "供需板上没有本单位的内容" in before
    assert "党史宣讲" in before
    assert (await home.secretary.ask(SHOWN))["data"]["board"]["totalCount"] == 0
    await join(home.admin)
    board = (await home.secretary.ask(SHOWN))["data"]["board"]
    assert board["totalCount"] == 1
    node = board["edges"][0]["node"]
    key = node.pop("key")
    assert key.startswith(f"{home.tenant.slug}/")
    assert node == {"kind": "need", "category": "lecture", "title": "党史宣讲", "place": "贵阳市花溪区", "capacity": 40}
    ours = text_of((await home.admin.get(LISTING)).text)
    theirs = text_of((await world.neighbour.secretary.get(f"{BOARD}/{key}")).text)
    for value in ("党史宣讲", "请一位讲师", "贵阳市花溪区", "数学第一党支部", "40人", "2026-12-31", home.tenant.name):
        assert value in ours
        assert value in theirs
    assert "张一" not in theirs, "who wrote it down stays here"


async def test_changes_and_withdrawals_reach_the_board(world: Any) -> None:
    home, reader = world.home, world.neighbour.secretary
    await join(home.admin)
    there = await write(home.secretary, NEED)
    assert shows(await reader.get(f"{BOARD}?category=lecture&kind=need&place=花溪"), home)
    assert not shows(await reader.get(f"{BOARD}?category=base"), home)
    assert (await home.secretary.post(f"{there}/change", **(NEED | {"title": "党史专题宣讲"}))).status_code == 303
    assert "党史专题宣讲" in (await reader.get(BOARD)).text
    assert (await home.secretary.post(f"{there}/withdraw")).status_code == 303
    assert not shows(await reader.get(BOARD), home)
    assert (await home.secretary.post(f"{there}/change", **NEED)).status_code == 422
    assert "已于2026-10-31撤回" in (await home.secretary.get(there)).text


async def test_mistakes_stand_beside_what_was_typed(world: Any) -> None:
    wrong = {
        "title": "",
        "category": "",
        "capacity": "很多",
        "ends_on": "2026-10-01",
        "starts_on": "1/11",
        "valid_until": "2029-01-01",
    }
    for name, value in wrong.items():
        answer = await world.home.secretary.post(f"{ENTRIES}/add?org=111", **(NEED | {name: value}))
        assert answer.status_code == 422, name
        assert f'href="#{name}"' in answer.text, name
        assert "请一位讲师" in answer.text
    assert (await world.home.secretary.post(f"{ENTRIES}/add?org=112", **NEED)).status_code == 404
    assert (await world.home.member.get(ENTRIES)).status_code == 403


async def test_off_means_off_for_everybody(world: Any, platform: Platform) -> None:
    home, reader = world.home, world.neighbour.secretary
    await join(home.admin)
    await write(home.secretary, NEED)
    for on, status, stands in ((False, 404, False), (True, 200, True)):
        async with platform.database.session(home.tenant.id) as session:
            await switch(platform, session, Scope(home.tenant, frozenset()), "partnership", on=on)
        assert (await home.secretary.get(BOARD)).status_code == status
        assert shows(await reader.get(BOARD), home) is stands


async def test_the_api_says_the_same(world: Any) -> None:
    home, other = world.home, world.neighbour
    await write(other.secretary, OFFER)
    await join(other.admin)
    place = (await home.secretary.ask('query { organization(code: "111") { id } }'))["data"]["organization"]["id"]
    made = await home.secretary.ask(
        """mutation Write($at: ID!, $given: OfferOrNeedInput!) { writeOfferOrNeed(organization: $at, input: $given) {
        entry { id title matches { entry { organization } } } errors { field message } } }""",
        at=place,
        given={"kind": "need", "category": "lecture", "title": "党史宣讲", "validUntil": "2026-12-31", "capacity": 400},
    )
    entry = made["data"]["writeOfferOrNeed"]["entry"]
    assert {"entry": {"organization": "数学第一党支部"}} in entry["matches"]
    found = (await home.secretary.ask(MATCHES, code="111"))["data"]
    assert found["boardListing"] is False
    matches = found["organization"]["offersAndNeeds"]["edges"][0]["node"]["matches"]
    (match,) = [one for one in matches if one["entry"]["key"].startswith(f"{other.tenant.slug}/")]
    assert [(one["about"], one["holds"]) for one in match["reasons"]] == [
        ("category", True), ("term", True), ("place", True), ("capacity", False),
    ]  # fmt: skip
    node = "query Node($id: ID!) { node(id: $id) { id } }"
    assert (await other.secretary.ask(node, id=entry["id"]))["data"]["node"] is None
    refused = await home.secretary.ask("mutation { decideBoardListing(listed: true) { lines } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    decided = await home.admin.ask("mutation { decideBoardListing(listed: true) { listed lines errors { code } } }")
    assert decided["data"]["decideBoardListing"] == {"listed": True, "lines": 1, "errors": []}


async def test_pages_cost_a_fixed_number_of_statements(world: Any, platform: Platform) -> None:
    home = world.home
    await join(home.admin)
    counts = []
    for _ in range(2):
        there = await write(home.secretary, NEED)
        with counted(platform) as seen:
            for path in (ENTRIES, BOARD, LISTING, there, "/people/organizations/111"):
                assert (await home.secretary.get(path)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 5 * 25


def test_the_commands_do_the_same(test_database: TestDatabase, platform: Platform) -> None:
    slug = f"shell-{uuid.uuid4().hex[:8]}"
    assert (
        typed(test_database, "tenant", "create", slug, "--name", "命令大学", "--preset", "university").returncode == 0
    )
    tenant = ["--tenant", slug]
    board = ["partnership", "board", *tenant, "--own", "--json"]
    said = typed(test_database, "partnership", "say", *tenant, "--org", "001", "--kind", "need", "--category", "base",
                 "--title", "基地", "--until", "2029-01-01")  # fmt: skip
    assert said.returncode == 2, "there is no such organization"
    assert typed(test_database, "partnership", "listing", *tenant, "on").stdout == "0\n"
    assert (typed(test_database, *board).returncode, typed(test_database, *board).stdout) == (0, "")
    assert typed(test_database, "partnership", "match", *tenant, str(uuid.uuid4())).returncode == 2
    assert typed(test_database, "plugin", "disable", "partnership", *tenant).returncode == 0
    assert typed(test_database, *board).returncode == 2

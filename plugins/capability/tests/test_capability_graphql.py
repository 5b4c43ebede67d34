"""`Organization.portrait`: the numbers of `zhibu score`, for a list by a fixed number of statements, to nobody else."""

from dataclasses import dataclass
from typing import Any

import pytest_asyncio

from zhibu_capability.lines import as_line
from zhibu_capability.store import compute
from zhibu_core.organization.models import Organization
from zhibu_core.periods import parse_period
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.counting import counted
from zhibu_testing.factories import member, organization, person
from zhibu_testing.fixtures import Parties

PERIOD = "2026Q3"
INDEX = "raw median shrunk index band comparable"
PORTRAIT = f"portrait(period: $period) {{ n a b bStrict c strict {{ {INDEX} }} open {{ {INDEX} }} veto confidence }}"
LIST = f"query($period: String!, $first: Int!) {{ organizations(first: $first) {{ edges {{ node {{ code {PORTRAIT} }} }} }} }}"
ONE = f"query($period: String!, $code: String!) {{ organization(code: $code) {{ {PORTRAIT} }} }}"


@dataclass(frozen=True)
class World:
    """Six branches of the home tenant below a committee."""

    branches: list[Organization]
    organizer: Browser
    reader: Browser
    admin: Browser
    stranger: Browser


@pytest_asyncio.fixture(loop_scope="session")
async def world(platform: Platform, parties: Parties) -> World:
    app, home = app_of(platform), parties.home
    async with platform.database.session(home.id) as session:
        root = await organization(session, "000", kind="committee")
        branches = [await organization(session, f"B{n}", parent=root) for n in range(6)]
        people = [(await member(session, f"党员{n}", branch)).id for n, branch in enumerate(branches)]
        staff, other = (await person(session, "组织员")).id, (await person(session, "管理员")).id
    async with platform.database.session(parties.neighbour.id) as session:
        stranger = (await person(session, "邻居")).id
    return World(
        branches,
        await sign_in(app, platform, home, staff, {"organizer": None}),
        await sign_in(app, platform, home, people[0], {}),
        await sign_in(app, platform, home, other, {"admin": None}),
        await sign_in(app, platform, parties.neighbour, stranger, {"organizer": None}),
    )


def index_of(line: dict[str, Any]) -> dict[str, Any]:
    names = {"raw": "OCI_raw", "median": "median", "shrunk": "OCI_shrunk", "index": "OCI", "band": "band"}
    return {name: line[key] for name, key in names.items()} | {"comparable": line["comparable"]}


async def test_the_numbers_are_those_of_the_score(
    world: World, platform: Platform, parties: Parties, scope: Scope
) -> None:
    async with platform.database.session(parties.home.id) as session:
        computed = await compute(session, scope, platform, parse_period(PERIOD))
    lines = {line["code"]: line for one in computed.scores if (line := as_line(one, computed.span))}
    answer = await world.organizer.ask(LIST, period=PERIOD, first=10)
    found = {edge["node"]["code"]: edge["node"]["portrait"] for edge in answer["data"]["organizations"]["edges"]}
    assert found.pop("000") is None
    assert set(found) == set(lines)
    for code, line in lines.items():
        assert found[code] == {
            "n": line["n"], "a": line["A"], "b": line["B"], "bStrict": line["B_strict"], "c": line["C"],
            "strict": index_of(line["strict"]), "open": index_of(line["open"]), "veto": line["veto"],
            "confidence": line["confidence"],
        }  # fmt: skip
    assert found["B0"]["n"] == 1


async def test_a_list_costs_as_many_statements_as_one(world: World, platform: Platform) -> None:
    await world.organizer.ask(LIST, period=PERIOD, first=2)
    numbers = []
    for first in (2, 7):
        with counted(platform) as seen:
            answer = await world.organizer.ask(LIST, period=PERIOD, first=first)
        assert "errors" not in answer, answer
        numbers.append(len(seen))
    assert numbers[0] == numbers[1], numbers


async def test_each_sees_the_own_and_nobody_the_neighbours(world: World) -> None:
    own = await world.reader.ask(ONE, period=PERIOD, code="B0")
    assert own["data"]["organization"]["portrait"]["n"] == 1
    refused = await world.admin.ask(ONE, period=PERIOD, code="B0")
    assert refused["data"]["organization"]["portrait"] is None
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await world.stranger.ask(ONE, period=PERIOD, code="B0"))["data"]["organization"] is None
    wrong = await world.organizer.ask(ONE, period="2026Q9", code="B0")
    assert wrong["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_off_it_cannot_be_named(world: World, platform: Platform, parties: Parties, scope: Scope) -> None:
    async with platform.database.session(parties.home.id) as session:
        await switch(platform, session, scope, "capability", on=False)
    answer = await world.organizer.ask(ONE, period=PERIOD, code="B0")
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "data" not in answer or answer["data"] is None

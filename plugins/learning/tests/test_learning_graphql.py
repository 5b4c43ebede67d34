"""`Member.training`: entries, hours and courses of a period, own and of members one looks after, set-wise."""

import datetime as dt
from typing import Any

import pytest_asyncio

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_learning.training import TrainingDraft, record_training
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.counting import counted
from zhibu_testing.factories import member, organization, person
from zhibu_testing.fixtures import Parties, all_powers

LIST = """query($first: Int!) { members(first: $first) { edges { node {
  name training(period: "2026") { hours target entries { day hours form counted confirmed } courses { code doneOn } } } } } }"""


@pytest_asyncio.fixture(loop_scope="session")
async def browsers(platform: Platform, parties: Parties) -> dict[str, Browser]:
    """The organizer, a member and the administrator of a branch of six, in which two studied."""
    app, home = app_of(platform), parties.home
    scope = await all_powers(platform, home)
    async with platform.database.session(home.id) as session:
        branch = await organization(session, "001")
        people = [(await member(session, f"党员{n}", branch)).id for n in range(6)]
        draft = TrainingDraft(dt.date(2026, 5, 8), 3, "theory", "session", evidence="签到表")
        for one in people[:2]:
            await record_training(session, scope, one, draft)
        staff, other = (await person(session, "组织员")).id, (await person(session, "管理员")).id
    return {
        "organizer": await sign_in(app, platform, home, staff, {"organizer": None}),
        "member": await sign_in(app, platform, home, people[0], {}),
        "admin": await sign_in(app, platform, home, other, {"admin": None}),
    }


def found(answer: dict[str, Any]) -> dict[str, Any]:
    assert "errors" not in answer, answer
    return {edge["node"]["name"]: edge["node"]["training"] for edge in answer["data"]["members"]["edges"]}


async def test_what_each_member_studied(browsers: dict[str, Browser]) -> None:
    trainings = found(await browsers["organizer"].ask(LIST, first=10))
    entry = {"day": "2026-05-08", "hours": 3.0, "form": "session", "counted": True, "confirmed": True}
    assert trainings["党员0"] == {"hours": 3.0, "target": 32.0, "entries": [entry], "courses": []}
    assert (trainings["党员5"]["hours"], trainings["党员5"]["entries"]) == (0.0, [])


async def test_a_member_sees_the_own_alone(browsers: dict[str, Browser]) -> None:
    assert list(found(await browsers["member"].ask(LIST, first=10))) == ["党员0"]
    assert "errors" in await browsers["admin"].ask(LIST, first=10)


async def test_a_list_costs_as_many_statements_as_one(browsers: dict[str, Browser], platform: Platform) -> None:
    await browsers["organizer"].ask(LIST, first=1)
    numbers = []
    for first in (1, 6):
        with counted(platform) as seen:
            found(await browsers["organizer"].ask(LIST, first=first))
        numbers.append(len(seen))
    assert numbers[0] == numbers[1], numbers


async def test_off_it_cannot_be_named(browsers: dict[str, Browser], platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        await switch(platform, session, Scope(parties.home, frozenset()), "learning", on=False)
    answer = await browsers["organizer"].ask(LIST, first=1)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"

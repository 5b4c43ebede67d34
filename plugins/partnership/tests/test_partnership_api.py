"""Joint activities by GraphQL and by command: the same as on the pages, and nothing of another tenant by an id."""

import asyncio
import datetime as dt
import os
import uuid
from typing import Any
from unittest.mock import patch

import pytest_asyncio
from click.testing import CliRunner

from zhibu_core.errors import Conflict, NotFound
from zhibu_core.platform import Platform
from zhibu_partnership.cli_joint import partnership
from zhibu_partnership.joint.inviting import invite
from zhibu_partnership.joint.recording import change
from zhibu_partnership.joint.words import Agreed
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.commanding import environment
from zhibu_testing.counting import counted
from zhibu_testing.fixtures import TODAY, TestDatabase

INVITE = """mutation Invite($at: ID!, $given: JointActivityInput!) { inviteToJointActivity(agreement: $at, input: $given) {
  activity { id state isHost heldOn agreement } errors { field message } } }"""
WAITING = "query { activityInvitations { fromName agreement series title heldOn } }"
ANSWER = """mutation Answer($at: ID!, $series: UUID!) { answerInvitation(agreement: $at, series: $series, accept: true) {
  activity { id state } errors { code } } }"""
CONFIRM = """mutation Confirm($id: ID!, $who: [ID!]!) { confirmJointActivity(activity: $id, present: $who) {
  activity { id state people settledOn sides { name state people hasConfirmed differences { field ours theirs } } }
  errors { field message } } }"""
CHANGE = """mutation Change($id: ID!, $given: JointActivityInput!) { changeJointActivity(activity: $id, input: $given) {
  activity { id } errors { field } } }"""
MEMBERS = "query { members(first: 10) { edges { node { id } } } }"
LIST = """query { organization(code: "001") { jointActivities(first: 5) { totalCount edges { node { id title state } } } } }"""
SIDES = """query { organization(code: "001") { jointActivities(first: 5) { edges { node { sides { name differences { field } } } } } } }"""
DAY = TODAY - dt.timedelta(days=5)
GIVEN = {"title": "联合党课", "heldOn": "2026-10-28", "kinds": ["party_class"], "place": "一号会议室"}


@pytest_asyncio.fixture(loop_scope="session")
async def desks(pair: Any, platform: Platform) -> tuple[Browser, Browser]:
    """The secretary of each side's branch."""
    made = [
        await sign_in(app_of(platform), platform, side.tenant, side.people[0], {"secretary": side.branch.id})
        for side in (pair.home, pair.other)
    ]
    return made[0], made[1]


async def test_both_sides_by_graphql(pair: Any, desks: Any) -> None:
    home, other = desks
    space = (await home.ask("query { spaces(first: 1) { edges { node { id } } } }"))["data"]["spaces"]["edges"][0][
        "node"
    ]["id"]
    for field, value in (("title", " "), ("heldOn", "2031-01-01")):
        wrong = await home.ask(INVITE, at=space, given=GIVEN | {field: value})
        assert [one["field"] for one in wrong["data"]["inviteToJointActivity"]["errors"]] == [field]
    ours = (await home.ask(INVITE, at=space, given=GIVEN))["data"]["inviteToJointActivity"]["activity"]
    assert (ours["state"], ours["isHost"], ours["agreement"]) == ("invited", True, space)
    await pair.carry()
    (waiting,) = (await other.ask(WAITING))["data"]["activityInvitations"]
    assert (waiting["fromName"], waiting["title"]) == (pair.home.tenant.name, "联合党课")
    theirs = (await other.ask(ANSWER, at=waiting["agreement"], series=waiting["series"]))["data"]["answerInvitation"][
        "activity"
    ]
    assert (await other.ask("query Node($id: ID!) { node(id: $id) { id } }", id=ours["id"]))["data"]["node"] is None
    await other.ask(CHANGE, id=theirs["id"], given=GIVEN | {"heldOn": "2026-10-29"})
    people = [one["node"]["id"] for one in (await home.ask(MEMBERS))["data"]["members"]["edges"]]
    await pair.carry()
    shown = (await home.ask(CONFIRM, id=ours["id"], who=people))["data"]["confirmJointActivity"]["activity"]
    assert (shown["state"], shown["people"]) == ("invited", 3)
    assert shown["sides"][0]["differences"] == [{"field": "held_on", "ours": "2026-10-28", "theirs": "2026-10-29"}]
    await other.ask(CHANGE, id=theirs["id"], given=GIVEN)
    settled = (await other.ask(CONFIRM, id=theirs["id"], who=[]))["data"]["confirmJointActivity"]["activity"]
    assert settled["state"] == "accepted", "home's confirmation is still on its way"
    await pair.carry()
    for desk in desks:
        found = (await desk.ask(LIST))["data"]["organization"]["jointActivities"]
        assert [one["node"]["state"] for one in found["edges"]] == ["settled"]
    outcome = (await home.ask("query { partnershipOutcomes { title year held together people partners } }"))["data"]
    assert outcome["partnershipOutcomes"] == [
        {"title": "党史共学", "year": 2026, "held": 1, "together": 1, "people": 3, "partners": [pair.other.tenant.name]}
    ]


async def test_sides_cost_the_same_however_many_activities(pair: Any, desks: Any, platform: Platform) -> None:
    home, _ = desks
    costs = []
    for day in (DAY, DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)):
        await pair.home.do(invite, pair.space, Agreed("联合学习", ("study",), day))
        with counted(platform) as seen:
            found = (await home.ask(SIDES))["data"]["organization"]["jointActivities"]["edges"]
        assert {side["node"]["sides"][0]["name"] for side in found} == {pair.other.tenant.name}
        costs.append((len(found), len(seen)))
    assert [many for many, _ in costs] == [1, 2, 3]
    assert costs[1][1] == costs[2][1]


async def test_the_commands_do_the_same(pair: Any, test_database: TestDatabase) -> None:
    async def run(side: Any, *words: str) -> Any:
        """In a thread, which has a loop of its own, as the command has in its process."""
        given = [*words, "--tenant", side.tenant.slug]
        with patch.dict(os.environ, environment(test_database)):
            return await asyncio.to_thread(CliRunner().invoke, partnership, given)

    asked = [str(pair.space), "--title", "联合学习", "--day", "2026-10-20", "--kind", "study"]
    made = await run(pair.home, "invite", *asked)
    assert made.exit_code == 0, made.exception
    await pair.carry()
    listed = (await run(pair.other, "invitations")).output.split("\t")
    assert listed[2:5] == [pair.home.tenant.name, "联合学习", "2026-10-20"]
    accepted = await run(pair.other, "answer", *listed[:2])
    assert accepted.exit_code == 0
    other_place = Agreed("联合学习", ("study",), dt.date(2026, 10, 20), place="东区")
    await pair.other.do(change, uuid.UUID(accepted.output.strip()), other_place)
    await pair.carry()
    assert f"\t{pair.other.tenant.name}：地点\n" in (await run(pair.home, "activities")).output
    assert isinstance((await run(pair.other, "answer", *listed[:2])).exception, Conflict)
    unknown = await run(pair.home, "confirm", made.output.strip(), "--person", "张一", "--person", "没有这人")
    assert isinstance(unknown.exception, NotFound)
    assert "\tinvited\t2026-10-20\t联合学习\t0\t" in (await run(pair.home, "activities")).output, "nothing was written"
    confirmed = await run(pair.home, "confirm", made.output.strip(), "--person", "张一", "--person", "王二")
    assert (confirmed.exit_code, confirmed.output) == (0, "invited\n")
    closed = await run(pair.home, "close", made.output.strip(), "--reason", "对方一直没有确认")
    assert (closed.exit_code, closed.output) == (0, "one_sided\n")
    assert "\tone_sided\t2026-10-20\t联合学习\t2\t" in (await run(pair.home, "activities")).output

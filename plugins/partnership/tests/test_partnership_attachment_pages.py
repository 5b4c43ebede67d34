"""Second attachments on pages, by GraphQL and by command: both sides walk it, the member sees both sides, a third nothing."""

import asyncio
import os
from typing import Any
from unittest.mock import patch

import pytest_asyncio
from click.testing import CliRunner

from zhibu_core.platform import Platform
from zhibu_partnership.cli_joint import partnership
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.commanding import environment
from zhibu_testing.counting import counted
from zhibu_testing.fixtures import TODAY, TestDatabase
from zhibu_testing.lending import ARRIVED, FROM, UNTIL, Lending, lending

HERE = "/partnership/attachments"
LIST = """query { secondAttachments(first: 3) { totalCount edges { node { id state isOwn dueOn organization { code }
  sides { name contact steps { name title by } attended { heldOn mark } crossings { fields reads { reader } } } } } } }"""
CASES = "query { openSpaceCases { id kind title state stateTitle other isOwn dueOn isOverdue } }"
ACCEPT = """mutation Accept($id: ID!) { acceptAttachment(attachment: $id, contact: "李书记", reach: "8001") {
  attachment { id state } errors { field message } } }"""
OFFER = """mutation Offer($at: ID!, $given: AttachmentInput!) { offerAttachment(agreement: $at, input: $given) {
  attachment { id state } errors { field } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def lent(platform: Platform) -> Lending:
    """Home and host have an agreement on second attachments."""
    return await lending(platform)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desks(lent: Lending) -> dict[str, Browser]:
    """The secretary of each side's branch."""
    app, found = app_of(lent.platform), {}
    for name in ("home", "host", "third"):
        side = getattr(lent.world, name)
        assert side.who.actor is not None
        grants = {"secretary": side.branch.id}
        found[name] = await sign_in(app, lent.platform, side.tenant, side.who.actor.person_id, grants)
    return found


async def test_two_secretaries_walk_it_on_pages_and_the_member_sees_both_sides(lent: Lending, desks: Any) -> None:
    person = await lent.member("王远")
    home, host = desks["home"], desks["host"]
    form = f"/partnership/spaces/{lent.space}/attach"
    assert "本人书面同意" in (await home.get(form)).text
    given = {"person": person.hex, "starts_on": str(FROM), "until_on": str(UNTIL), "reason": "实习"}
    wrong = await home.post(form, **(given | {"until_on": str(FROM.replace(year=2025))}))
    assert (wrong.status_code, "早于开始日期" in wrong.text) == (422, True)
    made = await home.post(form, **given)
    assert made.status_code == 303
    one = HERE + "/" + made.headers["Location"].rsplit("/", 1)[1]
    await lent.carry()
    assert "王远" in (await host.get(HERE)).text
    assert (await host.post(one, act="accept", contact=" ")).status_code == 422
    for act in ({"act": "accept", "contact": "李书记", "reach": "8001"}, {"act": "receive", "on": str(ARRIVED)}):
        assert (await host.post(one, **act)).status_code == 303
        await lent.carry()
    meeting = await lent.held(ARRIVED, "theme_day")
    name = f"mark-{meeting.hex}"
    assert name in (await host.get(one)).text
    assert (await host.post(one, act="mark", **{name: "present"})).status_code == 303
    await lent.world.carry(at_once=True)
    seen = (await home.get(one)).text
    assert all(word in seen for word in ("李书记", "在接收支部", "到会", "登记联系"))
    assert (await home.post(one, act="contact", way="phone", on=str(TODAY))).status_code == 303
    own = await sign_in(
        app_of(lent.platform), lent.platform, lent.world.home.tenant, person, {"member": lent.world.home.branch.id}
    )
    mine = await own.get(HERE + "/mine")
    assert all(word in mine.text for word in ("李书记", lent.world.host.tenant.name, "电话", "姓名"))
    assert (await own.get(one)).status_code == 403
    assert HERE + "/mine" in (await own.get("/me")).text
    assert (await desks["third"].get(one)).status_code == 404
    assert (await home.post(one, act="return")).status_code == 303
    assert "撤销上一步" in (await home.get(one)).text


async def test_graphql_says_and_does_the_same(lent: Lending, desks: Any) -> None:
    home, host = desks["home"], desks["host"]
    await lent.member("李近")
    space = (await home.ask("query { spaces(first: 1) { edges { node { id } } } }"))["data"]["spaces"]["edges"][0][
        "node"
    ]["id"]
    member = (await home.ask('query { members(first: 1, name: "李近") { edges { node { id } } } }'))["data"]["members"][
        "edges"
    ][0]["node"]["id"]
    given = {"member": member, "startsOn": str(FROM), "untilOn": str(UNTIL), "reason": "实习"}
    wrong = await home.ask(OFFER, at=space, given=given | {"reason": " "})
    assert wrong["data"]["offerAttachment"]["errors"] == [{"field": "reason"}]
    case = (await home.ask(OFFER, at=space, given=given))["data"]["offerAttachment"]["attachment"]["id"]
    await lent.carry()
    for browser in (home, host):
        (line,) = [one for one in (await browser.ask(CASES))["data"]["openSpaceCases"] if one["state"] == "offered"]
        assert (line["kind"], line["isOwn"]) == ("partnership.attachment", browser is home)
    own = (await home.ask(ACCEPT, id=case))["data"]["acceptAttachment"]
    assert (own["attachment"], own["errors"][0]["message"]) == (None, "这一步要由对方来办。")
    listed = await host.ask(LIST)
    theirs = listed["data"]["secondAttachments"]["edges"][0]["node"]
    assert (theirs["isOwn"], theirs["sides"]["name"]) == (False, "李近")
    done = await host.ask(ACCEPT, id=theirs["id"])
    assert done["data"]["acceptAttachment"]["attachment"]["state"] == "accepted"
    await lent.carry()
    node = (await home.ask(LIST))["data"]["secondAttachments"]["edges"][0]["node"]
    assert (node["state"], node["sides"]["contact"]) == ("accepted", "李书记")
    assert [one["name"] for one in node["sides"]["steps"]] == ["offered", "accepted"]
    assert (await desks["third"].ask(LIST))["data"]["secondAttachments"]["totalCount"] == 0


async def test_the_commands_do_the_same(lent: Lending, test_database: TestDatabase) -> None:
    await lent.member("赵行")
    world = lent.world

    async def run(side: Any, *given: str) -> Any:
        with patch.dict(os.environ, environment(test_database)):
            asked = [given[0], "--tenant", side.tenant.slug, *given[1:]]
            return await asyncio.to_thread(CliRunner().invoke, partnership, asked)

    days = ("--from", str(FROM), "--until", str(UNTIL), "--reason", "实习")
    made = await run(world.home, "attach", str(lent.space), "--person", "赵行", *days)
    assert made.exit_code == 0, made.output
    case = made.output.strip()
    await lent.carry()
    assert f"{case}\tin\toffered\t赵行" in (await run(world.host, "attachments", "--open")).output
    assert (await run(world.host, "attachment", case, "accept", "--contact", "李书记")).output.strip() == "accepted"
    assert (await run(world.host, "attachment", case, "receive", "--day", str(ARRIVED))).output.strip() == "hosted"
    await lent.carry()
    meeting = await lent.held(ARRIVED, "theme_day")
    assert f"{meeting}\t{ARRIVED}\ttheme_day\t-" in (await run(world.host, "guest", case)).output
    assert (await run(world.host, "guest", case, "--meeting", str(meeting), "--mark", "late")).output.strip() == "late"
    assert (await run(world.home, "contact", case, "--day", str(TODAY), "--way", "visit")).output.strip() == "hosted"
    assert (await run(world.home, "attachment", case, "return")).output.strip() == "returned"
    assert (await run(world.home, "attachment", case, "undo")).output.strip() == "hosted"


async def test_pages_ask_a_fixed_number_of_statements(lent: Lending, desks: Any) -> None:
    for _ in range(3):
        await lent.offered()
    with counted(lent.platform) as statements:
        assert (await desks["home"].get(HERE)).status_code == 200
    assert len(statements) <= 25

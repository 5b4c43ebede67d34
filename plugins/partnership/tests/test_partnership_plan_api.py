"""The year of a partnership by GraphQL and by command: the same as on the pages, and nothing of another tenant by an id."""

import asyncio
import datetime as dt
import json
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest_asyncio
from click.testing import CliRunner

from zhibu_core.errors import InvalidInput
from zhibu_core.platform import Platform
from zhibu_partnership.cli_joint import partnership
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.commanding import environment
from zhibu_testing.fixtures import TODAY, TestDatabase

SPACES = "query { spaces(first: 1) { edges { node { id } } } }"
MEMBERS = "query { members(first: 10) { edges { node { id name } } } }"
SET = """mutation Set($at: ID!, $given: PartnershipGoalsInput!) { setPartnershipGoals(agreement: $at, year: 2026, input: $given) {
  plan { id held agreedOn agreed { held } } errors { field } } }"""
AGREE = "mutation Agree($at: ID!) { agreeToPartnershipGoals(agreement: $at, year: 2026) { plan { id agreedOn } errors { code } } }"
ADD = """mutation Add($plan: ID!, $given: PartnershipTaskInput!) { addPartnershipTask(plan: $plan, input: $given) {
  task { id state member { name } } errors { field } } }"""
FINISH = """mutation Finish($task: ID!, $given: PartnershipDeedInput!) { finishPartnershipTask(task: $task, input: $given) {
  task { state doneOn note } errors { field } } }"""
LIST = """query { organization(code: "001") { partnershipPlans(first: 2) { edges { node { year agreed { people }
  tasks(first: 5) { totalCount } } } } partnershipTasks(first: 5, state: "open") { edges { node { id title } } } } }"""
REVIEW = """query Review($at: ID!) { partnershipReview(agreement: $at, year: 2026) { year outcome { tasksDone tasksOverdue
  figures { key goal total } } tasks { title } theirTasks { title organization person state } theirGoals { tenant goals { held } } } }"""
GOALS = {"aim": "共同学党史", "held": 4, "people": 60}


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
    space = (await home.ask(SPACES))["data"]["spaces"]["edges"][0]["node"]["id"]
    wrong = await home.ask(SET, at=space, given=GOALS | {"held": -1})
    assert [one["field"] for one in wrong["data"]["setPartnershipGoals"]["errors"]] == ["held"]
    ours = (await home.ask(SET, at=space, given=GOALS))["data"]["setPartnershipGoals"]["plan"]
    assert (ours["held"], ours["agreed"]) == (4, None)
    await pair.carry()
    theirs = (await other.ask(AGREE, at=space))["data"]["agreeToPartnershipGoals"]["plan"]
    assert theirs["agreedOn"] == TODAY.isoformat()
    await pair.carry()
    people = {one["node"]["name"]: one["node"]["id"] for one in (await home.ask(MEMBERS))["data"]["members"]["edges"]}
    task = {"title": "联系展馆", "dueOn": (TODAY - dt.timedelta(days=1)).isoformat(), "member": people["王二"]}
    foreign = await other.ask(ADD, plan=ours["id"], given=task)
    assert foreign["data"]["addPartnershipTask"] is None
    made = [(await home.ask(ADD, plan=ours["id"], given=task))["data"]["addPartnershipTask"]["task"] for _ in range(2)]
    assert made[0]["member"] == {"name": "王二"}
    done = await home.ask(FINISH, task=made[0]["id"], given={"doneOn": TODAY.isoformat(), "note": "约好"})
    assert done["data"]["finishPartnershipTask"]["task"] == {"state": "done", "doneOn": "2026-10-31", "note": "约好"}
    node = "query Node($id: ID!) { node(id: $id) { id } }"
    assert [(await other.ask(node, id=one["id"]))["data"]["node"] for one in (ours, *made)] == [None] * 3
    found = (await home.ask(LIST))["data"]["organization"]
    assert found["partnershipPlans"]["edges"] == [
        {"node": {"year": 2026, "agreed": {"people": 60}, "tasks": {"totalCount": 2}}}
    ]
    assert [one["node"]["id"] for one in found["partnershipTasks"]["edges"]] == [made[1]["id"]]
    await pair.carry()
    review = (await other.ask(REVIEW, at=space))["data"]["partnershipReview"]
    assert review["outcome"]["figures"][0] == {"key": "held", "goal": 4, "total": 0}
    assert (review["outcome"]["tasksDone"], review["outcome"]["tasksOverdue"], review["tasks"]) == (1, 1, [])
    assert {(one["title"], one["person"]) for one in review["theirTasks"]} == {("联系展馆", "")}
    assert [one["goals"]["held"] for one in review["theirGoals"]] == [4]


async def test_the_commands_do_the_same(pair: Any, test_database: TestDatabase, tmp_path: Path) -> None:
    async def run(side: Any, *words: str) -> Any:
        """In a thread, which has a loop of its own, as the command has in its process."""
        given = [*words, "--tenant", side.tenant.slug]
        with patch.dict(os.environ, environment(test_database)):
            return await asyncio.to_thread(CliRunner().invoke, partnership, given)

    year = [str(pair.space), "2026"]
    ours = (await run(pair.home, "plan", *year, "--held", "2", "--people", "10")).output.strip()
    await pair.carry()
    assert (await run(pair.other, "agree", *year)).exit_code == 0
    await pair.carry()
    late = await run(pair.home, "task", ours, "--title", "联系展馆", "--due", "2027-09-01", "--person", "王二")
    assert isinstance(late.exception, InvalidInput)
    assert late.exception.field == "due_on"
    task = (
        await run(pair.home, "task", ours, "--title", "联系展馆", "--due", "2026-10-20", "--person", "王二")
    ).output.strip()
    assert (await run(pair.home, "tasks", "--overdue")).output.split("\t")[:2] == [task, "open"]
    assert (await run(pair.home, "finish", task, "--on", "2026-10-19")).output == "done\n"
    assert (await run(pair.home, "reopen", task)).output == "open\n"
    assert (await run(pair.home, "drop", task, "--reason", "不再需要")).output == "dropped\n"
    paper = tmp_path / "review.pdf"
    shown = await run(pair.home, "review", *year, "--pdf", str(paper), "--json")
    assert json.loads(shown.output.splitlines()[0]) == {
        "result": "held",
        "goal": 2,
        "total": 0,
        "ours": 0,
        "theirs": None,
    }
    assert paper.read_bytes().startswith(b"%PDF-1.7")
    line = json.loads((await run(pair.home, "outcome", "--json")).output)
    assert (line["title"], line["year"], line["goals"]["people"], line["tasks"]) == ("党史共学", 2026, 10, 0)

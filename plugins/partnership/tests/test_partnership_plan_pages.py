"""The pages of a year as two secretaries use them: goals, tasks, review as page and paper; a member sees only the own task."""

import io
import re
from typing import Any

import pypdf
import pytest_asyncio

from zhibu_core.platform import Platform
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.counting import counted

GOALS = {"aim": "共同学党史", "held": "4", "people": "100", "needs": "1", "offers": ""}
TASK = {"title": "联系展馆", "due_on": "2026-10-29"}


@pytest_asyncio.fixture(loop_scope="session")
async def secretaries(pair: Any, platform: Platform) -> tuple[Browser, Browser]:
    """The secretary of each side's branch."""
    return tuple(  # type: ignore[return-value]
        [
            await sign_in(app_of(platform), platform, side.tenant, side.people[0], {"secretary": side.branch.id})
            for side in (pair.home, pair.other)
        ]
    )


async def follow(browser: Browser, path: str, **fields: str) -> str:
    """Sends a form that is taken, and returns where it leads."""
    sent = await browser.post(path, **fields)
    assert sent.status_code == 303, sent.text
    return str(sent.headers["location"]).removeprefix(f"/t/{browser.tenant.slug}")


async def test_two_secretaries_plan_a_year_and_review_it(
    pair: Any, secretaries: Any, text_of: Any, platform: Platform
) -> None:
    home, other = secretaries
    plan, review = [f"/partnership/spaces/{pair.space}/{what}/2026" for what in ("plan", "review")]
    assert plan in (await home.get(f"/partnership/spaces/{pair.space}")).text
    await follow(home, plan, **GOALS)
    await pair.carry()
    assert plan in (await other.get("/partnership")).text, "what they say waits for our word"
    shown = (await other.get(plan)).text
    assert f"{pair.home.tenant.name}提出的目标" in text_of(shown)
    side = re.search(r'name="side" value="([^"]+)"', shown)
    assert side
    await follow(other, plan, act="agree", side=side[1])
    await pair.carry()
    assert "各方已一致" in text_of((await home.get(plan)).text)
    person = pair.home.people[1].hex
    await follow(home, f"{plan}/task", person=person, **TASK)
    task = re.search(r"/partnership/tasks/[0-9a-f-]+", (await home.get(plan)).text)
    assert task
    member = await sign_in(app_of(platform), platform, pair.home.tenant, pair.home.people[1], {})
    neighbour = await sign_in(app_of(platform), platform, pair.home.tenant, pair.home.people[2], {})
    assert "联系展馆" in text_of((await member.get("/")).text), "it is overdue and stands on the member's home"
    assert (await neighbour.get(task[0])).status_code == (await other.get(task[0])).status_code == 404
    assert (await member.get(review)).status_code == 403
    await follow(member, task[0], act="done", done_on="2026-10-30", note="已约好")
    await pair.carry()
    with counted(platform) as seen:
        found = text_of((await other.get(review)).text)
    assert len(seen) <= 25 + 10, "the scope and the session come on top"
    assert "联系展馆" in found
    assert "已约好" in found
    assert "王二" not in found, "who does a task stays at home"
    paper = await home.get(f"{review}/paper")
    assert paper.headers["content-type"] == "application/pdf"
    printed = pypdf.PdfReader(io.BytesIO(paper.content))
    text = "".join(page.extract_text() for page in printed.pages).replace(" ", "")
    for words in ("党史共学", "2026", "联系展馆", "共同学党史", pair.other.tenant.name):
        assert words in text, words
    assert "党史共学" in text_of((await home.get("/partnership/outcome")).text)


async def test_mistakes_stand_beside_what_was_typed(pair: Any, secretaries: Any) -> None:
    home, _ = secretaries
    plan = f"/partnership/spaces/{pair.space}/plan/2026"
    for name, value in {"held": "-1", "people": "很多"}.items():
        answer = await home.post(plan, **(GOALS | {name: value}))
        assert answer.status_code == 422, name
        assert f'href="#{name}"' in answer.text
        assert "共同学党史" in answer.text
    assert (await home.get(plan.replace("2026", "2030"))).status_code == 422
    assert (await home.post(f"{plan}/task", **TASK)).status_code == 404, "there is no plan of ours yet"
    await follow(home, plan, **GOALS)
    for name, value in {"title": "", "due_on": "2030-01-01", "person": pair.other.people[0].hex}.items():
        answer = await home.post(f"{plan}/task", **({"person": pair.home.people[1].hex} | TASK | {name: value}))
        assert answer.status_code == 422, name
        assert f'href="#{name}"' in answer.text

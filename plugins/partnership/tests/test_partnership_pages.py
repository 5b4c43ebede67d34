"""The pages of joint activities as two secretaries use them; the neighbour's ids open nothing."""

import re
from typing import Any

import pytest_asyncio

from zhibu_core.platform import Platform
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.counting import counted

TITLE = "联合主题党日"
WORDS = {"title": TITLE, "held_on": "2026-10-29", "place": "花溪校区", "starts_at": "14:30", "kinds": "theme_day"}


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
    return sent.headers["location"].removeprefix(f"/t/{browser.tenant.slug}")


async def test_two_secretaries_hold_a_theme_day(pair: Any, secretaries: Any, text_of: Any) -> None:
    home, other = secretaries
    space = f"/partnership/spaces/{pair.space}"
    assert f"{space}/invite" in (await home.get(space)).text
    ours = await follow(home, f"{space}/invite", **WORDS)
    await pair.carry()
    listed = (await other.get("/partnership")).text
    assert TITLE in text_of(listed)
    link = re.search(r"/partnership/invitations/[^\"]+", listed)
    assert link
    assert "花溪校区" in text_of((await other.get(link[0])).text)
    assert (await other.post(link[0], act="decline", reason="")).status_code == 422
    theirs = await follow(other, link[0], act="accept")
    await pair.carry()
    people = [one.hex for one in pair.home.people]
    assert "checked" in (await home.post(f"{ours}/confirm", act="all", **WORDS)).text.split('name="people"')[1][:200]
    await follow(home, f"{ours}/confirm", people=people[0], **WORDS)
    await follow(other, f"{theirs}/confirm", people=pair.other.people[0].hex, **(WORDS | {"place": "东区"}))
    await pair.carry()
    shown = (await home.get(ours)).text
    assert f"{pair.other.tenant.name}的记录与我方不同" in text_of(shown)
    assert pair.other.tenant.id.hex not in shown.replace("-", ""), "a side is named by its slug"
    await follow(home, f"{ours}/adopt", side=pair.other.tenant.slug, place="theirs")
    await follow(home, f"{ours}/confirm", people=people[0], **(WORDS | {"place": "东区"}))
    await pair.carry()
    for browser, there in ((home, ours), (other, theirs)):
        assert "双方已确认" in text_of((await browser.get(there)).text)
        assert (await browser.post(f"{there}/confirm", **WORDS)).status_code in (409, 422)
    assert (await other.get(ours)).status_code == 404
    assert "党史共学" in text_of((await home.get("/partnership/outcome")).text)
    ledger = text_of((await home.get(f"/together/spaces/{pair.space}/ledger")).text)
    assert "共同活动" in ledger


async def test_mistakes_stand_beside_what_was_typed(pair: Any, secretaries: Any) -> None:
    home, _ = secretaries
    space = f"/partnership/spaces/{pair.space}"
    for name, value in {"title": "", "held_on": "2030-01-01", "starts_at": "下午"}.items():
        answer = await home.post(f"{space}/invite", **(WORDS | {name: value}))
        assert answer.status_code == 422, name
        assert f'href="#{name}"' in answer.text, name
        assert "花溪校区" in answer.text
    ours = await follow(home, f"{space}/invite", **(WORDS | {"held_on": "2026-11-20"}))
    assert (await home.post(f"{ours}/confirm", **(WORDS | {"held_on": "2026-11-20"}))).status_code == 422
    assert (await home.post(f"{ours}/end", act="close", reason="对方没有来")).status_code == 422, (
        "not confirmed by us yet"
    )
    await follow(home, f"{ours}/end", act="cancel", reason="对方没有来")
    assert "已取消" in (await home.get(ours)).text


async def test_pages_cost_a_fixed_number_of_statements(pair: Any, secretaries: Any, platform: Platform) -> None:
    home, _ = secretaries
    space = f"/partnership/spaces/{pair.space}"
    counts = []
    for _ in range(2):
        ours = await follow(home, f"{space}/invite", **WORDS)
        await pair.carry()
        with counted(platform) as seen:
            for path in ("/partnership", space, ours):
                assert (await home.get(path)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 3 * 25

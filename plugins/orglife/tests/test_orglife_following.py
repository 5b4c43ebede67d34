"""The record form follows its fields: the parts that htmx asks for, and the draft that is kept with every change."""

import uuid
from typing import Any

import httpx
import pytest
from lxml import html
from sqlalchemy import func, select

from zhibu_core.identity.sessions import cookie_name
from zhibu_core.platform import Platform
from zhibu_orglife.models import Attendance, Meeting
from zhibu_testing.browsing import ORIGIN, Browser
from zhibu_testing.town import world

__all__ = ["world"]

HERE = "/life/record?org=111"
FRAGMENT = 8 * 1024


def fields(world: Any, *present: str, **changes: str) -> dict[str, str]:
    """The form as it stands once some were called: every row has a field for a reason."""
    rows = {f"mark-{one.id.hex}-reason": "" for name, one in world.home.people.items() if name in IN_BRANCH}
    marks = {f"mark-{world.home.people[name].id.hex}": "present" for name in present}
    return {
        "kinds": "theme_day", "day": "2026-10-20", "start": "14:00", "end": "15:30", "chair": "张一", "recorder": "张一",
        "draft": str(uuid.uuid4()), "act": "follow", **rows, **marks, **changes,
    }  # fmt: skip


IN_BRANCH = ("张一", "王二", "李三", "赵四", "陈五", "周六", "吴七", "郑八")


async def follow(browser: Browser, sent: dict[str, str], path: str = HERE) -> httpx.Response:
    """Sends a change as htmx does."""
    headers = {
        "Accept": "text/html", "Origin": ORIGIN, "HX-Request": "true",
        "Cookie": f"{cookie_name(browser.tenant.slug)}={browser.secret}",
    }  # fmt: skip
    transport: Any = httpx.ASGITransport(app=browser.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        return await client.post(f"/t/{browser.tenant.slug}{path}", headers=headers, data=sent)


def parts(answer: httpx.Response) -> dict[str, str]:
    """The words of each part that was sent, by its id."""
    found = html.fragments_fromstring(answer.text)
    return {one.get("id"): " ".join(one.text_content().split()) for one in found if not isinstance(one, str)}


async def kept(platform: Platform, world: Any) -> list[Meeting]:
    async with platform.database.session(world.home.tenant.id) as session:
        return list(await session.scalars(select(Meeting)))


async def test_parts_follow_and_the_draft_is_one(world: Any, platform: Platform) -> None:
    sent = fields(world, "张一", "王二", "李三")
    first = await follow(world.home.secretary, sent)
    assert first.status_code == 200
    assert len(first.content) <= FRAGMENT
    said = parts(first)
    assert list(said) == ["counts", "roll-called", "known", "checks", "papers"]
    assert "应到8人，到会3人，未点名5人。" in said["counts"]
    assert "已存草稿" in said["counts"]
    assert "会议纪要" in said["papers"]
    assert first.headers["hx-replace-url"].endswith(f"{HERE.partition('?')[0]}?meeting={sent['draft']}")
    more = await follow(world.home.secretary, fields(world, *IN_BRANCH, draft=sent["draft"], place="理学楼402室"))
    assert "理学楼402室" in parts(more)["known"]
    assert [(one.id, one.state) for one in await kept(platform, world)] == [(uuid.UUID(sent["draft"]), "draft")]
    async with platform.database.session(world.home.tenant.id) as session:
        assert await session.scalar(select(func.count()).select_from(Attendance)) == 8


async def test_the_whole_is_handed_in_under_the_same_id(world: Any, platform: Platform) -> None:
    sent = fields(world, *IN_BRANCH)
    await follow(world.home.secretary, sent)
    done = await world.home.secretary.post(HERE, **sent | {"act": "submit"})
    assert done.status_code == 303
    assert done.headers["location"].endswith(f"/life/meetings/{sent['draft']}?done=approved")
    late = await follow(world.home.secretary, sent | {"topic": "晚到"})
    assert "已经提交" in parts(late)["counts"]
    assert [(one.state, one.topic) for one in await kept(platform, world)] == [("approved", "")]


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"day": "10/20"}, "日期写法不对"), ({"day": "2026-12-01"}, "会还没有开")],
    ids=["unread", "ahead"],
)
async def test_what_cannot_be_kept_says_why_and_follows_all_the_same(
    world: Any, platform: Platform, changes: dict[str, str], why: str
) -> None:
    answer = await follow(world.home.secretary, fields(world, "张一", **changes))
    said = parts(answer)
    assert answer.status_code == 200
    assert "草稿还没有存" in said["counts"]
    assert why in said["counts"]
    assert "hx-replace-url" not in answer.headers
    assert await kept(platform, world) == []


async def test_enough_to_decide_follows_the_roll(world: Any) -> None:
    few = parts(await follow(world.home.secretary, fields(world, "张一", kinds="member_meeting")))
    assert "有表决权的8人，到会1人，不足半数，不能表决（《支部工作条例》第11条）。" in few["checks"]
    half = parts(await follow(world.home.secretary, fields(world, *IN_BRANCH[:4], kinds="member_meeting")))
    assert "到会4人，达到半数，可以表决" in half["checks"]
    none = parts(await follow(world.home.secretary, fields(world, "张一")))
    assert "表决" not in none["checks"]


async def test_another_kind_says_that_others_are_due(world: Any) -> None:
    asked = parts(await follow(world.home.secretary, fields(world, "张一", kinds="committee_meeting")))
    assert "应到名单有变" in asked["checks"]
    same = parts(await follow(world.home.secretary, fields(world, "张一")))
    assert "应到名单有变" not in same["checks"]


async def test_a_correction_follows_and_is_not_kept(world: Any, platform: Platform) -> None:
    sent = fields(world, *IN_BRANCH)
    await world.home.secretary.post(HERE, **sent | {"act": "submit"})
    path = f"/life/record?correct={sent['draft']}"
    answer = await follow(world.home.secretary, fields(world, "张一", topic="改了"), path)
    assert "草稿" not in parts(answer)["counts"]
    assert [one.topic for one in await kept(platform, world)] == [""]


async def test_an_id_of_elsewhere_is_refused(world: Any, platform: Platform) -> None:
    sent = fields(world, *IN_BRANCH)
    await world.home.secretary.post(HERE, **sent | {"act": "submit"})
    other = fields(world, draft=sent["draft"]) | {"kinds": "study", "act": "draft"}
    answer = await world.home.organizer.post("/life/record?org=112", **other)
    assert answer.status_code == 404
    stranger = await world.neighbour.secretary.post(HERE, **fields(world, draft=sent["draft"]) | {"act": "draft"})
    assert stranger.status_code == 303  # its own, under an id that means nothing there
    assert len(await kept(platform, world)) == 1

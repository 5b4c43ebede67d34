"""Doors by role: what a member finds behind the own branch, and the role that somebody with several chooses."""

from typing import Any

import pytest
from lxml import html

from zhibu_core.platform import Platform
from zhibu_core.plugins.slots import NavItem
from zhibu_core.words import Words
from zhibu_web.slots import ROLE_DOORS, behind, door_of, placed


def doors(answer: Any) -> list[str]:
    """The words of the doors, the current one marked."""
    links = html.document_fromstring(answer.text).xpath("//nav[@class='doors']//a")
    return [link.text + ("*" if link.get("aria-current") else "") for link in links]


def entries(answer: Any) -> list[str]:
    """What stands behind the current door."""
    return [str(text) for text in html.document_fromstring(answer.text).xpath("//nav[@class='behind']//a/text()")]


def crumb(answer: Any) -> str:
    """The first of the links that say where one is."""
    return str(html.document_fromstring(answer.text).xpath("//ol[@class='crumbs']//a/text()")[0])


async def test_a_member_finds_the_portrait_behind_the_own_branch(world: Any, text_of: Any) -> None:
    branch = await world.home.member.get("/people/organizations")
    assert "数学第一党支部" in text_of(branch.text)
    assert html.document_fromstring(branch.text).xpath("//nav[contains(@class,'tree')]") == []
    assert entries(branch) == ["组织", "组织力画像"]
    portrait = await world.home.member.get("/data/portrait")
    assert portrait.status_code == 200
    assert "支部*" in doors(portrait)
    assert entries(portrait) == ["组织", "组织力画像"]
    assert crumb(portrait) == "支部"
    secretary = await world.home.secretary.get("/data/portrait")
    assert "数据*" in doors(secretary)
    assert crumb(secretary) == "数据"
    assert "组织力画像" not in entries(await world.home.secretary.get("/people/organizations"))


@pytest.mark.parametrize("role", sorted(ROLE_DOORS))
def test_a_stand_in_is_a_door_of_the_role(role: str) -> None:
    own = {entry.key for entry in ROLE_DOORS[role]}
    found = door_of(role, "data")
    assert found == "data" if "data" in own or "people" not in own else found == "people"
    item = NavItem("data", Words("画像", "Portrait"), "/x", "x.read")
    assert behind(found, placed(role, [item]))[0].href == "/x"


async def test_a_secretary_may_show_the_pages_as_a_member(world: Any, ask: Any, text_of: Any) -> None:
    page = await world.home.secretary.get("/me/identity")
    assert "页面现在按“支部书记”显示" in text_of(page.text)
    offered = html.document_fromstring(page.text).xpath("//main//a[contains(@href,'role=member')]/@href")[0]
    chosen = await world.home.secretary.get(str(offered).removeprefix(f"/t/{world.home.tenant.slug}"))
    assert chosen.status_code == 303
    assert chosen.headers["location"] == f"/t/{world.home.tenant.slug}/"
    assert "zhibu-role=member" in chosen.headers["set-cookie"]
    as_member = await ask(world.home.secretary, "GET", "/", cookies="zhibu-role=member")
    assert doors(as_member) == ["待办*", "组织生活", "学习", "支部", "我的"]
    assert "支委会" not in text_of(as_member.text)
    assert "工作台" in doors(await world.home.secretary.get("/"))


@pytest.mark.parametrize("role", ["admin", "nobody", "secretary"])
async def test_a_role_that_is_not_held_is_not_shown(world: Any, platform: Platform, ask: Any, role: str) -> None:
    forged = f"zhibu-role={role}"
    usual, chosen = await world.home.member.get("/"), await ask(world.home.member, "GET", "/", cookies=forged)
    assert doors(chosen) == doors(usual)
    assert (await ask(world.home.member, "GET", "/plugins", cookies=forged)).status_code == 403


async def test_somebody_with_one_role_is_offered_no_other(world: Any) -> None:
    assert "?role=" not in (await world.home.member.get("/me/identity")).text

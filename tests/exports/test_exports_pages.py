"""The pages of exports: the form, the count, the file, the second person, the register, and what a listed member sees."""

import re
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from zhibu_core.exports.models import ExportRecipient
from zhibu_core.platform import Platform
from zhibu_testing.chromium import SitDown, chromium, origin, sit_down
from zhibu_testing.town import Town, World, text_of

__all__ = ["chromium", "origin", "sit_down", "text_of"]
HERE = "/exchange/exports"
FORM = {
    "purpose": "报送年度统计",
    "recipients": "李主任\n王干事",
    "fields": ["name", "branch", "party_post"],
    "organization": "",
    "days": "7",
    "format": "csv",
}


async def sent(browser: Any, act: str, **changed: Any) -> Any:
    return await browser.send("POST", f"{HERE}/new/members", {**FORM, "act": act, **changed})


async def made(browser: Any, **changed: Any) -> str:
    """The entry's address below the tenant."""
    answer = await sent(browser, "count", **changed)
    counted = re.search(r'name="counted" value="([^"]+)"', answer.text)
    assert counted, answer.text
    answer = await sent(browser, "make", counted=counted[1], **changed)
    assert answer.status_code == 303
    return str(answer.headers["location"]).partition("?")[0].partition(browser.tenant.slug)[2]


async def file_of(platform: Platform, town: Town, entry: str, name: str) -> str:
    """The address of a recipient's file."""
    wanted = (ExportRecipient.export_id == uuid.UUID(entry.rpartition("/")[2]), ExportRecipient.name == name)
    async with platform.database.session(town.tenant.id) as session:
        return f"{entry}/files/{(await session.scalars(select(ExportRecipient.id).where(*wanted))).one()}"


async def test_counted_made_taken_and_seen_by_those_listed(world: World, platform: Platform, text_of: Any) -> None:
    home = world.home
    assert "党员名册" in text_of((await home.secretary.get(HERE)).text)
    refused = await sent(home.secretary, "count", purpose="", recipients="")
    assert refused.status_code == 422
    assert "2" in text_of(refused.text)
    stale = await sent(home.secretary, "make", counted="7-7")
    assert "人数已有变化" in text_of(stale.text)
    entry = await made(home.secretary)
    page = text_of((await home.secretary.get(entry)).text)
    assert "李主任" in page
    assert "暂无。" in page
    file = await home.secretary.get(await file_of(platform, home, entry, "李主任"))
    assert file.headers["content-type"].startswith("text/csv")
    assert file.headers["cache-control"] == "private, no-store"
    assert "张一" in file.content.decode("utf-8-sig")
    assert "下载了交给“李主任”的文件" in text_of((await home.secretary.get(entry)).text)
    seen = text_of((await home.member.get("/me/accesses")).text)
    assert "报送年度统计" in seen
    assert "李主任，王干事" in seen
    assert "李三" not in seen
    for other in (home.member, home.admin, world.neighbour.secretary, world.neighbour.auditor):
        assert (await other.get(await file_of(platform, home, entry, "李主任"))).status_code in (403, 404)
    assert (await world.neighbour.auditor.get(entry)).status_code == 404
    assert (await home.member.get(entry)).status_code == 404
    found = await home.auditor.send("POST", f"{HERE}/trace", files={"files": ("found.csv", file.content, "text/csv")})
    assert "李主任" in text_of(found.text)
    elsewhere = await world.neighbour.auditor.send(
        "POST", f"{HERE}/trace", files={"files": ("found.csv", file.content, "text/csv")}
    )
    assert "没有发现" in text_of(elsewhere.text)
    register = text_of((await home.auditor.get(f"{HERE}/register?word=李主任&person=王二")).text)
    assert "报送年度统计" in register
    assert "没有符合" not in register
    assert "报送年度统计" not in text_of((await world.neighbour.auditor.get(f"{HERE}/register")).text)


async def test_a_second_person_is_asked_and_says_yes_or_no(world: World, platform: Platform, text_of: Any) -> None:
    home: Town = world.home
    answer = await sent(home.organizer, "count", fields=["name", "phone"])
    assert "敏感字段：手机号码" in text_of(answer.text)
    assert "须由另一人批准" in text_of(answer.text)
    entry = await made(home.organizer, fields=["name", "phone"])
    assert "Decide" not in (page := text_of((await home.organizer.get(entry)).text))
    assert "待审批" in page
    assert (await home.organizer.get(await file_of(platform, home, entry, "李主任"))).status_code == 410
    assert (await home.organizer.post(f"{entry}/decision", decision="approve")).status_code == 403
    assert "审批 1 次导出" in text_of((await home.admin.get("/")).text)
    assert "报送年度统计" in text_of((await home.admin.get(f"{HERE}/waiting")).text)
    assert (await home.admin.post(f"{entry}/decision", decision="refuse", reason="")).status_code == 422
    assert (await home.admin.post(f"{entry}/decision", decision="approve")).status_code == 303
    assert "13800001234" in (await home.organizer.get(await file_of(platform, home, entry, "李主任"))).content.decode(
        "utf-8-sig"
    )
    assert "次导出" not in text_of((await home.admin.get("/")).text)


@pytest.mark.parametrize("scripts", [pytest.param(True, marks=pytest.mark.modes), False])
async def test_on_a_phone_by_hand(world: World, sit_down: SitDown, scripts: bool) -> None:
    async with sit_down(world.home.organizer, phone=True, scripts=scripts) as desk:
        await desk.open(f"{HERE}/new/members")
        if scripts:
            assert await desk.findings() == []
        await desk.type("#purpose", "报送年度统计")
        await desk.type("#recipients", "李主任")
        await desk.tap("label.choice:has(#sensitive-2)", leads_on=False)
        await desk.tap("button[value=count]")
        if scripts:
            assert await desk.findings() == []
        assert "身份证号" in await desk.page.inner_text("#sensitive")
        await desk.tap("button[value=make]")
        if scripts:
            assert await desk.findings() == []
        assert "等待审批" in await desk.page.inner_text("main")


async def test_graphql_says_what_the_pages_say(world: World, platform: Platform) -> None:
    home = world.home
    entry = await made(home.secretary)
    content = (await home.secretary.get(await file_of(platform, home, entry, "王干事"))).content.decode("utf-8-sig")
    asked = """query($lines: [[String!]!]!) {
      exports(first: 5) { edges { node { number recipients state askedByName } } }
      exportTrace(lines: $lines) { number recipient witness log2Chance }
    }"""
    lines = [line.split(",") for line in content.splitlines()[2:]]
    answer = await home.auditor.ask(asked, lines=lines)
    (edge,) = answer["data"]["exports"]["edges"]
    assert edge["node"]["recipients"] == ["李主任", "王干事"]
    (found,) = answer["data"]["exportTrace"]
    assert (found["number"], found["recipient"], found["witness"]) == (edge["node"]["number"], "王干事", "marks")
    own = "{ viewer { exports(first: 5) { edges { node { number purpose } } } } }"
    assert len((await home.member.ask(own))["data"]["viewer"]["exports"]["edges"]) == 1
    for nobody in (home.organizer, world.neighbour.member):
        assert (await nobody.ask(own))["data"]["viewer"]["exports"]["edges"] == []
    theirs = await world.neighbour.auditor.ask(asked, lines=lines)
    assert theirs["data"] == {"exports": {"edges": []}, "exportTrace": []}
    assert "errors" in await home.member.ask(asked, lines=lines)

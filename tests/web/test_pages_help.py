"""Help and More: short guides with three steps and somebody who answers, every door that the reader may open."""

import re
from dataclasses import replace
from typing import Any

import pytest

from zhibu_core.i18n import translator
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.ids import new_id
from zhibu_web.help_texts import PAGES


@pytest.mark.parametrize("topic", sorted(PAGES))
def test_guides_are_short_in_both_languages(topic: str) -> None:
    for locale in ("zh_CN", "en"):
        words = translator(locale, ("zhibu_web",))
        assert len(words.text(PAGES[topic].summary)) <= 200
        assert all(words.text(step) for step in PAGES[topic].steps)


async def test_a_guide_names_who_answers(world: Any, platform: Platform, text_of: Any) -> None:
    assert "示例admin" in text_of((await world.home.member.get("/help/home")).text)
    async with platform.database.session(world.home.tenant.id) as session:
        value = {"value": {"name": "组织部 周老师", "phone": "0000-1234567", "hours": "工作日8:00–17:00"}}
        session.add(TenantSetting(id=new_id(), key="help.contact", value=value))
    said = text_of((await world.home.member.get("/help/home")).text)
    assert "组织部 周老师 0000-1234567" in said
    assert "组织部" not in text_of((await world.neighbour.member.get("/help/home")).text)


async def test_guides_are_for_those_who_may(world: Any) -> None:
    assert (await world.home.member.get("/help/plugins")).status_code == 404
    assert (await world.home.admin.get("/help/plugins")).status_code == 200
    assert (await world.home.member.get("/help/nothing")).status_code == 404
    assert "/help/imports" in (await world.home.organizer.get("/help")).text


@pytest.mark.parametrize("role", ["secretary", "member", "organizer", "admin", "auditor"])
async def test_every_link_of_more_and_of_the_doors_opens(world: Any, role: str) -> None:
    browser = world.home.browsers[role]
    prefix = f"/t/{world.home.tenant.slug}"
    body = (await browser.get("/more")).text
    links = {
        link for link in re.findall(r'href="([^"?#]*)"', body) if link.startswith(prefix) and "preferences" not in link
    }
    assert links
    for link in links:
        assert (await browser.get(link.removeprefix(prefix) or "/")).status_code == 200, link


@pytest.mark.parametrize(
    "path", ["/", "/people/members", "/me", "/plugins", "/rules", "/exchange/imports", "/help", "/more"]
)
async def test_nobody_is_sent_to_sign_in(world: Any, path: str) -> None:
    nobody = replace(world.home.member, secret=None)
    answer = await nobody.get(path)
    assert answer.status_code == 303
    assert "/sign-in?back=" in answer.headers["location"]

"""Home shows to each role what is theirs, with reason, article and deadline, in a known number of statements."""

import datetime as dt
import uuid
from typing import Any

import pytest
from lxml import html
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_testing.factories import person

MOST_STATEMENTS = 25
LIMITS = {"secretary": 25, "member": 22, "organizer": 25, "admin": 14, "auditor": 15}


@pytest.mark.parametrize("role", sorted(LIMITS))
async def test_statements_are_few(world: Any, platform: Platform, statements_of: Any, role: str) -> None:
    browser = world.home.browsers[role]
    await browser.get("/")
    with statements_of(platform) as seen:
        answer = await browser.get("/")
    assert answer.status_code == 200, answer.text
    assert len(seen) <= LIMITS[role] <= MOST_STATEMENTS, len(seen)


async def test_secretary_sees_the_branchs_duties(world: Any, text_of: Any) -> None:
    answer = await world.home.secretary.get("/?all=1")
    said = text_of(answer.text)
    assert "数学一支部" in said
    assert "补记2026年8月主题党日" in said
    assert "开展并记录本月主题党日" in said
    assert "今天截止" in said
    assert "《" in said
    assert "条次未核实" in said or "第16条" in said


async def test_the_rest_is_one_tap_away(world: Any) -> None:
    few, every = (await world.home.secretary.get("/")).text, (await world.home.secretary.get("/?all=1")).text
    assert few.count('class="duty"') == 7
    assert every.count('class="duty"') > 7


async def test_member_sees_own_study_only(world: Any, text_of: Any) -> None:
    said = text_of((await world.home.member.get("/")).text)
    assert "补足学时" in said
    assert "支委会" not in said


async def test_organizer_reads_what_branches_have_not_met(world: Any, text_of: Any) -> None:
    said = text_of((await world.home.organizer.get("/")).text)
    assert "不作比较" in said
    assert "主题党日" in said
    assert said.index("数学第一党支部") < said.index("数学第二党支部")


@pytest.mark.parametrize("role", ["admin", "auditor"])
async def test_overviews_name_no_member(world: Any, text_of: Any, role: str) -> None:
    said = text_of((await world.home.browsers[role].get("/")).text)
    assert "概况" in said
    assert not any(name in said for name in world.home.people)


async def test_english(world: Any, text_of: Any, ask: Any) -> None:
    answer = await ask(world.home.secretary, "GET", "/?all=1", cookies="zhibu-lang=en")
    said = text_of(answer.text)
    assert "Hold and record this month" in said
    assert "due today" in said


async def test_every_duty_leads_to_where_it_is_met_or_seen(world: Any, ask: Any) -> None:
    acts = await _acts(ask, world.home.secretary)
    assert any(href.startswith("/life/record?duty=") for href in acts)
    assert any(href.startswith("/learning/records?duty=") for href in acts)
    assert not any(href.startswith("/rules/") for href in acts)
    for href in {href.partition("?")[0]: href for href in acts}.values():
        assert (await world.home.secretary.get(href)).status_code == 200, href


async def test_a_duty_about_somebody_leads_to_the_record_or_the_branch(
    world: Any, ask: Any, platform: Platform
) -> None:
    """Talks with a member and with somebody who is none, and a term that ends."""
    town = world.home
    async with platform.database.session(town.tenant.id) as session:
        outsider = await person(session, "入党申请人")
        branch = town.organizations["111"].id
        drafts = [
            FactDraft("development.applied", branch, dt.date(2026, 10, 5), "case", new_id(), person_id=who)
            for who in (outsider.id, town.people["李三"].id)
        ]
        await write_facts(session, drafts, source="affairs", written_by=None)
        await end_term(session, branch)
    acts = await _acts(ask, town.secretary)
    assert f"/people/members/{town.people['李三'].id}" in acts
    assert f"/people/members/{outsider.id}" not in acts
    assert acts.count("/people/organizations/111") == 2


async def _acts(ask: Any, browser: Any) -> list[str]:
    """Where the buttons of all duties lead, below the tenant."""
    answer = await ask(browser, "GET", "/?all=1")
    found = html.document_fromstring(answer.text).xpath("//li[@class='duty']/p[@class='act']/a/@href")
    return [str(href).removeprefix(f"/t/{browser.tenant.slug}") for href in found]


async def end_term(session: AsyncSession, branch: uuid.UUID) -> None:
    """A term of office that ends in December."""
    started, ends = dt.date(2023, 12, 1), dt.date(2026, 12, 1)
    draft = FactDraft("term", branch, started, "term", new_id(), until_on=ends)
    await write_facts(session, [draft], source="core", written_by=None)

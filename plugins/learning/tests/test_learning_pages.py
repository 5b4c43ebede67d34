"""The pages over HTTP: one's own study, a branch's, one training for several people, closed doors."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from lxml import html
from sqlalchemy import event, text

from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import Parties

OWN, BRANCH, ADD = "/learning/records", "/learning/branch", "/learning/branch/add"


@dataclass(frozen=True)
class Class:
    """A branch with a secretary and two members at browsers; `stranger` is a secretary of the neighbour."""

    branch: Organization
    people: dict[str, uuid.UUID]
    secretary: Browser
    reader: Browser
    stranger: Browser


@pytest_asyncio.fixture(loop_scope="session")
async def circle(platform: Platform, parties: Parties) -> Class:
    app = app_of(platform)
    async with platform.database.session(parties.home.id) as session:
        branch = await organization(session, "001", name="化工学院第一党支部")
        people = {name: (await member(session, name, branch)).id for name in ("王一", "李二", "张三")}
    async with platform.database.session(parties.neighbour.id) as session:
        other = await organization(session, "001", name="隔壁党支部")
        stranger = await member(session, "孙六", other)
    return Class(
        branch,
        people,
        await sign_in(app, platform, parties.home, people["王一"], {"secretary": branch.id}),
        await sign_in(app, platform, parties.home, people["李二"], {}),
        await sign_in(app, platform, parties.neighbour, stranger.id, {"secretary": other.id}),
    )


def words_of(answer: Any) -> str:
    """The text of the page's main part, with blanks folded."""
    return re.sub(r"\s+", " ", html.document_fromstring(answer.text).find(".//main").text_content())


def fields(circle: Class, **changes: str) -> dict[str, Any]:
    """Two people at a study session of four hours."""
    return {
        "day": "2026-10-20", "hours": "4", "form": "session", "category": "theory", "organiser": "校党校",
        "evidence": "签到表12", "course": "", "people": [circle.people["王一"].hex, circle.people["李二"].hex],
        "act": "save", **changes,
    }  # fmt: skip


async def test_one_training_for_several_counts_for_each(circle: Class) -> None:
    sent = await circle.secretary.send("POST", f"{ADD}?org=001", fields(circle))
    assert sent.status_code == 303, sent.text
    shown = words_of(await circle.secretary.get(f"{BRANCH}?org=001&done=2"))
    assert "已为2人登记" in shown
    assert "校党校" in shown
    assert "已有4学时，应有32学时" in shown
    own = words_of(await circle.reader.get(OWN))
    assert "已计入4学时，全年应有32学时；年底前还要28学时" in own
    assert "政治理论" in own
    assert "张三" not in own
    again = await circle.secretary.send("POST", f"{ADD}?org=001", fields(circle))
    assert again.status_code == 303
    assert "已计入4学时" in words_of(await circle.reader.get(OWN))


async def test_facts_and_events_follow(circle: Class, platform: Platform, parties: Parties) -> None:
    await circle.secretary.send("POST", f"{ADD}?org=001", fields(circle))
    async with platform.database.session(parties.home.id) as session:
        query = text("select person_id, quantity, grade from fact where tenant_id = :t and kind = 'training'")
        found = {tuple(row) for row in await session.execute(query, {"t": parties.home.id})}
    assert found == {(circle.people[name], 4.0, "recorded") for name in ("王一", "李二")}


async def test_mistakes_stand_beside_their_field(circle: Class) -> None:
    for name, value, field in (
        ("day", "20/10", "day"), ("hours", "vier", "hours"), ("hours", "99", "hours"), ("day", "2026-12-01", "day"),
        ("people", "", "people"), ("people", uuid.uuid4().hex, "people"), ("course", "keiner", "course"),
    ):  # fmt: skip
        sent = await circle.secretary.send("POST", f"{ADD}?org=001", fields(circle, **{name: value}))
        assert sent.status_code == 422, (name, value)
        assert f'href="#{field}"' in sent.text
        assert "校党校" in sent.text
    everybody = await circle.secretary.send("POST", f"{ADD}?org=001", fields(circle, act="all", people=""))
    assert everybody.status_code == 200
    assert len(html.document_fromstring(everybody.text).xpath("//input[@name='people'][@checked]")) == 3


async def test_panels_stand_on_core_pages(circle: Class) -> None:
    await circle.secretary.send("POST", f"{ADD}?org=001", fields(circle))
    person = words_of(await circle.secretary.get(f"/people/members/{circle.people['李二']}"))
    assert "已计入4学时" in person
    assert "已计入4学时" in words_of(await circle.reader.get("/me"))
    assert "支部学习" in words_of(await circle.secretary.get("/people/organizations/001"))


async def test_strangers_and_members_stay_outside(circle: Class) -> None:
    await circle.secretary.send("POST", f"{ADD}?org=001", fields(circle))
    assert "化工学院" not in (await circle.stranger.get(f"{BRANCH}?org=001")).text
    for page in (BRANCH, ADD):
        assert (await circle.stranger.get(f"{page}?org=999")).status_code == 404
        assert (await circle.reader.get(page)).status_code == 403
    foreign = fields(circle)
    assert (await circle.stranger.send("POST", f"{ADD}?org=001", foreign)).status_code == 422


async def test_off_means_unreachable(circle: Class, platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        await switch(platform, session, Scope(parties.home, frozenset()), "learning", on=False)
    nowhere = words_of(await circle.secretary.get("/learning/nowhere"))
    for page in (OWN, BRANCH, ADD):
        answer = await circle.secretary.get(page)
        assert answer.status_code == 404
        assert words_of(answer) == nowhere
    assert "/learning/" not in (await circle.secretary.get("/people/organizations/001")).text


async def test_pages_ask_the_database_little(circle: Class, platform: Platform) -> None:
    seen: list[str] = []
    engine = platform.database.engine.sync_engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    counts = {}
    for who, page in ((circle.reader, OWN), (circle.secretary, BRANCH), (circle.secretary, ADD)):
        seen.clear()
        assert (await who.get(page)).status_code == 200
        counts[page] = len(seen)
    seen.clear()
    await circle.secretary.send("POST", f"{ADD}?org=001", fields(circle))
    counts["add"] = len(seen)
    event.remove(engine, "before_cursor_execute", note)
    assert max(counts.values()) <= 25, counts

"""The page on which a secretary chooses what to publish, and takes it back; the other side reads it, a third never."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from sqlalchemy import select

from zhibu_core.platform import Platform
from zhibu_core.spaces.declared import shareables_for
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.proposal import AskedField, AskedShare
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant
from zhibu_example.models import Note
from zhibu_orglife.models import Meeting
from zhibu_testing.agreeing import NOTE, PLAIN, Side, World
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.counting import counted
from zhibu_testing.factories import organization, person
from zhibu_testing.fixtures import TODAY
from zhibu_testing.town import text_of

__all__ = ["text_of"]
MEETING, MOST_STATEMENTS = "orglife.meeting", 25
HELD = (AskedField("topic", "共同安排"), AskedField("held_on", "共同安排"))


@dataclass
class Desk:
    """Home's secretary at the page of an agreement on meetings."""

    world: World
    space: uuid.UUID
    home: Browser
    host: Browser
    third: Browser

    @property
    def address(self) -> str:
        """The agreement's."""
        return f"/together/spaces/{self.space}"

    async def send(self, ids: list[uuid.UUID], *, back: str = "") -> Any:
        """Sends the form with these boxes ticked, and lets it be delivered."""
        path = f"{self.address}/publish/{MEETING}{back}"
        answer = await self.home.send("POST", path, {"record": [str(one) for one in ids]})  # type: ignore[dict-item]
        await self.world.carry()
        return answer


async def browser_of(platform: Platform, side: Side) -> Browser:
    """Somebody who is secretary of the side's branch."""
    assert side.who.actor is not None
    grants = {"secretary": side.branch.id}
    return await sign_in(app_of(platform), platform, side.tenant, side.who.actor.person_id, grants)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(world: World, platform: Platform) -> Desk:
    """An agreement that holds, on meetings and notes."""
    space = await world.agreed(
        shares=(AskedShare(MEETING, HELD), AskedShare(NOTE, PLAIN, by=(world.host.tenant.slug,)))
    )
    browsers = [await browser_of(platform, side) for side in world.sides]
    return Desk(world, space, *browsers)


async def meeting(platform: Platform, tenant: Tenant, branch: uuid.UUID, topic: str, **values: Any) -> uuid.UUID:
    """An approved meeting of a branch, by the id of its record."""
    key, at = new_id(), dt.datetime(2026, 10, 30, 7, tzinfo=dt.UTC)
    plain: dict[str, Any] = dict.fromkeys(("chair", "recorder", "points", "reason", "resolution"), "")
    given: dict[str, Any] = {"kinds": ["theme_day"], "state": "approved", "series_id": key, "version": 1} | values
    async with platform.database.session(tenant.id) as session:
        session.add(
            Meeting(
                id=key, organization_id=branch, starts_at=at, ends_at=None, held_on=TODAY, place="活动室", online=False,
                topic=topic, attachments=0, tasks=0, tasks_closed=0, origin="recorded", written_at=at, **plain, **given,
            )
        )  # fmt: skip
    return key


def boxes(body: str, part: str) -> list[str]:
    """The ids of the check boxes of a form; `part` begins its address."""
    found = re.search(rf'<form[^>]*action="[^"]*{re.escape(part)}"(.*?)</form>', body, re.DOTALL)
    return re.findall(r'type="checkbox"[^>]*value="([^"]+)"', found[1]) if found else []


async def test_published_by_page_published_again_and_taken_back(desk: Desk, platform: Platform, text_of: Any) -> None:
    side, page = desk.world.home, f"{desk.address}/publish/{MEETING}"
    async with platform.database.session(side.tenant.id) as session:
        apart = await organization(session, "002", name="别的支部")
        beside = await person(session, "别的支部书记")
    key = await meeting(platform, side.tenant, side.branch.id, "共建学习")
    elsewhere = await meeting(platform, side.tenant, apart.id, "别处的会")
    talk = await meeting(platform, side.tenant, side.branch.id, "谈心", kinds=["heart_talk"])
    draft = await meeting(platform, side.tenant, side.branch.id, "还没审核", state="submitted")
    assert f"/publish/{MEETING}" in (await desk.home.get(desk.address)).text
    with counted(platform) as statements:
        shown = await desk.home.get(page)
    assert len(statements) <= MOST_STATEMENTS
    assert boxes(shown.text, MEETING) == [str(key)]
    assert not boxes(shown.text, "/back")
    for refused in ([], [elsewhere], [key, talk], [draft], [uuid.UUID(int=0)]):
        answer = await desk.send(refused)
        assert answer.status_code == 422, refused
        assert ("没有可以按这份协议共享的这条记录" if refused else "请至少选择一条记录") in text_of(answer.text)
    assert not await desk.world.records(desk.world.host, desk.space)
    answer = await desk.send([key])
    assert (answer.status_code, answer.headers["location"].endswith("/ledger?done=published")) == (303, True)
    assert "已送达" in text_of((await desk.home.get(f"{desk.address}/ledger?done=published")).text)
    assert "共建学习" in text_of((await desk.host.get(f"{desk.address}/records")).text)
    other = await sign_in(desk.home.app, platform, side.tenant, beside.id, {"secretary": apart.id})
    for browser in (desk.third, other):
        for method in ("GET", "POST"):
            assert (await browser.send(method, page, {"record": str(key)})).status_code == 404
    assert "已发布" in text_of((await desk.home.get(page)).text)
    async with platform.database.session(side.tenant.id) as session:
        (await session.scalars(select(Meeting).where(Meeting.id == key))).one().state = "replaced"
    newer = {"series_id": key, "version": 2, "replaces_id": key}
    await meeting(platform, side.tenant, side.branch.id, "改过的主题", **newer)
    shown = await desk.home.get(page)
    assert boxes(shown.text, MEETING) == boxes(shown.text, "/back") == [str(key)]
    assert (await desk.send([key])).status_code == 303
    (record,) = await desk.world.records(desk.world.host, desk.space)
    assert record["topic"] == "改过的主题"
    assert (await desk.send([elsewhere], back="/back")).status_code == 422
    assert (await desk.send([key], back="/back")).status_code == 303
    assert not await desk.world.records(desk.world.host, desk.space)
    shown = await desk.home.get(page)
    assert (boxes(shown.text, MEETING), boxes(shown.text, "/back")) == ([str(key)], [])


async def test_only_what_this_side_gives_and_only_while_it_holds(desk: Desk, platform: Platform, text_of: Any) -> None:
    """The host gives notes and home does not; a kind that crosses by itself is not offered; after the end nothing is."""
    assert f"/publish/{NOTE}" not in (await desk.home.get(desk.address)).text
    refused = await desk.home.get(f"{desk.address}/publish/{NOTE}")
    assert (refused.status_code, "没有约定由本单位共享" in text_of(refused.text)) == (422, True)
    assert f"/publish/{NOTE}" in (await desk.host.get(desk.address)).text
    by_hand = {kind for kind, one in shareables_for(platform, None).items() if one.candidates is not None}
    assert by_hand == {MEETING, NOTE}
    world = desk.world
    note = await world.note(world.host)
    over = Desk(world, await world.agreed(), desk.host, desk.home, desk.third)
    page = f"{over.address}/publish/{NOTE}"
    assert boxes((await over.home.get(page)).text, NOTE) == [str(note)]
    async with platform.database.session(world.host.tenant.id) as session:
        await revoke(session, world.host.who, over.space, "到此为止")
    assert "/publish/" not in (await over.home.get(over.address)).text
    for answer in (await over.home.get(page), await over.home.send("POST", page, {"record": str(note)})):
        assert (answer.status_code, "不能再共享" in text_of(answer.text)) == (422, True)


async def test_many_are_paged_newest_first(desk: Desk, platform: Platform) -> None:
    world = desk.world
    space = await world.agreed(title="很多")
    address = f"/together/spaces/{space}/publish/{NOTE}"
    async with platform.database.session(world.home.tenant.id) as session:
        session.add_all(
            Note(id=new_id(), organization_id=world.home.branch.id, read_on=TODAY - dt.timedelta(days=n // 3), book=f"第{n}本", thought="")
            for n in range(60)
        )  # fmt: skip
    first = (await desk.home.get(address)).text
    rest = re.search(r'href="[^"]*(\?after=[^"]+)"', first)
    assert rest
    second = (await desk.home.get(address + rest[1])).text
    pages = [boxes(first, NOTE), boxes(second, f"{NOTE}{rest[1]}")]
    assert [len(one) for one in pages] == [50, 10]
    assert len({*pages[0], *pages[1]}) == 60

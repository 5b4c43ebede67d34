"""The pages over HTTP: from the duty to the record, the member's word, and doors that stay closed to others."""

import datetime as dt
import uuid
from dataclasses import dataclass

import pytest_asyncio
from litestar import Litestar
from lxml import html
from sqlalchemy import event, text

from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.pages.proposal import day_ahead, day_held
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import Parties

NAMES = ("王一", "李二", "张三", "赵四")
WORKBENCH, RECORD, PLAN, CALENDAR = "/life/workbench", "/life/record", "/life/plan", "/life/calendar"


@dataclass(frozen=True)
class World:
    """A branch of the home tenant and three of its people at browsers; `stranger` belongs to the neighbour."""

    app: Litestar
    branch: Organization
    people: dict[str, uuid.UUID]
    secretary: Browser
    reader: Browser
    stranger: Browser


@pytest_asyncio.fixture(loop_scope="session")
async def world(platform: Platform, parties: Parties) -> World:
    """王一 is secretary, 李二 an ordinary member; the neighbour has a branch of the same code."""
    app = app_of(platform)
    async with platform.database.session(parties.home.id) as session:
        branch = await organization(session, "001", name="数学学院教工第一党支部", has_committee=True)
        people = {name: (await member(session, name, branch)).id for name in NAMES}
    async with platform.database.session(parties.neighbour.id) as session:
        other = await organization(session, "001", name="隔壁党支部", has_committee=True)
        stranger = await member(session, "孙六", other)
    return World(
        app,
        branch,
        people,
        await sign_in(app, platform, parties.home, people["王一"], {"secretary": branch.id}),
        await sign_in(app, platform, parties.home, people["李二"], {}),
        await sign_in(app, platform, parties.neighbour, stranger.id, {"secretary": other.id}),
    )


def record_fields(world: World, **changes: str) -> dict[str, str]:
    """A complete theme day: everybody there but 赵四, who is on leave."""
    marks = {f"mark-{person.hex}": "present" for person in world.people.values()}
    away = world.people["赵四"].hex
    return {
        "kinds": "theme_day", "day": "2026-10-20", "start": "14:00", "end": "15:30", "place": "理学楼402室",
        "chair": "王一", "recorder": "李二", "topic": "安全生产", "points": "王一：讲解台账。", "resolution": "设责任区六处。",
        "task-1": "张贴名单", "owner-1": world.people["张三"].hex, "due-1": "2026-11-10", **marks,
        f"mark-{away}": "leave", f"mark-{away}-reason": "因公", "act": "submit", **changes,
    }  # fmt: skip


async def recorded(world: World, **changes: str) -> str:
    """Records a theme day and returns the meeting's address below the tenant."""
    sent = await world.secretary.post(f"{RECORD}?org=001", **record_fields(world, **changes))
    assert sent.status_code == 303, sent.text
    return sent.headers["location"].removeprefix(f"/t/{world.secretary.tenant.slug}").split("?")[0]


def main_of(answer: object) -> html.HtmlElement:
    """The page's main part."""
    return html.document_fromstring(answer.text).find(".//main")  # type: ignore[attr-defined]


async def test_the_workbench_shows_month_year_and_what_is_overdue(world: World) -> None:
    answer = await world.secretary.get(WORKBENCH)
    assert answer.status_code == 200
    words = main_of(answer).text_content()
    assert "数学学院教工第一党支部" in words
    assert "9月主题党日没有记录" in words
    assert "10月支委会" in words
    assert "不要求" not in words
    assert len(main_of(answer).xpath(".//table[contains(@class,'matrix')]/tbody/tr")) >= 5
    earlier = await world.secretary.get(f"{WORKBENCH}?month=2026-02")
    assert "2026年2月" in main_of(earlier).text_content()


async def test_a_duty_leads_to_a_filled_record_and_is_met_by_it(world: World) -> None:
    home = await world.secretary.get("/")
    duty = next(
        link for link in html.document_fromstring(home.text).xpath("//p[@class='act']/a/@href") if RECORD in link
    )
    path = duty.removeprefix(f"/t/{world.secretary.tenant.slug}")
    form = await world.secretary.get(path)
    assert form.status_code == 200
    assert "应到4人" in main_of(form).text_content()
    kind = html.document_fromstring(form.text).xpath("//input[@name='kinds'][@checked]/@value")[0]
    sent = await world.secretary.post(path, **record_fields(world, kinds=kind, day="2026-10-31"))
    assert sent.status_code == 303, sent.text
    page = await world.secretary.get(sent.headers["location"].removeprefix(f"/t/{world.secretary.tenant.slug}"))
    words = main_of(page).text_content()
    assert "已完成" in words
    assert "3人到会，1人请假" in words
    assert "仅点名" in words


async def test_all_present_works_without_scripts(world: World) -> None:
    sent = await world.secretary.post(
        f"{RECORD}?org=001", kinds="theme_day", day="2026-10-20", start="14:00", act="all_present"
    )
    assert sent.status_code == 200
    page = html.document_fromstring(sent.text)
    assert len(page.xpath("//input[@value='present'][@checked]")) == 4


async def test_mistakes_keep_what_was_typed(world: World) -> None:
    sent = await world.secretary.post(f"{RECORD}?org=001", **record_fields(world, day="10/20", topic="特别的主题"))
    assert sent.status_code == 422
    assert 'href="#day"' in sent.text
    assert "特别的主题" in sent.text
    assert sent.text.split("<title>")[1].startswith("有误：")
    empty = {name: value for name, value in record_fields(world).items() if not name.startswith("mark-")}
    unmarked = await world.secretary.post(f"{RECORD}?org=001", **empty)
    assert unmarked.status_code == 422
    assert 'href="#roll"' in unmarked.text


async def test_a_refused_record_leaves_the_plan_as_it_was(world: World, platform: Platform, parties: Parties) -> None:
    await recorded(world)
    planned = await world.secretary.post(
        f"{PLAN}?org=001", kinds="party_class", day="2026-10-31", start="9:00", end="10:00", place="礼堂", chair="王一"
    )
    path = planned.headers["location"].removeprefix(f"/t/{parties.home.slug}").split("?")[0]
    meeting = path.rsplit("/", 1)[1]
    sent = await world.secretary.post(f"{RECORD}?meeting={meeting}", **record_fields(world))
    assert sent.status_code == 422
    assert "已有记录" in sent.text
    async with platform.database.session(parties.home.id) as session:
        query = text("select state from orglife_meeting where tenant_id = :t and id = :id")
        state = await session.scalar(query, {"t": parties.home.id, "id": uuid.UUID(meeting)})
    assert state == "planned"


async def test_a_member_confirms_and_sees_no_other_line(world: World) -> None:
    path = await recorded(world)
    home = await world.reader.get("/")
    assert path in home.text
    page = main_of(await world.reader.get(path))
    words = page.text_content()
    assert "设责任区六处" in words
    assert "因公" not in words
    assert "赵四" not in words
    assert "讲解台账" not in words
    assert (await world.reader.post(f"{path}/confirm")).status_code == 303
    assert "您已确认" in main_of(await world.reader.get(path)).text_content()
    assert path not in (await world.reader.get("/")).text
    staff = main_of(await world.secretary.get(path)).text_content()
    assert "点名并由本人确认" in staff


async def test_a_member_says_it_is_wrong(world: World) -> None:
    path = await recorded(world)
    assert (await world.reader.post(f"{path}/dispute", text=" ")).status_code == 422
    assert (await world.reader.post(f"{path}/dispute", text="当天我在外地")).status_code == 303
    assert "当天我在外地" in main_of(await world.reader.get(path)).text_content()
    assert "当天我在外地" in main_of(await world.secretary.get(path)).text_content()


async def test_correcting_and_withdrawing(world: World) -> None:
    path = await recorded(world)
    meeting = path.rsplit("/", 1)[1]
    form = await world.secretary.get(f"{RECORD}?correct={meeting}")
    assert "更正记录" in main_of(form).text_content()
    assert 'value="安全生产"' in form.text
    away = world.people["赵四"].hex
    sent = await world.secretary.post(
        f"{RECORD}?correct={meeting}", **record_fields(world, topic="责任区", later=away, why="写错了")
    )
    assert sent.status_code == 303, sent.text
    newer = sent.headers["location"].removeprefix(f"/t/{world.secretary.tenant.slug}").split("?")[0]
    words = main_of(await world.secretary.get(newer)).text_content()
    assert "第2版" in words
    assert "写错了" in words
    assert "请假后补学" in words
    assert "打开最新的一版" in main_of(await world.secretary.get(path)).text_content()
    assert (await world.secretary.get(f"{newer}/withdraw")).status_code == 200
    assert (await world.secretary.post(f"{newer}/withdraw", reason="")).status_code == 422
    assert (await world.secretary.post(f"{newer}/withdraw", reason="重复")).status_code == 303
    assert "已撤回" in main_of(await world.secretary.get(newer)).text_content()


async def test_a_draft_is_kept_and_handed_in(world: World) -> None:
    kept = await world.secretary.post(f"{RECORD}?org=001", **record_fields(world, act="draft"))
    path = kept.headers["location"].removeprefix(f"/t/{world.secretary.tenant.slug}")
    assert path.startswith(f"{RECORD}?meeting=")
    shown = await world.secretary.get(path)
    assert "草稿已保存" in main_of(shown).text_content()
    assert "设责任区六处" in shown.text
    sent = await world.secretary.post(path, **record_fields(world))
    assert sent.headers["location"].endswith("done=approved")


async def test_planning_fills_from_the_last_time(world: World) -> None:
    await recorded(world)
    page = await world.secretary.get(f"{PLAN}?month=2026-11&org=001")
    document = html.document_fromstring(page.text)
    assert document.xpath("//input[@name='place-1']/@value") == ["理学楼402室"]
    theme = next(s for s in document.xpath("//section") if "11月主题党日" in s.text_content())
    assert theme.xpath(".//input[starts-with(@name,'day-')]/@value") == ["2026-11-17"]
    fields = {
        one.get("name"): one.get("value")
        for one in document.xpath("//form[contains(@class,'sheet')]//input[@type='text' or @checked]")
    }
    sent = await world.secretary.post(f"{PLAN}?month=2026-11&org=001", **fields)
    assert sent.status_code == 303, sent.text
    words = main_of(await world.secretary.get(f"{WORKBENCH}?month=2026-11")).text_content()
    assert "通知已发" in words
    calendar = main_of(await world.reader.get(CALENDAR)).text_content()
    assert "2026年11月17日" in calendar
    again = await world.secretary.get(f"{PLAN}?month=2026-11&org=001")
    assert "都已安排或开展" in main_of(again).text_content()


async def test_wrong_days_stand_beside_their_line(world: World) -> None:
    page = html.document_fromstring((await world.secretary.get(f"{PLAN}?month=2026-11&org=001")).text)
    fields = {
        one.get("name"): one.get("value")
        for one in page.xpath("//form[contains(@class,'sheet')]//input[@type='text' or @checked]")
    }
    sent = await world.secretary.post(f"{PLAN}?month=2026-11&org=001", **(fields | {"day-2": "2026-1-1"}))
    assert sent.status_code == 422
    assert 'href="#day-2"' in sent.text
    calendar = main_of(await world.reader.get(CALENDAR)).text_content()
    assert "2026年11月" not in calendar


async def test_the_calendar_file_keeps_to_its_form(world: World) -> None:
    await recorded(world, topic="安全生产与党员责任区建设专题学习交流，含实验室危险化学品台账管理")
    feed = await world.reader.get("/life/calendar.ics")
    assert feed.headers["content-type"].startswith("text/calendar")
    assert b"\n" not in feed.content.replace(b"\r\n", b"")
    lines = feed.content.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert any(line.startswith(b"DTSTART:20261020T060000Z") for line in lines)


async def test_foreign_and_unknown_are_the_same(world: World) -> None:
    path = await recorded(world)
    for form in ("", "/withdraw", "/dispute"):
        foreign = await world.stranger.get(path + form)
        unknown = await world.stranger.get(f"/life/meetings/{uuid.uuid4()}{form}")
        assert foreign.status_code == unknown.status_code == 404
        assert main_of(foreign).text_content() == main_of(unknown).text_content()
    meeting = path.rsplit("/", 1)[1]
    assert (await world.stranger.get(f"{RECORD}?meeting={meeting}")).status_code == 404
    assert (await world.stranger.get(f"{RECORD}?correct={meeting}")).status_code == 404
    assert (await world.stranger.post(f"{path}/confirm")).status_code == 404
    assert (await world.stranger.get(f"{WORKBENCH}?org=999")).status_code == 404
    assert "数学" not in (await world.stranger.get(f"{WORKBENCH}?org=001")).text
    assert (await world.reader.get(WORKBENCH)).status_code == 403
    assert (await world.reader.get(f"{path}/withdraw")).status_code == 403
    assert (await world.reader.get(f"{RECORD}?correct={meeting}")).status_code == 403


async def test_talks_and_committee_meetings_of_others_stay_private(world: World) -> None:
    one, two = world.people["王一"].hex, world.people["张三"].hex
    marks = {f"mark-{one}": "present", f"mark-{two}": "present"}
    said = {
        "day": "2026-10-21",
        "start": "9:00",
        "end": "9:30",
        "place": "办公室",
        "chair": "王一",
        "topic": "家里的事",
    }
    sent = await world.secretary.post(f"{RECORD}?org=001", kinds="heart_talk", **said, **marks)
    path = sent.headers["location"].removeprefix(f"/t/{world.secretary.tenant.slug}").split("?")[0]
    assert (await world.reader.get(path)).status_code == 404
    assert "家里的事" not in (await world.reader.get(CALENDAR)).text
    plan = {"day": "2026-11-05", "start": "9:00", "end": "9:30", "place": "办公室", "chair": "王一"}
    assert (await world.secretary.post(f"{PLAN}?org=001", kinds="committee_meeting", **plan)).status_code == 303
    assert "支委会" not in main_of(await world.reader.get(CALENDAR)).text_content()
    assert b"SUMMARY" not in (await world.reader.get("/life/calendar.ics")).content


async def test_off_means_unreachable(world: World, platform: Platform, parties: Parties) -> None:
    path = await recorded(world)
    async with platform.database.session(parties.home.id) as session:
        await switch(platform, session, Scope(parties.home, frozenset()), "orglife", on=False)
    nowhere = main_of(await world.secretary.get("/life/nowhere")).text_content()
    for gone in (WORKBENCH, RECORD, PLAN, CALENDAR, "/life/calendar.ics", "/life/approvals", path):
        answer = await world.secretary.get(gone)
        assert answer.status_code == 404
        assert main_of(answer).text_content() == nowhere


async def test_a_second_person_approves_or_sends_back(world: World, platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        query = "update tenant_setting set value = '{\"value\": true}' where tenant_id = :t and key = 'approval.second_person'"
        await session.execute(text(query), {"t": parties.home.id})
        other = await member(session, "周七", await session.merge(world.branch))
    approver = await sign_in(world.app, platform, parties.home, other.id, {"organizer": world.branch.id})
    path = await recorded(world)
    assert "等待审定" in main_of(await world.secretary.get(path)).text_content()
    assert path in (await approver.get("/life/approvals")).text
    assert (await world.secretary.post(f"{path}/approve")).status_code == 403
    assert (await approver.post(f"{path}/return", reason="")).status_code == 422
    assert (await approver.post(f"{path}/return", reason="缺决定")).status_code == 303
    assert "缺决定" in main_of(await world.secretary.get(path)).text_content()
    meeting = path.rsplit("/", 1)[1]
    again = await world.secretary.post(f"{RECORD}?meeting={meeting}", **record_fields(world))
    assert again.headers["location"].endswith("done=submitted")
    assert (await approver.post(f"{path}/approve")).status_code == 303
    assert "已生效" in main_of(await approver.get(path)).text_content()
    assert path not in (await approver.get("/life/approvals")).text


async def test_tasks_are_closed_and_seen_by_their_owner(world: World, platform: Platform, parties: Parties) -> None:
    path = await recorded(world)
    page = html.document_fromstring((await world.secretary.get(path)).text)
    close = next(action for action in page.xpath("//form/@action") if action.endswith("/close"))
    owner = await sign_in(world.app, platform, parties.home, world.people["张三"], {})
    assert "张贴名单" in main_of(await owner.get(path)).text_content()
    assert "张贴名单" not in main_of(await world.reader.get(path)).text_content()
    assert (await world.secretary.post(close.removeprefix(f"/t/{parties.home.slug}"))).status_code == 303
    assert "2026-10-31办结" in main_of(await world.secretary.get(path)).text_content().replace(" ", "")


async def test_pages_ask_the_database_little(world: World, platform: Platform) -> None:
    path = await recorded(world)
    meeting = path.rsplit("/", 1)[1]
    seen: list[str] = []
    engine = platform.database.engine.sync_engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    counts = {}
    for who, page in (
        (world.secretary, WORKBENCH), (world.secretary, f"{RECORD}?org=001&kind=theme_day"),
        (world.secretary, f"{RECORD}?correct={meeting}"), (world.secretary, f"{PLAN}?org=001&kind=theme_day"),
        (world.secretary, f"{PLAN}?month=2026-11&org=001"), (world.secretary, path), (world.reader, path),
        (world.reader, CALENDAR), (world.reader, "/life/calendar.ics"), (world.secretary, "/life/approvals"),
    ):  # fmt: skip
        seen.clear()
        assert (await who.get(page)).status_code == 200
        counts["secretary" if who is world.secretary else "member", page.replace(meeting, "ID")] = len(seen)
    event.remove(engine, "before_cursor_execute", note)
    assert max(counts.values()) <= 25, counts


def test_proposals_keep_the_place_in_the_month_and_leave_taken_days() -> None:
    november = (dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    today = dt.date(2026, 10, 31)
    assert day_ahead(november, dt.date(2026, 10, 20), today) == dt.date(2026, 11, 17)
    assert day_ahead(november, None, today) == dt.date(2026, 11, 3)
    assert day_ahead(november, None, today, [dt.date(2026, 11, 3)]) == dt.date(2026, 11, 10)
    assert day_ahead(november, dt.date(2026, 10, 20), today, [dt.date(2026, 11, 17)]) != dt.date(2026, 11, 17)
    assert day_ahead((dt.date(2026, 10, 1), today), None, today) == today
    september = (dt.date(2026, 9, 1), dt.date(2026, 9, 30))
    assert day_held(september, dt.date(2026, 10, 20), today) == dt.date(2026, 9, 15)
    assert day_held(september, None, today) == dt.date(2026, 9, 30)
    assert day_held((dt.date(2026, 10, 1), dt.date(2026, 12, 31)), None, today) == today

"""Who saw my data, for the person; the search, for the auditor; opening a record leaves a row."""

from typing import Any

import pytest
from sqlalchemy import select

from zhibu_core.audit import AuditEntry
from zhibu_core.audit.nightly import check_tenant
from zhibu_core.audit.seals import seal_tenant
from zhibu_core.platform import Platform
from zhibu_core.tenancy.session import instant_of
from zhibu_testing.town import ask, statements_of, text_of, world

__all__ = ["ask", "statements_of", "text_of", "world"]
CITIZEN_ID = "990101199001010017"
SECRETS = (CITIZEN_ID, "13800001234", "云汀省云汀市学府路1号")


async def entries(platform: Platform, town: Any, action: str) -> list[AuditEntry]:
    async with platform.database.session(town.tenant.id) as session:
        return list(await session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


async def test_opening_somebody_elses_record_leaves_a_row(world: Any, platform: Platform) -> None:
    first = world.home.people["张一"]
    assert (await world.home.organizer.get(f"/people/members/{first.id}")).status_code == 200
    (kept,) = await entries(platform, world.home, "member.read")
    assert (kept.object_id, kept.actor_id, kept.fields) == (first.id, world.home.people["organizer"].id, ["record"])
    await world.home.secretary.get(f"/people/members/{first.id}")  # 张一 opens the own record
    await world.home.secretary.get(f"/people/members/{world.home.people['钱甲'].id}")  # out of reach: not found
    assert len(await entries(platform, world.home, "member.read")) == 1


async def test_a_member_sees_who_by_name_role_time_fields_and_purpose(world: Any, text_of: Any) -> None:
    second = world.home.people["王二"].id
    assert "还没有他人打开过" in text_of((await world.home.member.get("/me/accesses")).text)
    await world.home.secretary.get(f"/people/members/{second}")
    await world.home.organizer.post(f"/people/members/{second}/unmask", purpose="核对转接介绍信")
    await world.home.organizer.get(f"/people/members/{world.home.people['张一'].id}")
    await world.home.member.get("/me")
    said = text_of((await world.home.member.get("/me/accesses")).text)
    assert "张一，支部书记" in said
    assert "示例organizer，组织员" in said
    assert "身份证号，手机号码，固定电话，住址" in said
    assert "用途：核对转接介绍信" in said
    assert said.index("示例organizer") < said.index("张一")
    assert "citizen_id" not in said
    assert said.count("支部书记") == 1
    assert "/me/accesses" in (await world.home.member.get("/me")).text


async def test_nobody_sees_another_persons_accesses(world: Any, text_of: Any) -> None:
    await world.home.organizer.get(f"/people/members/{world.home.people['张一'].id}")
    assert "示例organizer" not in text_of((await world.home.member.get("/me/accesses")).text)
    assert "示例organizer" not in text_of((await world.neighbour.secretary.get("/me/accesses")).text)
    assert "示例organizer" in text_of((await world.home.secretary.get("/me/accesses")).text)


@pytest.mark.parametrize("role", ["organizer", "secretary", "member", "admin"])
async def test_only_the_auditor_searches(world: Any, role: str) -> None:
    assert (await world.home.browsers[role].get("/audit")).status_code == 403


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("", "示例organizer", "隔壁"),
        ("person=张一", "核对", "李三"),
        ("person=T001", "王二", "核对"),
        ("person=nobody", "没有符合", "示例organizer，"),
        ("action=member.unmask", "查看完整信息", "打开档案"),
        ("object=tenant", "开通租户", "核对"),
        ("since=2020-01-01&until=2020-12-31", "没有符合", "核对"),
        ("until=2999-01-01", "核对", "没有符合"),
        ("since=nonsense", "请按 2026-09-01 的样子填写日期", "没有符合"),
    ],
)
async def test_the_auditor_searches(world: Any, text_of: Any, query: str, seen: str, unseen: str) -> None:
    people = world.home.people
    await world.home.organizer.get(f"/people/members/{people['王二'].id}")
    await world.home.organizer.post(f"/people/members/{people['张一'].id}/unmask", purpose="核对")
    answer = await world.home.auditor.get(f"/audit?{query}")
    said = text_of(answer.text)
    assert seen in said
    assert unseen not in said
    assert answer.status_code == (422 if "nonsense" in query else 200)
    assert not any(secret in answer.text for secret in SECRETS)


async def test_a_search_for_a_person_is_a_deed(world: Any, platform: Platform) -> None:
    await world.home.auditor.get("/audit")
    assert await entries(platform, world.home, "audit.read") == []
    await world.home.auditor.get("/audit?person=张一")
    (kept,) = await entries(platform, world.home, "audit.read")
    assert (kept.actor_id, kept.fields) == (world.home.people["auditor"].id, ["person"])


async def test_pages_follow_each_other(world: Any, text_of: Any) -> None:
    for _ in range(53):
        await world.home.organizer.get(f"/people/members/{world.home.people['王二'].id}")
    first = await world.home.auditor.get("/audit?action=member.read")
    assert "本页50条" in text_of(first.text)
    after = first.text.split("after=")[1].split('"')[0]
    assert "本页3条" in text_of((await world.home.auditor.get(f"/audit?action=member.read&after={after}")).text)
    assert (await world.home.auditor.get("/audit?after=xyz")).status_code == 404


async def test_the_latest_check_is_shown(world: Any, platform: Platform, text_of: Any) -> None:
    assert "审计还没有核验过" in text_of((await world.home.auditor.get("/audit")).text)
    async with platform.database.session(world.home.tenant.id) as session:
        now = instant_of(session)
    await seal_tenant(platform, world.home.tenant.id, now=now)
    await check_tenant(platform, world.home.tenant.id, now)
    assert "审计记录完整" in text_of((await world.home.auditor.get("/audit")).text)


@pytest.mark.parametrize(("role", "path", "limit"), [("auditor", "/audit", 11), ("member", "/me/accesses", 10)])
async def test_few_statements(
    world: Any, platform: Platform, statements_of: Any, role: str, path: str, limit: int
) -> None:
    for person in ("张一", "王二"):
        await world.home.organizer.get(f"/people/members/{world.home.people[person].id}")
    with statements_of(platform) as seen:
        assert (await world.home.browsers[role].get(path)).status_code == 200
    assert len(seen) <= limit


async def test_in_english(world: Any, ask: Any) -> None:
    await world.home.organizer.get(f"/people/members/{world.home.people['王二'].id}")
    own = await ask(world.home.member, "GET", "/me/accesses", cookies="zhibu-lang=en")
    assert "organizer" in own.text
    assert "opened the record" in own.text
    every = await ask(world.home.auditor, "GET", "/audit", cookies="zhibu-lang=en")
    assert "The audit has not been checked yet" in every.text

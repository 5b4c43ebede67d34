"""Members, one's own record and roles: who may see whom, what is covered, what the audit keeps."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from zhibu_core.audit import AuditEntry
from zhibu_core.platform import Platform

CITIZEN_ID = "990101199001010017"


async def test_the_list_is_by_surname_and_within_reach(world: Any, text_of: Any) -> None:
    answer = await world.home.secretary.get("/people/members")
    said = text_of(answer.text)
    assert said.index("陈五") < said.index("李三") < said.index("张一") < said.index("赵四")
    assert "钱甲" not in said
    assert "钱甲" in text_of((await world.home.organizer.get("/people/members")).text)


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("name=张", "张一", "王二"),
        ("organization=112", "钱甲", "张一"),
        ("organization=数学第二党支部", "钱甲", "张一"),
        ("class=full_member&status=normal", "张一", "没有符合"),
        ("status=ended", "没有符合", "张一"),
        ("organization=nowhere", "没有符合", "张一"),
    ],
)
async def test_filters(world: Any, text_of: Any, query: str, seen: str, unseen: str) -> None:
    said = text_of((await world.home.organizer.get(f"/people/members?{query}")).text)
    assert seen in said
    assert unseen not in said


async def test_a_wrong_cursor_is_not_found(world: Any) -> None:
    assert (await world.home.organizer.get("/people/members?after=xyz")).status_code == 404


async def test_record_covers_what_is_sensitive(world: Any, text_of: Any) -> None:
    answer = await world.home.organizer.get(f"/people/members/{world.home.people['张一'].id}")
    said = text_of(answer.text)
    assert "990***********0017" in said
    assert "138****1234" in said
    assert CITIZEN_ID not in answer.text
    assert "云汀省云汀市***" in said
    assert "书记" in said


async def test_a_neighbours_person_answers_like_an_unknown_one(world: Any) -> None:
    foreign, unknown = world.neighbour.people["张一"].id, uuid.uuid4()
    for path in ("/people/members/{}", "/people/members/{}/unmask"):
        answers = [await world.home.organizer.get(path.format(key)) for key in (foreign, unknown)]
        assert [answer.status_code for answer in answers] == [404, 404]
        bodies = [answer.text.replace(str(foreign), "ID").replace(str(unknown), "ID") for answer in answers]
        assert bodies[0] == bodies[1]


async def test_somebody_of_another_branch_is_not_found(world: Any) -> None:
    assert (await world.home.secretary.get(f"/people/members/{world.home.people['钱甲'].id}")).status_code == 404


async def test_showing_asks_the_purpose_and_is_audited(world: Any, platform: Platform) -> None:
    person = world.home.people["张一"].id
    path = f"/people/members/{person}/unmask"
    assert "记入审计" in (await world.home.organizer.get(path)).text
    refused = await world.home.organizer.post(path, purpose="  ")
    assert refused.status_code == 422
    assert CITIZEN_ID not in refused.text
    shown = await world.home.organizer.post(path, purpose="核对转接介绍信")
    assert shown.status_code == 200
    assert CITIZEN_ID in shown.text
    assert "no-store" in shown.headers["cache-control"]
    async with platform.database.session(world.home.tenant.id) as session:
        kept = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "member.unmask"))).one()
    assert (kept.object_id, kept.purpose) == (person, "核对转接介绍信")
    assert kept.fields == ["citizen_id", "phone", "telephone", "address"]
    assert CITIZEN_ID not in (await world.home.organizer.get(f"/people/members/{person}")).text


@pytest.mark.parametrize("role", ["secretary", "auditor", "member", "admin"])
async def test_others_may_not_see_whole_values(world: Any, role: str) -> None:
    path = f"/people/members/{world.home.people['张一'].id}/unmask"
    assert (await world.home.browsers[role].get(path)).status_code == 403
    assert (await world.home.browsers[role].post(path, purpose="看看")).status_code == 403


async def test_admin_reads_no_members(world: Any) -> None:
    for path in ("/people/members", f"/people/members/{world.home.people['张一'].id}", "/me"):
        assert (await world.home.admin.get(path)).status_code == 403


async def test_my_record_is_mine(world: Any, text_of: Any) -> None:
    said = text_of((await world.home.member.get("/me")).text)
    assert "我的档案" in said
    assert "数学第一党支部" in said
    assert "到会" in said
    assert "钱甲" not in said


async def test_my_roles(world: Any, text_of: Any) -> None:
    said = text_of((await world.home.secretary.get("/me/identity")).text)
    assert "支部书记" in said
    assert "由管理员授权" in said
    assert "因隶属党支部而有" in said

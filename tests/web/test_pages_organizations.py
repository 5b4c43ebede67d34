"""The tree, also of another day, and the page of one organization."""

import datetime as dt
from typing import Any

from zhibu_core.organization.tree import by_code, move
from zhibu_core.platform import Platform
from zhibu_core.tenancy.session import tenant_of
from zhibu_testing.factories import organization


async def test_the_tree_as_of_a_day(world: Any, platform: Platform, text_of: Any) -> None:
    async with platform.database.session(world.home.tenant.id) as session:
        assert tenant_of(session) == world.home.tenant.id
        top = await by_code(session, "1")
        await organization(
            session, "12", kind="general_branch", parent=top, name="物理党总支", founded_on=dt.date(2020, 5, 1)
        )
        await move(session, await by_code(session, "112"), await by_code(session, "12"), dt.date(2026, 3, 1))
    now = text_of((await world.home.organizer.get("/people/organizations")).text)
    assert now.index("物理党总支") < now.index("数学第二党支部")
    before = text_of((await world.home.organizer.get("/people/organizations?day=2021-01-01")).text)
    assert before.index("数学第二党支部") < before.index("物理党总支")
    assert "物理党总支" not in text_of((await world.home.organizer.get("/people/organizations?day=2016-01-01")).text)


async def test_a_wrong_day_is_said(world: Any) -> None:
    answer = await world.home.organizer.get("/people/organizations?day=2026-02-30")
    assert answer.status_code == 422
    assert "2026-02-30" in answer.text
    assert "有误" in answer.text


async def test_one_organization(world: Any, text_of: Any) -> None:
    said = text_of((await world.home.organizer.get("/people/organizations/111")).text)
    assert "2024-01-15至2027-01-15" in said
    assert "还有76天" in said
    assert "8人" in said
    assert "张一" in said
    parent = text_of((await world.home.organizer.get("/people/organizations/11")).text)
    assert "直属下级" in parent
    assert "未完成" in parent


async def test_sizes_that_do_not_fit_are_said(world: Any, text_of: Any) -> None:
    said = text_of((await world.home.organizer.get("/people/organizations/112")).text)
    assert "正式党员人数少于党支部的要求" in said


async def test_admin_reads_organizations_without_members(world: Any, text_of: Any) -> None:
    said = text_of((await world.home.admin.get("/people/organizations/111")).text)
    assert "2024-01-15" in said
    assert "张一" not in said
    assert "8人" not in said


async def test_out_of_reach_answers_like_unknown(world: Any, platform: Platform) -> None:
    async with platform.database.session(world.neighbour.tenant.id) as session:
        await organization(session, "777", kind="committee")
    answers = [await world.home.organizer.get(f"/people/organizations/{code}") for code in ("777", "778")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace("777", "N") == answers[1].text.replace("778", "N")
    assert (await world.home.secretary.get("/people/organizations/112")).status_code == 404

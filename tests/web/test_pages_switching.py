"""Plugins and roles: what is shown before a switch, that it closes doors, and who may grant what."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from zhibu_core.identity.models import RoleGrant
from zhibu_core.platform import Platform


async def test_switching_off_is_shown_before_and_closes(world: Any, text_of: Any) -> None:
    admin = world.home.admin
    assert "学习" in text_of((await admin.get("/plugins")).text)
    before = text_of((await admin.get("/plugins/learning")).text)
    assert "将会关闭" in before
    assert "学时" in before
    done = await admin.post("/plugins/learning", on="0")
    assert done.status_code == 303
    assert "“学习”已停用" in text_of(
        (await admin.get(done.headers["location"].removeprefix(f"/t/{world.home.tenant.slug}"))).text
    )
    assert (await world.home.member.get("/rules/learning.study_hours")).status_code == 404
    assert (await world.neighbour.member.get("/rules/learning.study_hours")).status_code == 200
    assert (await admin.post("/plugins/learning", on="1")).status_code == 303
    assert (await world.home.member.get("/rules/learning.study_hours")).status_code == 200


async def test_an_unknown_plugin_and_a_wrong_form(world: Any) -> None:
    assert (await world.home.admin.get("/plugins/nothing")).status_code == 404
    assert (await world.home.admin.post("/plugins/learning", on="perhaps")).status_code == 422


@pytest.mark.parametrize("role", ["member", "secretary", "organizer"])
async def test_others_do_not_see_plugins_or_roles(world: Any, role: str) -> None:
    for path in ("/plugins", "/plugins/learning", "/people/roles"):
        assert (await world.home.browsers[role].get(path)).status_code == 403


async def test_the_auditor_reads_and_changes_nothing(world: Any, text_of: Any) -> None:
    said = text_of((await world.home.auditor.get("/people/roles")).text)
    assert "支部书记" in said
    assert (await world.home.auditor.post("/people/roles", person="T001", role="member")).status_code == 403
    assert (await world.home.auditor.post("/plugins/learning", on="0")).status_code == 403


async def test_a_role_is_granted_and_ended(world: Any, platform: Platform, text_of: Any) -> None:
    admin = world.home.admin
    done = await admin.post("/people/roles", person="T002", role="secretary", node="112", until="2027-08-31")
    assert done.status_code == 303
    said = text_of((await admin.get("/people/roles")).text)
    assert "李三" in said
    assert "至2027-08-31" in said
    async with platform.database.session(world.home.tenant.id) as session:
        person = world.home.people["李三"].id
        grant = (await session.scalars(select(RoleGrant).where(RoleGrant.person_id == person))).one()
    assert (await admin.post(f"/people/roles/{grant.id}/end")).status_code == 303
    assert "至2027-08-31" not in text_of((await admin.get("/people/roles")).text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"person": "", "role": "member"}, "工号或学号"),
        ({"person": "nobody", "role": "member"}, "没有找到"),
        ({"person": "T001", "role": "king"}, "没有角色"),
        ({"person": "T001", "role": "member", "node": "nowhere"}, "nowhere"),
        ({"person": "T001", "role": "member", "until": "2020-01-01"}, "已过"),
        ({"person": "T001", "role": "member", "until": "soon"}, "soon"),
    ],
)
async def test_what_is_wrong_is_said_and_kept(world: Any, fields: dict[str, str], said: str) -> None:
    answer = await world.home.admin.post("/people/roles", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{fields["person"]}"' in answer.text


async def test_a_grant_of_the_neighbour_is_not_found(world: Any, platform: Platform) -> None:
    async with platform.database.session(world.neighbour.tenant.id) as session:
        foreign = (await session.scalars(select(RoleGrant).where(RoleGrant.role == "admin"))).one()
    for key in (foreign.id, uuid.uuid4()):
        assert (await world.home.admin.post(f"/people/roles/{key}/end")).status_code == 404
    async with platform.database.session(world.neighbour.tenant.id) as session:
        again = (await session.scalars(select(RoleGrant).where(RoleGrant.id == foreign.id))).one()
    assert again.until is None or again.until >= dt.date(2026, 10, 31)

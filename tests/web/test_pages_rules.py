"""Rules can be read: text, source, article or that it is not verified, versions, what the tenant changed."""

import datetime as dt
from typing import Any

from zhibu_core.ledger.models import RuleLayer
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id


async def test_all_packs_are_listed(world: Any, text_of: Any) -> None:
    said = text_of((await world.home.member.get("/rules")).text)
    assert "主题党日" in said
    assert "按期换届" in said
    assert "条次未核实" in said


async def test_one_rule_with_its_versions(world: Any, text_of: Any) -> None:
    said = text_of((await world.home.member.get("/rules/orglife.theme_day")).text)
    assert said.index("2019-05-06") < said.index("2018-10-28")
    assert "第16条" in said
    assert "每月1次" in said
    assert "现行" in said


async def test_an_unknown_rule(world: Any) -> None:
    assert (await world.home.member.get("/rules/orglife.nothing")).status_code == 404


async def test_what_the_tenant_changed(world: Any, platform: Platform, text_of: Any) -> None:
    layer = RuleLayer(
        id=new_id(),
        rule="orglife.member_meeting",
        effective_from=dt.date(2026, 1, 1),
        parameters={"remind_days": 14},
        reason="提前两周准备",
    )
    async with platform.database.session(world.home.tenant.id) as session:
        session.add(layer)
    said = text_of((await world.home.member.get("/rules/orglife.member_meeting")).text)
    assert "本单位调整：提前两周准备" in said
    assert "提前提醒天数" in said
    other = text_of((await world.neighbour.member.get("/rules/orglife.member_meeting")).text)
    assert "提前两周准备" not in other

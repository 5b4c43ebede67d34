"""The sheets 必修课程 and 学习记录 through the product's own import."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from zhibu_core.platform import Platform
from zhibu_learning.models import Course, Training
from zhibu_learning.training import withdraw_training
from zhibu_testing.fixtures import Parties

COURSE = {
    "课程代码": "K2602", "课程名称": "细则解读", "学时": "3", "内容类别": "党章党规党纪", "完成期限": "2026-06-30", "对象": "全体党员",
}  # fmt: skip
SESSION = {
    "姓名": "王一", "工号/学号": "T0001", "所在党支部": "化工学院第一党支部", "学习日期": "2026-04-20", "学时": "6", "内容类别": "政治理论",
    "学习形式": "集中轮训", "主办单位": "化工学院第一党支部", "证明材料": "签到表", "课程代码": "", "支部确认": "是",
}  # fmt: skip
ONLINE = SESSION | {
    "学习形式": "网络学习",
    "证明材料": "学习证书",
    "课程代码": "K2602",
    "学时": "3",
    "内容类别": "党章党规党纪",
}
ALONE = SESSION | {
    "姓名": "李二",
    "工号/学号": "T0002",
    "学习形式": "自学",
    "证明材料": "读书笔记",
    "支部确认": "否",
    "所在党支部": "",
}


@pytest.fixture
def world(tree_and_roster: dict[str, Any]) -> dict[str, Any]:
    return {**tree_and_roster, "必修课程": [COURSE], "学习记录": [SESSION, ONLINE, ALONE]}


async def in_force(platform: Platform, parties: Parties, facts: Any, kind: str) -> list[Any]:
    async with platform.database.session(parties.home.id) as session:
        found: list[Any] = await facts(session, kind)
        return found


async def test_entries_and_courses_become_rows_and_facts(
    platform: Platform, parties: Parties, importing: Any, world: dict[str, Any], facts: Any
) -> None:
    outcome = await importing(**world)
    assert (outcome.counts.new, outcome.wrong) == (8, 0)
    trainings = await in_force(platform, parties, facts, "training")
    assert {(f.code, f.mark, f.quantity, f.grade, f.detail["form"], f.detail["counted"]) for f in trainings} == {
        ("001001", None, 6.0, "imported", "session", True),
        ("001001", "K2602", 3.0, "imported", "online", True),
        ("001001", None, 6.0, "imported", "self_study", False),
    }
    (required,) = await in_force(platform, parties, facts, "course_required")
    assert (required.code, required.mark, required.until_on, required.happened_on) == (
        "001", "K2602", dt.date(2026, 6, 30), dt.date(2026, 6, 30),
    )  # fmt: skip


async def test_a_second_import_changes_nothing(
    platform: Platform, parties: Parties, importing: Any, world: dict[str, Any], facts: Any
) -> None:
    await importing(**world)
    before = [fact.id for fact in await in_force(platform, parties, facts, "training")]
    outcome = await importing(**world)
    assert (outcome.counts.new, outcome.counts.changed, outcome.counts.same) == (0, 0, 8)
    assert outcome.changes == []
    assert [fact.id for fact in await in_force(platform, parties, facts, "training")] == before


async def test_a_changed_value_is_shown_and_supersedes_the_fact(
    platform: Platform, parties: Parties, importing: Any, world: dict[str, Any], facts: Any
) -> None:
    await importing(**world)
    outcome = await importing(
        学习记录=[SESSION | {"学时": "4"}, ONLINE], 必修课程=[COURSE | {"完成期限": "2026-07-31"}]
    )
    assert {(c.sheet.profile.key, c.row, c.column, c.old, c.new) for c in outcome.changes} == {
        ("training", 2, "hours", 6.0, 4.0),
        ("course", 2, "deadline", dt.date(2026, 6, 30), dt.date(2026, 7, 31)),
    }
    hours = [fact.quantity for fact in await in_force(platform, parties, facts, "training") if fact.detail["counted"]]
    assert sorted(hours) == [3.0, 4.0]
    (required,) = await in_force(platform, parties, facts, "course_required")
    assert required.until_on == dt.date(2026, 7, 31)


async def test_alike_entries_are_told_apart_by_their_order(
    platform: Platform, parties: Parties, importing: Any, world: dict[str, Any]
) -> None:
    world["学习记录"] = [SESSION, SESSION | {"证明材料": "下午签到表", "学时": "2"}]
    await importing(**world)
    outcome = await importing(**world)
    assert outcome.changes == []
    async with platform.database.session(parties.home.id) as session:
        rows = await session.scalars(select(Training).order_by(Training.occurrence))
        assert [(row.occurrence, row.hours, row.evidence) for row in rows] == [
            (1, 6.0, "签到表"),
            (2, 2.0, "下午签到表"),
        ]


async def test_a_withdrawn_entry_stays_withdrawn(
    platform: Platform, parties: Parties, scope: Any, importing: Any, world: dict[str, Any], facts: Any
) -> None:
    await importing(**world)
    async with platform.database.session(parties.home.id) as session:
        entry = await session.scalar(select(Training).where(Training.form == "session"))
        assert entry is not None
        await withdraw_training(session, scope, entry.id, reason="不是本支部的活动")
    await importing(学习记录=[SESSION | {"学时": "5"}])
    forms = [fact.detail["form"] for fact in await in_force(platform, parties, facts, "training")]
    assert sorted(forms) == ["online", "self_study"]


async def test_an_unknown_course_is_refused_and_a_known_one_is_remembered(
    importing: Any, world: dict[str, Any]
) -> None:
    await importing(**world)
    later = ONLINE | {"学习日期": "2026-05-06"}
    outcome = await importing(学习记录=[later, later | {"课程代码": "K9"}])
    assert [wrong.code for sheet in outcome.reading.sheets for wrong in sheet.wrong] == ["course_unknown"]
    assert outcome.counts.new == 1


async def test_a_neighbour_gets_nothing(
    platform: Platform, parties: Parties, importing: Any, world: dict[str, Any]
) -> None:
    await importing(**world)
    async with platform.database.session(parties.neighbour.id) as session:
        assert list(await session.scalars(select(Training))) == []
        assert list(await session.scalars(select(Course))) == []
        for table in ("learning_training", "learning_course"):
            count = text(f"select count(*) from {table} where tenant_id = :t")
            assert await session.scalar(count, {"t": parties.home.id}) == 0

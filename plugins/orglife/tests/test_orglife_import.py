"""The sheet 会议记录: what its lists mean, that it is written once, and what a changed row does."""

import csv
import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.imports.engine import Outcome, run_import
from zhibu_core.ledger.models import Fact
from zhibu_core.platform import Platform
from zhibu_orglife.approving import withdraw_meeting
from zhibu_orglife.importing.rows import lists_of, read_roll
from zhibu_orglife.models import Attendance, Meeting
from zhibu_orglife.recording import correct_meeting
from zhibu_testing.fixtures import Parties, all_powers

HEADINGS = [
    "党支部",
    "党小组",
    "活动类型",
    "开始时间",
    "结束时间",
    "地点",
    "主持人",
    "记录人",
    "应到人员",
    "实到人员",
    "迟到人员",
    "请假人员",
    "缺席人员",
    "补学人员",
    "议题",
    "决议",
    "附件数",
    "交办事项数",
    "按期办结数",
    "记录提交日期",
]
THEME_DAY = {
    "党支部": "第001党支部", "活动类型": "主题党日、党课", "开始时间": "2026-10-20 14:00", "结束时间": "2026-10-20 15:30",
    "地点": "线上会议", "主持人": "王一", "记录人": "李二", "应到人员": "王一、李二、张三、赵四、钱五", "实到人员": "王一、李二",
    "迟到人员": "李二", "请假人员": "张三、赵四", "缺席人员": "钱五", "补学人员": "赵四、钱五", "议题": "学习党章党规",
    "附件数": "2", "交办事项数": "2", "按期办结数": "1", "记录提交日期": "2026-10-28",
}  # fmt: skip
TALK = {
    "党支部": "第001党支部", "活动类型": "谈心谈话", "开始时间": "2026-10-20 14:00", "主持人": "王一",
    "应到人员": "王一、李二", "实到人员": "王一、李二", "记录提交日期": "2026-10-21",
}  # fmt: skip

Import = Callable[..., Awaitable[Outcome]]


@pytest_asyncio.fixture(loop_scope="session")
async def home(platform: Platform, parties: Parties, make_branch: Any) -> Any:
    """A branch of the home tenant, committed."""
    async with platform.database.session(parties.home.id) as session:
        return await make_branch(session)


@pytest.fixture
def bring_in(platform: Platform, parties: Parties, home: Any, tmp_path: Path) -> Import:
    """Imports rows of the sheet, written as a file."""

    async def bring(*rows: dict[str, str], dry_run: bool = False) -> Outcome:
        path = tmp_path / "会议记录.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, HEADINGS)
            writer.writeheader()
            writer.writerows(rows)
        powers = await all_powers(platform, parties.home, home.people["王一"])
        return await run_import(platform, powers, [path], dry_run=dry_run)

    return bring


def _counts(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.counts.new, outcome.counts.changed, outcome.counts.same


async def _in_force(session: AsyncSession) -> set[tuple[Any, ...]]:
    rows = await session.execute(
        text(
            """select f.kind, p.name, f.mark, f.grade from fact f
            left join person p on p.tenant_id = f.tenant_id and p.id = f.person_id where f.tenant_id = :t
            and not exists (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id)"""
        ),
        {"t": session.info["tenant"]},
    )
    return {tuple(row) for row in rows}


def test_lists_give_one_mark_each() -> None:
    lists: dict[str, list[Any]] = {
        "due": [1, 2, 3, 4, 5, 6], "present": [1, 2], "late": [2, 7], "leave": [3, 4], "absent": [5], "makeup": [4, 5, 8, 1],
    }  # fmt: skip
    roll = read_roll(lists)
    assert roll == {
        1: "present", 2: "late", 3: "leave", 4: "leave_makeup", 5: "makeup", 6: "absent", 7: "late", 8: "makeup",
    }  # fmt: skip
    assert read_roll(lists_of(roll)) == roll


async def test_a_row_becomes_an_approved_record(
    platform: Platform, parties: Parties, home: Any, bring_in: Import
) -> None:
    outcome = await bring_in(THEME_DAY, TALK, THEME_DAY)
    assert _counts(outcome) == (2, 0, 0)
    async with platform.database.session(parties.home.id) as session:
        meeting = (await session.scalars(select(Meeting).where(Meeting.topic != ""))).one()
        assert (meeting.state, meeting.origin, meeting.online, meeting.version) == ("approved", "imported", True, 1)
        assert (meeting.tasks, meeting.tasks_closed, meeting.attachments) == (2, 1, 2)
        assert (meeting.held_on, meeting.submitted_on) == (dt.date(2026, 10, 20), dt.date(2026, 10, 28))
        assert meeting.starts_at == dt.datetime(2026, 10, 20, 6, tzinfo=dt.UTC)
        assert await _in_force(session) == {
            ("activity", None, None, "imported"), ("theme_day", None, None, "imported"),
            ("party_class", None, None, "imported"), ("heart_talk", None, None, "imported"),
            ("attendance", "王一", "present", "imported"), ("attendance", "李二", "late", "imported"),
            ("attendance", "李二", "present", "imported"), ("attendance", "张三", "leave", "imported"),
            ("attendance", "赵四", "leave_makeup", "imported"), ("attendance", "钱五", "makeup", "imported"),
            ("talk", "王一", None, "imported"), ("talk", "李二", None, "imported"),
        }  # fmt: skip
        activity = (
            await session.scalars(select(Fact).where(Fact.kind == "activity", Fact.until_on == dt.date(2026, 10, 28)))
        ).one()
        assert activity.detail == {"kinds": ["party_class", "theme_day"], "tasks": 2, "tasks_closed": 1}
        assert activity.record_id == meeting.id
    async with platform.database.session(parties.neighbour.id) as session:
        assert (await session.scalars(select(Meeting))).all() == []
        assert (await session.scalars(select(Attendance))).all() == []


async def test_the_same_file_again_changes_nothing(platform: Platform, parties: Parties, bring_in: Import) -> None:
    await bring_in(THEME_DAY, TALK)
    reordered = THEME_DAY | {"活动类型": "上党课 主题党日", "应到人员": "钱五,赵四,张三,李二,王一"}
    for rows in ((THEME_DAY, TALK), (TALK, reordered)):
        outcome = await bring_in(*rows)
        assert (_counts(outcome), outcome.changes) == ((0, 0, 2), [])
    async with platform.database.session(parties.home.id) as session:
        assert len((await session.scalars(select(Meeting))).all()) == 2
        assert len((await session.scalars(select(Fact))).all()) == 14


async def test_a_changed_row_is_shown_and_supersedes(platform: Platform, parties: Parties, bring_in: Import) -> None:
    await bring_in(THEME_DAY, TALK)
    changed = THEME_DAY | {
        "地点": "理学楼",
        "议题": "",
        "实到人员": "王一、李二、钱五",
        "缺席人员": "",
        "补学人员": "赵四",
    }
    preview = await bring_in(changed, TALK, dry_run=True)
    outcome = await bring_in(changed, TALK)
    assert _counts(preview) == _counts(outcome) == (0, 1, 1)
    shown = {(change.row, change.column, change.old, change.new) for change in outcome.changes}
    assert (2, "place", "线上会议", "理学楼") in shown
    assert {column for _, column, _, _ in shown} == {"place", "present", "absent", "makeup"}
    assert (2, "absent", ("钱五",), ()) in shown
    async with platform.database.session(parties.home.id) as session:
        versions = list(
            await session.scalars(select(Meeting).where(Meeting.kinds != ["heart_talk"]).order_by(Meeting.version))
        )
        assert [(m.version, m.state, m.topic) for m in versions] == [
            (1, "replaced", "学习党章党规"),
            (2, "approved", "学习党章党规"),
        ]
        held = await _in_force(session)
        assert ("attendance", "钱五", "present", "imported") in held
        assert ("attendance", "钱五", "makeup", "imported") not in held
        assert len(held) == 12
    assert _counts(await bring_in(changed, TALK)) == (0, 0, 2)


async def test_what_a_person_corrected_is_shown_before_a_sheet_replaces_it(
    platform: Platform, parties: Parties, home: Any, bring_in: Import
) -> None:
    await bring_in(TALK)
    powers = await all_powers(platform, parties.home, home.people["王一"])
    async with platform.database.session(parties.home.id) as session:
        (meeting,) = await session.scalars(select(Meeting))
        said = home.minutes(kinds=("heart_talk",), place="谈话室")
        await correct_meeting(session, powers, meeting.id, said, reason="补记")
    outcome = await bring_in(TALK, dry_run=True)
    assert _counts(outcome) == (0, 1, 0)
    assert {change.column for change in outcome.changes} == {"due", "present", "leave"}
    assert _counts(await bring_in(TALK | {"应到人员": "", "实到人员": "", "记录提交日期": ""})) == (0, 0, 1)


async def test_a_withdrawn_record_is_not_brought_back_by_the_same_words(
    platform: Platform, parties: Parties, home: Any, bring_in: Import
) -> None:
    await bring_in(TALK)
    powers = await all_powers(platform, parties.home, home.people["王一"])
    async with platform.database.session(parties.home.id) as session:
        (meeting,) = await session.scalars(select(Meeting))
        await withdraw_meeting(session, powers, meeting.id, reason="没有谈")
    assert _counts(await bring_in(TALK)) == (0, 0, 1)
    assert _counts(await bring_in(TALK | {"地点": "谈话室"})) == (1, 0, 0)
    async with platform.database.session(parties.home.id) as session:
        states = [m.state for m in await session.scalars(select(Meeting).order_by(Meeting.id))]
    assert states == ["withdrawn", "approved"]


async def test_several_records_may_share_branch_start_and_kinds(bring_in: Import) -> None:
    other = TALK | {"应到人员": "张三、赵四", "实到人员": "张三、赵四"}
    group = TALK | {"活动类型": "党小组会", "党小组": "第一党小组"}
    rows = (TALK, other, group, group | {"党小组": "第二党小组"})
    assert _counts(await bring_in(*rows)) == (4, 0, 0)
    assert _counts(await bring_in(*rows)) == (0, 0, 4)

"""Task budgets of interface.md 3 on core's pages: taps, typed fields and seconds as counted there."""

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select

from zhibu_core.imports.engine import ImportRun
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_testing.fixtures import TestDatabase

pytestmark = pytest.mark.browser
HEADS = (
    "组织代码",
    "组织名称",
    "组织简称",
    "组织类别",
    "上级组织代码",
    "成立日期",
    "是否设支委会",
    "所在单位",
    "支部类型",
)
ROWS = 200
WRONG = (17, 42, 88, 103, 156)
CHECK_SECONDS = 10


@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.modes)], ids=["scripts", "no-scripts"])
async def test_1_member_sees_the_next_duty_with_reason_and_article(world: Any, sit_down: Any, scripts: bool) -> None:
    async with sit_down(world.home.member, phone=True, scripts=scripts) as desk:
        await desk.open("/")
        duty = desk.page.locator("li.duty").first
        act = await duty.locator(".act a").bounding_box()
        assert act is not None
        assert act["y"] + act["height"] <= 740
        assert "为什么" in await duty.inner_text()
        await desk.tap("li.duty a.source")
        assert "第20条" in await desk.page.locator("main").inner_text()
        assert (desk.taps, desk.typed) <= (2, 0)
        assert desk.seconds(desk=False) <= 5
        assert desk.complaints == []


@pytest.mark.parametrize("scripts", [pytest.param(True, marks=pytest.mark.modes), False], ids=["scripts", "no-scripts"])
async def test_28_administrator_switches_a_plugin_off(world: Any, sit_down: Any, scripts: bool) -> None:
    async with sit_down(world.home.admin, scripts=scripts) as desk:
        await desk.open("/")
        await desk.tap("nav.doors a:has-text('插件')")
        await desk.tap("tr:has-text('学习') td.act a")
        effects = await desk.page.locator("main").inner_text()
        assert "将会关闭" in effects
        assert "保留" in effects
        await desk.tap("main .btn-main")
        assert "已停用" in await desk.page.locator(".notice").inner_text()
        assert desk.taps <= 5
        assert desk.typed == 0
        assert desk.seconds(desk=True) <= 15
        assert desk.complaints == []


async def test_23_worker_imports_200_rows_and_repairs_five(
    world: Any,
    platform: Platform,
    sit_down: Any,
    tmp_path: Path,
    test_database: TestDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ZHIBU_DATABASE_URL", test_database.server.admin_for(test_database.name))
    file = tmp_path / "组织机构.xlsx"
    file.write_bytes(_workbook())
    async with sit_down(world.home.organizer) as desk:
        await desk.open("/")
        await desk.tap("nav.doors a:has-text('数据进出')")
        await desk.page.locator("#files").set_input_files(str(file))
        desk.taps += 1
        await desk.tap("main .btn-main")
        await _until(desk, "还没有写入")
        assert await desk.page.locator("tr.with-note").count() == len(WRONG)
        assert await desk.findings() == []
        for place in range(len(WRONG)):
            await desk.type(f"#fix-{place}", "2020-03-01")
        await desk.tap("button[value=again]")
        await _until(desk, "写入200行")
        await desk.tap("button[value=write]")
        await _until(desk, "已写入200行")
        assert desk.taps <= 16
        assert desk.typed <= 5
        assert desk.seconds(desk=True) <= 60
        assert desk.complaints == []
    async with platform.database.session(world.home.tenant.id) as session:
        assert (
            await session.scalar(select(func.count()).select_from(Organization)) == len(world.home.organizations) + ROWS
        )
        run = (await session.scalars(select(ImportRun))).one()
        assert run.preview is not None
        assert run.preview["seconds"] <= CHECK_SECONDS


async def _until(desk: Any, words: str) -> None:
    """Waits while the page of the work refreshes itself."""
    await desk.page.get_by_text(words).first.wait_for(timeout=60_000)
    desk.pages += 1


def _workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("组织机构")
        page.write_row(0, 0, HEADS)
        for number in range(1, ROWS + 1):
            founded = "2031-02-30" if number in WRONG else "2020-03-01"
            name = f"第{number}党支部"
            page.write_row(number, 0, (f"9{number:03}", name, name, "党支部", "11", founded, "否", "数学学院", "教师"))
    return out.getvalue()

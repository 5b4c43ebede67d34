"""Imports from the page: limits, the check in a child process, mending a cell, writing, and what is kept of it."""

import asyncio
import io
import os
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select

from zhibu_core.imports.engine import ImportRun
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.settings import Settings
from zhibu_testing.fixtures import TestDatabase
from zhibu_web.uploading.files import Folder, checked, sweep

HEADS = ("组织代码", "组织全称", "简称", "组织类别", "上级组织代码", "成立日期", "是否设支委会", "所在单位", "支部类型")
ROWS = (
    ("113", "数学第三党支部", "数学三支部", "党支部", "11", "2020-03-01", "否", "数学学院", "教师"),
    ("114", "数学第四党支部", "数学四支部", "党支部", "11", "2031-02-30", "否", "数学学院", "教师"),
)
TRIES = 300
Ask = Callable[..., Awaitable[Any]]


def workbook(*rows: tuple[str, ...]) -> bytes:
    """A sheet 组织机构."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("组织机构")
        for number, row in enumerate((HEADS, *rows)):
            page.write_row(number, 0, row)
    return out.getvalue()


@pytest.fixture
def child_database(test_database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child process finds this worker's own database."""
    monkeypatch.setenv("ZHIBU_DATABASE_URL", test_database.server.admin_for(test_database.name))


async def upload(ask: Ask, browser: Any, *files: tuple[str, bytes]) -> Any:
    """Sends files as the form does."""
    given = [("files", (name, content, "application/octet-stream")) for name, content in files]
    return await ask(browser, "POST", "/exchange/imports", files=given)


async def settled(browser: Any, path: str) -> Any:
    """The page once nobody works on the run any more."""
    for _ in range(TRIES):
        answer = await browser.get(path)
        if "refresh" not in answer.headers:
            break
        await asyncio.sleep(0.2)
    return answer


async def test_check_mend_write(world: Any, platform: Platform, ask: Ask, text_of: Any, child_database: None) -> None:
    browser = world.home.organizer
    done = await upload(ask, browser, ("组织机构.xlsx", workbook(*ROWS)))
    assert done.status_code == 303
    path = done.headers["location"].removeprefix(f"/t/{world.home.tenant.slug}")
    run = uuid.UUID(path.rsplit("/", 1)[1])
    first = await settled(browser, path)
    said = text_of(first.text)
    assert "还没有写入" in said
    assert "1行有误" in said
    assert "写入1行" in said
    assert 'value="2031-02-30"' in first.text
    folder = Folder.of(platform.settings, world.home.tenant.id, run)
    assert folder.path.stat().st_mode & 0o077 == 0
    # What was typed is checked before anything is written, whichever button was pressed.
    assert (await browser.post(path, act="write", **{"fix-0": "2021-02-28"})).status_code == 303
    second = await settled(browser, path)
    assert "写入2行" in text_of(second.text)
    assert "0行有误" in text_of(second.text)
    assert (await browser.post(path, act="write")).status_code == 303
    last = text_of((await settled(browser, path)).text)
    assert "已写入2行" in last
    assert not folder.path.exists()
    assert (await browser.post(path, act="write")).status_code == 422
    async with platform.database.session(world.home.tenant.id) as session:
        found = (await session.scalars(select(Organization).where(Organization.code == "114"))).one()
        assert str(found.founded_on) == "2021-02-28"
        kept = (await session.scalars(select(ImportRun))).one()
        assert (kept.id, kept.state, kept.counts["new"]) == (run, "written", 2)
    async with platform.database.session(world.neighbour.tenant.id) as session:
        assert await session.scalar(select(func.count()).select_from(ImportRun)) == 0
    assert (await world.neighbour.organizer.get(path)).status_code == 404


async def test_left_alone_nothing_is_written(
    world: Any, platform: Platform, ask: Ask, text_of: Any, child_database: None
) -> None:
    browser = world.home.organizer
    done = await upload(ask, browser, ("组织机构.xlsx", workbook(ROWS[0])))
    path = done.headers["location"].removeprefix(f"/t/{world.home.tenant.slug}")
    await settled(browser, path)
    assert (await browser.post(path, act="leave")).status_code == 303
    assert "没有写入" in text_of((await browser.get(path)).text)
    assert not Folder.of(platform.settings, world.home.tenant.id, uuid.UUID(path.rsplit("/", 1)[1])).path.exists()


async def test_a_file_that_is_none_is_said(world: Any, ask: Ask, text_of: Any, child_database: None) -> None:
    done = await upload(ask, world.home.organizer, ("花名册.xlsx", b"not a workbook"))
    path = done.headers["location"].removeprefix(f"/t/{world.home.tenant.slug}")
    answer = await settled(world.home.organizer, path)
    assert "花名册.xlsx" in text_of(answer.text)
    assert "没有写入" in text_of(answer.text)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("", b"")], "请先选择"),
        ([("a.pdf", b"x")], "不是 xlsx"),
        ([("a.csv", b"x"), ("a.csv", b"y")], "同名"),
        ([(f"{n}.csv", b"x") for n in range(11)], "最多 10"),
        ([("a.csv", b"x" * (20 * 1024 * 1024 + 1))], "超过 20 MB"),
    ],
)
async def test_limits(world: Any, ask: Ask, files: list[tuple[str, bytes]], said: str) -> None:
    answer = await upload(ask, world.home.organizer, *files)
    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize("role", ["member", "secretary", "admin", "auditor"])
async def test_others_do_not_import(world: Any, ask: Ask, role: str) -> None:
    browser = world.home.browsers[role]
    assert (await browser.get("/exchange/imports")).status_code == 403
    assert (await upload(ask, browser, ("a.csv", b"x"))).status_code == 403


def test_names_lose_their_folders() -> None:
    names = [one.name for one in checked([("../../etc/x.csv", b""), ("C:\\\\data\\\\y.csv", b""), (".z.csv", b"")])]
    assert names == ["x.csv", "y.csv", "z.csv"]


def test_old_folders_go(tmp_path: Any) -> None:
    settings = Settings(data=tmp_path)
    old, new = (Folder.of(settings, uuid.uuid4(), uuid.uuid4()) for _ in range(2))
    for folder in (old, new):
        folder.keep(checked([("a.csv", b"1")]))
    os.utime(old.path, (0, 0))
    sweep(settings)
    assert not old.path.exists()
    assert new.files(["a.csv"]) == [str(new.path / "a.csv")]

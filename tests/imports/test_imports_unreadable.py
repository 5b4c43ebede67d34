"""Files that cannot be read: every one is named, in both languages, and nothing is written."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import func, select

from zhibu_core.errors import InvalidInput
from zhibu_core.imports.child import Order, import_in_child
from zhibu_core.imports.engine import run_import
from zhibu_core.imports.unreadable import Unreadable, UnreadableFiles
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_testing.fixtures import Parties, TestDatabase

TREE = [["组织代码", "组织名称", "组织类别", "上级组织代码"], ["1", "测试大学党委", "党委", ""]]
SAID = (
    "文件“坏.xlsx”：文件已损坏，无法读取。请用 Excel 或 WPS 打开并另存为 .xlsx 后重试。\n"
    "文件“空.csv”：是空文件。请核对后重新选择。\n"
    "文件“没有.xls”：找不到或打不开。请核对文件名和位置。"
)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A good file between three that cannot be read."""
    with xlsxwriter.Workbook(str(tmp_path / "机构.xlsx")) as made:
        sheet = made.add_worksheet("组织机构")
        for number, row in enumerate(TREE):
            sheet.write_row(number, 0, row)
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "空.csv").write_bytes(b"")
    return [tmp_path / name for name in ("坏.xlsx", "机构.xlsx", "空.csv", "没有.xls")]


@pytest.fixture
def command_database(test_database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes find this worker's own database."""
    monkeypatch.setenv("ZHIBU_DATABASE_URL", test_database.server.admin_for(test_database.name))
    monkeypatch.setenv("ZHIBU_DATA", str(test_database.settings.data))


async def organizations(platform: Platform, parties: Parties) -> int:
    async with platform.database.session(parties.home.id) as session:
        return await session.scalar(select(func.count()).select_from(Organization)) or 0


async def test_every_unreadable_file_is_named(
    platform: Platform, parties: Parties, scope: Scope, files: list[Path]
) -> None:
    with pytest.raises(UnreadableFiles) as refusal:
        await run_import(platform, scope, files)
    assert refusal.value.message.zh == SAID
    assert refusal.value.message.en.splitlines()[1] == "File “空.csv”: the file is empty. Check it and choose again."
    assert [(one.code, one.file) for one in refusal.value.each] == [
        ("file_damaged", "坏.xlsx"),
        ("file_empty", "空.csv"),
        ("file_missing", "没有.xls"),
    ]
    assert await organizations(platform, parties) == 0


async def test_one_alone_speaks_for_itself(platform: Platform, scope: Scope, files: list[Path]) -> None:
    with pytest.raises(Unreadable) as refusal:
        await run_import(platform, scope, files[:2])
    assert (refusal.value.code, refusal.value.field) == ("file_damaged", "坏.xlsx")


async def test_the_child_says_it_in_both_languages(
    platform: Platform, parties: Parties, files: list[Path], command_database: None
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await import_in_child(platform.settings, Order(parties.home.slug, [str(file) for file in files]))
    assert refusal.value.message.zh == SAID
    assert "File “没有.xls”: not found" in refusal.value.message.en


async def test_the_command_ends_with_two(
    platform: Platform, parties: Parties, files: list[Path], command_database: None
) -> None:
    command = [sys.executable, "-m", "zhibu_core", "import", "--tenant", parties.home.slug, *map(str, files)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"zhibu: {SAID}\n")
    assert await organizations(platform, parties) == 0

"""The sheet 读书分享: read, judged, written once, and unreadable where the plugin is off."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select, text

from zhibu_core.errors import ZhibuError
from zhibu_core.imports.engine import run_import
from zhibu_core.platform import Platform
from zhibu_example.models import Note
from zhibu_example.notes import notes_of, withdraw_note
from zhibu_testing.fixtures import Parties

FACTS = text("select count(*) from fact where tenant_id = :t and kind = 'example.note'")
ROWS = [
    ("共读书目", "读书支部", "分享日期", "体会"),
    ("实践论", "数学党支部", "2026年10月20日", "知行合一"),
    ("矛盾论", "第一党小组", "2026/9/1", ""),
    ("反对本本主义", "没有这个支部", "2026-09-02", ""),
]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A workbook with two good rows and one of an unknown branch."""
    path = tmp_path / "读书.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("读书分享")
        for number, row in enumerate(ROWS):
            page.write_row(number, 0, row)
    return path


async def test_rows_are_written_once(circle: Any, platform: Platform, parties: Parties, sheet: Path) -> None:
    first = await run_import(platform, circle.scope, [sheet])
    assert (first.counts.new, first.wrong, first.written) == (2, 1, True)
    assert first.reading.sheets[0].wrong[0].code == "org_unknown"
    again = await run_import(platform, circle.scope, [sheet])
    assert (again.counts.new, again.counts.changed, again.counts.same) == (0, 0, 2)
    async with platform.database.session(parties.home.id) as session:
        assert await session.scalar(select(func.count()).select_from(Note)) == 2
        assert await session.scalar(FACTS, {"t": parties.home.id}) == 2
    async with platform.database.session(parties.neighbour.id) as session:
        assert await session.scalar(select(func.count()).select_from(Note)) == 0


async def test_a_withdrawn_note_does_not_come_back(
    circle: Any, platform: Platform, parties: Parties, sheet: Path
) -> None:
    await run_import(platform, circle.scope, [sheet])
    async with platform.database.session(parties.home.id) as session:
        for note in (await session.scalars(select(Note))).all():
            await withdraw_note(session, circle.scope, note.id)
    again = await run_import(platform, circle.scope, [sheet])
    assert (again.counts.new, again.counts.changed, again.counts.same) == (0, 0, 2)
    async with platform.database.session(parties.home.id) as session:
        assert await notes_of(session, circle.scope) == []


async def test_a_preview_writes_nothing(circle: Any, platform: Platform, parties: Parties, sheet: Path) -> None:
    seen = await run_import(platform, circle.scope, [sheet], dry_run=True)
    assert (seen.counts.new, seen.written) == (2, False)
    async with platform.database.session(parties.home.id) as session:
        assert await session.scalar(select(func.count()).select_from(Note)) == 0


async def test_off_means_not_read(circle: Any, platform: Platform, sheet: Path) -> None:
    off = replace(circle.scope, plugins=circle.scope.plugins - {"example"})
    with pytest.raises(ZhibuError):
        await run_import(platform, off, [sheet])

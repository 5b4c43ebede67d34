"""Imports into a tenant: written once, compared after, undone for a preview, kept out whole where asked."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import func, select, text

from zhibu_core.errors import InvalidInput
from zhibu_core.imports.engine import run_import
from zhibu_core.imports.lines import change_line
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership, Person
from zhibu_core.organization.sealed import open_secrets
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_testing.fixtures import Parties

TREE = [
    ["组织代码", "组织名称", "组织类别", "上级组织代码", "是否设支委会", "支部类型"],
    ["1", "测试大学党委", "党委", "", "", ""],
    ["11", "第一党支部", "党支部", "1", "是", "教师"],
]
ROSTER = [
    ["姓名", "所在党支部", "公民身份证号", "人员类别", "加入党组织日期", "手机号", "工号/学号", "家庭住址"],
    ["张伟", "第一党支部", "99030119851115123X", "正式党员", "2010-07-01", "19900000001", "T001", "云汀市一号"],
    ["李娜", "第一党支部", "99010119900307004X", "正式党员", "2012-07-01", "19900000002", "T002", ""],
]


def book(path: Path, rows: list[list[Any]], name: str = "表") -> Path:
    """A workbook with one sheet."""
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [book(tmp_path / "花名册.xlsx", ROSTER, "党员花名册"), book(tmp_path / "机构.xlsx", TREE, "组织机构")]


async def _count(platform: Platform, parties: Parties) -> tuple[int, int]:
    async with platform.database.session(parties.home.id) as session:
        people = await session.scalar(select(func.count()).select_from(Person))
        organizations = await session.scalar(select(func.count()).select_from(Organization))
    return people or 0, organizations or 0


async def test_a_second_import_changes_nothing(
    platform: Platform, parties: Parties, scope: Scope, files: list[Path]
) -> None:
    first = await run_import(platform, scope, files)
    assert (first.counts.new, first.wrong, first.written) == (4, 0, True)
    second = await run_import(platform, scope, files)
    assert (second.counts.new, second.counts.changed, second.counts.same) == (0, 0, 4)
    assert second.changes == []
    async with platform.database.session(parties.neighbour.id) as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 0


async def test_a_preview_writes_nothing(platform: Platform, parties: Parties, scope: Scope, files: list[Path]) -> None:
    outcome = await run_import(platform, scope, files, dry_run=True)
    assert (outcome.counts.new, outcome.written) == (4, False)
    assert await _count(platform, parties) == (0, 0)


async def test_refused_rows_stay_out_and_may_keep_all_out(
    platform: Platform, parties: Parties, scope: Scope, files: list[Path], tmp_path: Path
) -> None:
    bad = [*ROSTER, ["王芳", "没有的支部", "990101200402290029", "正式党员", "2024-07-01", "", "T003", ""]]
    given = [book(tmp_path / "花名册2.xlsx", bad, "党员花名册"), files[1]]
    outcome = await run_import(platform, scope, given, all_or_nothing=True)
    assert (outcome.wrong, outcome.written) == (1, False)
    assert await _count(platform, parties) == (0, 0)
    outcome = await run_import(platform, scope, given)
    assert (outcome.wrong, outcome.written) == (1, True)
    assert await _count(platform, parties) == (2, 2)


async def test_what_is_replaced_is_shown_and_nothing_fills_nothing(
    platform: Platform, parties: Parties, scope: Scope, files: list[Path], tmp_path: Path
) -> None:
    await run_import(platform, scope, files)
    changed = [ROSTER[0], [*ROSTER[1][:5], "19900000009", "T001", ""], ROSTER[2]]
    outcome = await run_import(platform, scope, [book(tmp_path / "新.xlsx", changed, "党员花名册")])
    assert (outcome.counts.changed, outcome.counts.same) == (1, 1)
    shown = [change_line(change) for change in outcome.changes]
    assert [(line["column"], line["old"], line["new"]) for line in shown] == [("手机号", "199****0001", "199****0009")]
    async with platform.database.session(parties.home.id) as session:
        person = (await session.scalars(select(Person).where(Person.number == "T001"))).one()
        cipher = platform.keyring.cipher(parties.home.id, "person.sealed")
        secrets = open_secrets(cipher, person.id, person.sealed)
    assert (secrets.phone, secrets.address) == ("19900000009", "云汀市一号")


async def test_what_is_sealed_is_not_in_the_database(
    platform: Platform, parties: Parties, scope: Scope, files: list[Path]
) -> None:
    await run_import(platform, scope, files)
    async with platform.database.session(parties.home.id) as session:
        rows = (
            await session.execute(text("select p::text from person p where tenant_id = :t"), {"t": parties.home.id})
        ).scalars()
        everything = "\n".join(rows)
        members = await session.scalar(select(func.count()).select_from(Membership))
    assert members == 2
    assert "99030119851115123X" not in everything
    assert "19900000001" not in everything


async def test_an_unknown_file_is_refused_whole(
    platform: Platform, parties: Parties, scope: Scope, files: list[Path], tmp_path: Path
) -> None:
    strange = book(tmp_path / "购物.xlsx", [["牛奶", "面包"], ["1", "2"]])
    with pytest.raises(InvalidInput, match=r"购物\.xlsx"):
        await run_import(platform, scope, [*files, strange])
    assert await _count(platform, parties) == (0, 0)

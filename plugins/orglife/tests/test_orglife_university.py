"""The meetings of the demo university: their key is unique, and a dozen branches' worth is written as the lists say."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import zhibu_demo
from zhibu_core.imports.directory import Known
from zhibu_core.imports.reading import read_files
from zhibu_core.imports.result import Reading, Row, SheetResult
from zhibu_core.imports.writing import Batch
from zhibu_core.organization.roster_import import write_roster
from zhibu_core.organization.tree_import import write_organizations
from zhibu_core.platform import Platform
from zhibu_orglife.importing.writing import write_meetings
from zhibu_testing.fixtures import TODAY, Parties, all_powers

FOLDER = Path(zhibu_demo.__file__).parent / "data" / "university"
BRANCHES = 12


@pytest.fixture(scope="module")
def reading(platform: Platform) -> Reading:
    """The university's tree, roster and meetings, judged."""
    from zhibu_core.imports.engine import importers_for
    from zhibu_core.imports.profile import sheet_kinds

    files = [FOLDER / f"{name}.xlsx" for name in ("组织机构", "党员花名册", "会议记录")]
    return read_files(files, sheet_kinds(importers_for(platform, frozenset({"orglife"}))), Known(), TODAY)


def _said(rows: list[Row]) -> Counter[str]:
    """How many facts of each kind, and lines of each mark, the sheet's own lists ask for."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted.update(row["kinds"])
        lists = {name: set(row[name] or ()) for name in ("present", "late", "leave", "absent", "makeup")}
        there = lists["present"] | lists["late"]
        counted["activity"] += 1
        counted["talk"] += len(there) if "heart_talk" in row["kinds"] else 0
        counted["attendance:late"] += len(lists["late"])
        counted["attendance:present"] += len(lists["present"] - lists["late"])
        counted["attendance:makeup"] += len(lists["absent"] & lists["makeup"])
        counted["attendance:absent"] += len(lists["absent"] - lists["makeup"])
        counted["attendance:leave_makeup"] += len(lists["leave"] & lists["makeup"])
        counted["attendance:leave"] += len(lists["leave"] - lists["makeup"])
    return counted


def _members_of(roster: SheetResult, branches: set[str]) -> SheetResult:
    pairs = [pair for pair in zip(roster.good, roster.subjects, strict=True) if pair[0]["organization"] in branches]
    return replace(roster, good=[row for row, _ in pairs], subjects=[subject for _, subject in pairs])


def test_organization_start_kinds_and_group_tell_activities_apart(reading: Reading) -> None:
    rows = reading.of("meeting")[0].good
    assert len(rows) == 8757
    keys = Counter((row["organization"], row["start"], frozenset(row["kinds"]), row["group"]) for row in rows)
    assert max(keys.values()) == 1
    assert max(Counter((row["organization"], row["start"]) for row in rows).values()) > 1


async def test_what_is_written_is_what_the_lists_say(platform: Platform, parties: Parties, reading: Reading) -> None:
    powers = await all_powers(platform, parties.home)
    sheet = reading.of("meeting")[0]
    chosen = set(sorted({row["organization"] for row in sheet.good})[:BRANCHES])
    rows: list[Any] = [row for row in sheet.good if row["organization"] in chosen]
    async with platform.database.session(parties.home.id) as session:
        batch = Batch(platform, session, powers)
        batch.sheet = reading.of("organization")[0]
        await write_organizations(batch, batch.sheet.good)
        batch.sheet = _members_of(reading.of("roster")[0], chosen)
        await write_roster(batch, batch.sheet.good)
        batch.sheet, before = sheet, batch.counts.new
        await write_meetings(batch, rows)
        assert batch.counts.new - before == len(rows) > 300
        await write_meetings(batch, rows)
        assert (batch.counts.same, batch.changes) == (len(rows), [])
        kinds = text(
            """select f.kind || coalesce(':' || f.mark, ''), count(*) from fact f
            where f.tenant_id = :t and f.source = 'orglife' and f.grade = 'imported' group by 1"""
        )
        found = Counter(dict((await session.execute(kinds, {"t": parties.home.id})).all()))
        assert found == +_said(rows)

"""Finds the record that a row of a sheet is about, and what would be replaced in it."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import RowMapping, Table, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.session import tenant_of
from zhibu_orglife.importing.rows import COLUMNS, Key, Roll, SheetMeeting
from zhibu_orglife.models import Meeting

MEETINGS = cast("Table", Meeting.__table__)

_STANDING = {"approved": 0, "submitted": 1, "draft": 2, "planned": 3, "withdrawn": 4}
"""Which version speaks for a record: the one in force, else the one that comes next to it."""

_HELD = text(
    """select m.id, m.organization_id, m.starts_at, m.kinds, m.grp, m.state, m.series_id, m.version, m.digest
    from orglife_meeting m where m.tenant_id = :t and m.organization_id = any(:organizations)
      and m.held_on >= :first and m.held_on <= :last order by m.series_id, m.version"""
)
_ROLLS = text(
    """select a.meeting_id, a.person_id, a.mark from orglife_attendance a
    where a.tenant_id = :t and a.meeting_id = any(:meetings) order by a.id"""
)


@dataclass(slots=True)
class Record:
    """A record that the tenant holds: the version that speaks for it, and the number of its newest version."""

    id: uuid.UUID
    series_id: uuid.UUID
    state: str
    digest: bytes | None
    key: Key
    newest: int


@dataclass(slots=True)
class Compared:
    """Rows by what they would do; `differing` names the record and still has to be looked at column by column."""

    new: list[SheetMeeting] = field(default_factory=list)
    same: list[SheetMeeting] = field(default_factory=list)
    differing: list[tuple[SheetMeeting, Record]] = field(default_factory=list)


async def compare(session: AsyncSession, rows: Sequence[SheetMeeting]) -> Compared:
    """Sorts the rows; where several say the same key, the first is held against the first record of that key, and so on.

    A record that was imported with these very words and then withdrawn stays withdrawn.
    """
    held = await _records(session, rows)
    found = Compared()
    for row in rows:
        record = next(iter(held.get(row.key, ())), None)
        if record is None or (record.state == "withdrawn" and record.digest != row.digest):
            found.new.append(row)
            continue
        held[row.key].pop(0)
        if record.digest == row.digest:
            found.same.append(row)
        else:
            found.differing.append((row, record))
    return found


async def _records(session: AsyncSession, rows: Sequence[SheetMeeting]) -> dict[Key, list[Record]]:
    """The records that the rows may be about, by key; those in force first."""
    if not rows:
        return {}
    days = [row.key[1].date() for row in rows]
    given = {
        "t": tenant_of(session),
        "organizations": list({row.key[0] for row in rows}),
        "first": min(days),
        "last": max(days),
    }
    series: dict[uuid.UUID, Record] = {}
    for version in (await session.execute(_HELD, given)).mappings():
        _take(series, version)
    found: dict[Key, list[Record]] = defaultdict(list)
    for record in sorted(series.values(), key=lambda record: _STANDING[record.state]):
        found[record.key].append(record)
    return found


def _take(series: dict[uuid.UUID, Record], version: RowMapping) -> None:
    before = series.get(version["series_id"])
    if version["state"] not in _STANDING:
        return
    if before is None or _STANDING[version["state"]] < _STANDING[before.state]:
        key = (version["organization_id"], version["starts_at"], tuple(version["kinds"]), version["grp"])
        series[version["series_id"]] = Record(
            version["id"], version["series_id"], version["state"], version["digest"], key, version["version"]
        )
    series[version["series_id"]].newest = version["version"]


async def stored(session: AsyncSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[dict[str, Any], Roll]]:
    """What these versions say, by table column, with their rolls."""
    columns = [MEETINGS.c.id, *(MEETINGS.c[name] for name in COLUMNS)]
    query = select(*columns).where(MEETINGS.c.tenant_id == tenant_of(session), MEETINGS.c.id.in_(ids))
    found: dict[uuid.UUID, tuple[dict[str, Any], Roll]] = {}
    for row in (await session.execute(query)).mappings():
        found[row["id"]] = ({name: row[name] for name in COLUMNS}, {})
    for meeting, person, mark in await session.execute(_ROLLS, {"t": tenant_of(session), "meetings": list(ids)}):
        found[meeting][1][person] = mark
    return found


def merged(row: SheetMeeting, old: dict[str, Any], roll: Roll) -> tuple[dict[str, Any], Roll]:
    """The row over what is held; an empty cell, or six empty lists, never replace something filled."""
    values = {name: old[name] if value in (None, "") else value for name, value in row.values.items()}
    return values, row.roll or roll


def names_needed(pairs: Iterable[tuple[Roll, Roll]]) -> set[uuid.UUID]:
    """The people whose marks differ between two rolls, and with them everybody on the lists shown."""
    return {person for old, new in pairs if old != new for person in (*old, *new)}

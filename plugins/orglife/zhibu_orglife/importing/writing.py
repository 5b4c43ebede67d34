"""Writes the rows of the sheet 会议记录: new ones as approved records with facts, changed ones as a further version."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.imports.result import Row
from zhibu_core.imports.writing import Batch
from zhibu_core.ledger.facts import end_facts, write_facts
from zhibu_core.organization.people import Person
from zhibu_core.tenancy.bulk import insert_columns, insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_orglife.facts import SOURCE, Held, Marked, facts_of
from zhibu_orglife.importing.matching import MEETINGS, Record, compare, merged, names_needed, stored
from zhibu_orglife.importing.rows import COLUMNS, LISTS, Roll, SheetMeeting, lists_of, read_row
from zhibu_orglife.models import Attendance

ATTENDANCE = cast("Table", Attendance.__table__)
AT_ONCE = 500
"""Meetings whose rolls and facts are written together: some 6,000 lines, so that memory stays small."""

REASON = "导入"
Version = dict[str, Any]


async def write_meetings(batch: Batch, rows: Sequence[Row]) -> None:
    """Compares the rows with the records held, writes what is new or changed, shows and counts it."""
    zone = ZoneInfo(batch.scope.tenant.zone)
    said = [read_row(row, batch.organizations, zone) for row in rows]
    found = await compare(batch.session, said)
    changed = await _changes(batch, found.differing)
    await _leave_force(batch, [record for _, record, _, _ in changed])
    author = batch.scope.actor.person_id if batch.scope.actor else None
    now = dt.datetime.now(dt.UTC)
    fresh = [(_version(row, row.values, author, now), row.roll) for row in found.new]
    later = [(_next(_version(row, values, author, now), record), roll) for row, record, values, roll in changed]
    await _write(batch.session, [*fresh, *later], author)
    batch.count(len(rows), {row.row for row in found.new}, {row.row for row, *_ in changed})


async def _changes(
    batch: Batch, differing: Sequence[tuple[SheetMeeting, Record]]
) -> list[tuple[SheetMeeting, Record, dict[str, Any], Roll]]:
    """The rows that change a record, with what the next version says; every filled value that goes is shown."""
    held = await stored(batch.session, [record.id for _, record in differing]) if differing else {}
    names = await _names(batch.session, names_needed((held[r.id][1], row.roll) for row, r in differing))
    changed = []
    for row, record in differing:
        old, old_roll = held[record.id]
        values, roll = merged(row, old, old_roll)
        if values == old and roll == old_roll and record.state == "approved":
            continue
        for column, key in COLUMNS.items():
            if old[column] not in (None, "") and old[column] != values[column]:
                batch.show(row.row, key, _shown(old[column], row), _shown(values[column], row))
        _show_lists(batch, row.row, old_roll, roll, names)
        changed.append((row, record, values, roll))
    return changed


def _shown(value: Any, row: SheetMeeting) -> Any:
    """Times as the sheet has them: the tenant's, without a zone."""
    return value.astimezone(row.key[1].tzinfo).replace(tzinfo=None) if isinstance(value, dt.datetime) else value


def _show_lists(batch: Batch, row: int, old: Roll, new: Roll, names: dict[uuid.UUID, str]) -> None:
    before, after = lists_of(old), lists_of(new)
    for column in LISTS:
        if before[column] and set(before[column]) != set(after[column]):
            batch.show(
                row,
                column,
                tuple(names[person] for person in before[column]),
                tuple(names[person] for person in after[column]),
            )


async def _names(session: AsyncSession, people: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    wanted = list(people)
    if not wanted:
        return {}
    found = await session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in found}


async def _leave_force(batch: Batch, records: Sequence[Record]) -> None:
    """The versions that speak for these records give way, with the facts of those that are in force."""
    if not records:
        return
    author = batch.scope.actor.person_id if batch.scope.actor else None
    ids = [record.id for record in records]
    await batch.session.execute(
        update(MEETINGS).where(MEETINGS.c.tenant_id == batch.tenant_id, MEETINGS.c.id.in_(ids)).values(state="replaced")
    )
    await end_facts(batch.session, ids, "superseded", note=REASON, ended_by=author)


def _version(row: SheetMeeting, values: dict[str, Any], author: uuid.UUID | None, now: dt.datetime) -> Version:
    organization, starts, kinds, group = row.key
    first = new_id()
    return {
        "id": first, "series_id": first, "version": 1, "replaces_id": None, "reason": "", "organization_id": organization,
        "grp": group, "kinds": list(kinds), "starts_at": starts, "ends_at": values["ends_at"], "held_on": starts.date(),
        **{name: values[name] or "" for name in ("place", "chair", "recorder", "topic", "resolution")},
        **{name: values[name] or 0 for name in ("attachments", "tasks", "tasks_closed")},
        "online": "线上" in (values["place"] or ""), "points": "", "submitted_on": values["submitted_on"],
        "state": "approved", "duty_rule": None, "duty_window": None, "origin": "imported", "digest": row.digest,
        "written_by": author, "written_at": now, "submitted_by": author, "approved_by": author, "approved_at": now,
    }  # fmt: skip


def _next(version: Version, record: Record) -> Version:
    return version | {
        "series_id": record.series_id,
        "replaces_id": record.id,
        "version": record.newest + 1,
        "reason": REASON,
    }


async def _write(session: AsyncSession, versions: Sequence[tuple[Version, Roll]], author: uuid.UUID | None) -> None:
    """All versions, then their rolls and facts, some hundred meetings at a time.

    Versions come first because PostgreSQL plans the check of a foreign key once, by how large the table is then: while
    it is small, it takes the smallest index of the tenant and reads through it for every line that follows.
    """
    await insert_rows(session, MEETINGS, [version for version, _ in versions])
    for part in _parts(versions):
        await insert_columns(session, ATTENDANCE, _lines(part, author))
        facts = [
            fact
            for version, roll in part
            for fact in facts_of(_held(version), (Marked(person, mark) for person, mark in roll.items()))
        ]
        await write_facts(session, facts, source=SOURCE, written_by=author)


def _parts(versions: Sequence[tuple[Version, Roll]]) -> Iterator[list[tuple[Version, Roll]]]:
    rest = iter(versions)
    while part := list(islice(rest, AT_ONCE)):
        yield part


def _lines(part: Sequence[tuple[Version, Roll]], author: uuid.UUID | None) -> dict[str, list[Any]]:
    """The lines of these rolls, by column."""
    people = [person for _, roll in part for person in roll]
    number = len(people)
    return {
        "id": [new_id() for _ in people],
        "meeting_id": [version["id"] for version, roll in part for _ in roll],
        "person_id": people,
        "mark": [mark for _, roll in part for mark in roll.values()],
        "reason": [""] * number, "marked_by": [author] * number,
        "confirmed_at": [None] * number, "disputed": [None] * number,
    }  # fmt: skip


def _held(version: Version) -> Held:
    return Held(
        version["id"], version["organization_id"], version["held_on"], version["starts_at"], version["submitted_on"],
        version["kinds"], version["grp"], version["tasks"], version["tasks_closed"], "imported",
    )  # fmt: skip

"""Reads a good row of the sheet 会议记录 as a version of a record with its roll."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final
from zoneinfo import ZoneInfo

from zhibu_core.imports.result import Row
from zhibu_orglife.kinds import MARKS, STUDIED_LATER, in_order

Roll = dict[uuid.UUID, str]
"""Person → mark."""

Key = tuple[uuid.UUID, dt.datetime, tuple[str, ...], str | None]
"""What an activity is known by: organization, start, kinds, group."""

LISTS: Final = ("due", "present", "late", "leave", "absent", "makeup")
"""The columns of names."""

COLUMNS: Final[Mapping[str, str]] = {
    "ends_at": "end",
    "place": "place",
    "chair": "chair",
    "recorder": "recorder",
    "topic": "topic",
    "resolution": "resolution",
    "attachments": "attachments",
    "tasks": "tasks",
    "tasks_closed": "tasks_closed",
    "submitted_on": "submitted",
}
"""Table column → profile column, of what two rows about one activity may differ in beside the roll."""

_NUMBER_OF: Final = {mark: bytes([place]) for place, mark in enumerate(MARKS)}


@dataclass(frozen=True, slots=True)
class SheetMeeting:
    """One row: `values` by table column (None where the cell is empty), the roll, and the hash of both."""

    row: int
    key: Key
    values: dict[str, Any]
    roll: Roll
    digest: bytes


def read_row(row: Row, organizations: Mapping[str, uuid.UUID], zone: ZoneInfo) -> SheetMeeting:
    """The activity that a row describes; its times are the tenant's own."""
    starts: dt.datetime = row["start"].replace(tzinfo=zone)
    key = (organizations[row["organization"]], starts, tuple(in_order(row["kinds"])), row["group"] or None)
    values = {column: row[said] for column, said in COLUMNS.items()}
    if values["ends_at"] is not None:
        values["ends_at"] = values["ends_at"].replace(tzinfo=zone)
    roll = read_roll({name: [person.key for person in row[name] or ()] for name in LISTS})
    return SheetMeeting(row.number, key, values, roll, digest_of(key, values, roll))


def read_roll(lists: Mapping[str, Iterable[uuid.UUID]]) -> Roll:
    """Everybody on any list with the one mark that the lists together give.

    The list of those present includes those late; who studied later was absent or on leave before; who stands on the
    list of those due alone was absent.
    """
    roll: Roll = dict.fromkeys(lists["due"], "absent")
    for mark in ("absent", "leave", "present", "late"):
        roll.update(dict.fromkeys(lists[mark], mark))
    for person in lists["makeup"]:
        before = roll.get(person, "absent")
        roll[person] = STUDIED_LATER.get(before, before)
    return roll


def lists_of(roll: Roll) -> dict[str, list[uuid.UUID]]:
    """The lists that a sheet would hold for this roll."""
    there = {"present", "late", "online"}
    return {
        "due": list(roll),
        "present": [person for person, mark in roll.items() if mark in there],
        "late": [person for person, mark in roll.items() if mark == "late"],
        "leave": [person for person, mark in roll.items() if mark in ("leave", "leave_makeup")],
        "absent": [person for person, mark in roll.items() if mark in ("absent", "makeup")],
        "makeup": [person for person, mark in roll.items() if mark in ("makeup", "leave_makeup")],
    }


def digest_of(key: Key, values: Mapping[str, Any], roll: Roll) -> bytes:
    """A hash of everything that the row says, the same in whatever order its lists are."""
    organization, starts, kinds, group = key
    said = [organization, starts.timestamp(), kinds, group, *values.values()]
    marks = sorted(person.bytes + _NUMBER_OF[mark] for person, mark in roll.items())
    return blake2b(repr(said).encode() + b"".join(marks), digest_size=16).digest()

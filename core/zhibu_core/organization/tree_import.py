"""Writes the sheet 组织机构: the tree of organizations, each with its path, and where it stood since when."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table

from zhibu_core.imports.result import Row
from zhibu_core.imports.writing import Batch, Candidate
from zhibu_core.organization.models import Organization, OrganizationPlacement
from zhibu_core.organization.tree import follow_move, label_of
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id

TABLE = cast("Table", Organization.__table__)
PLACEMENTS = cast("Table", OrganizationPlacement.__table__)
BEGINNING = dt.date(1921, 7, 1)
"""The day since which an organization of unknown founding day stands where it stands."""

COLUMNS = {
    "name": "name",
    "short_name": "short_name",
    "kind": "kind",
    "parent_id": "parent_code",
    "founded_on": "founded",
    "has_committee": "has_committee",
    "unit": "unit",
    "type": "type",
    "term_started_on": "term_start",
}


async def write_organizations(batch: Batch, rows: Sequence[Row]) -> None:
    """Parents are written before children, since a child's row names its parent's id."""
    paths = await _paths(batch, rows)
    held = await batch.paths_of_organizations()
    for level in _levels(rows):
        candidates = [Candidate(row.number, _values(batch, row, paths)) for row in level]
        done = await batch.upsert(TABLE, candidates, ["code"], columns=COLUMNS)
        await _place(batch, candidates, done.ids, done.new)
        batch.organizations |= {c.values["code"]: found for c, found in zip(candidates, done.ids, strict=True)}
    for code, path in paths.items():
        if code in held and held[code] != path:
            await follow_move(batch.session, batch.organizations[code], held[code], path, batch.today)


def _values(batch: Batch, row: Row, paths: Mapping[str, str]) -> dict[str, Any]:
    founded = row["founded"]
    return {
        "code": row["code"],
        "name": row["name"],
        "short_name": row["short_name"] or "",
        "kind": row["kind"],
        "parent_id": batch.organizations.get(row["parent_code"]) if row["parent_code"] else None,
        "path": paths[row["code"]],
        "founded_on": founded.day if founded else None,
        "founded_precision": founded.precision if founded else "day",
        "abolished_on": None,
        "has_committee": bool(row["has_committee"]),
        "unit": row["unit"] or "",
        "type": row["type"] or "",
        "term_started_on": row["term_start"],
    }


async def _paths(batch: Batch, rows: Sequence[Row]) -> dict[str, str]:
    """Code → path, of the rows and of the parents that the tenant holds already."""
    held = await batch.paths_of_organizations()
    parents = {row["code"]: row["parent_code"] for row in rows}
    found: dict[str, str] = {}

    def path(code: str) -> str:
        if code not in found:
            parent = parents.get(code)
            above = (path(parent) if parent in parents else held[parent]) if parent else ""
            found[code] = above + label_of(code)
        return found[code]

    for code in parents:
        path(code)
    return found


def _levels(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows by depth among the rows of this sheet, top first; the reader has refused cycles."""
    parents = {row["code"]: row["parent_code"] for row in rows}
    levels: dict[int, list[Row]] = {}
    for row in rows:
        depth, code = 0, row["parent_code"]
        while code in parents:
            depth, code = depth + 1, parents[code]
        levels.setdefault(depth, []).append(row)
    return [levels[depth] for depth in sorted(levels)]


async def _place(batch: Batch, candidates: Sequence[Candidate], ids: Sequence[uuid.UUID], new: set[int]) -> None:
    rows = [
        {
            "id": new_id(),
            "organization_id": ids[place],
            "parent_id": candidates[place].values["parent_id"],
            "path": candidates[place].values["path"],
            "since": candidates[place].values["founded_on"] or BEGINNING,
        }
        for place in sorted(new)
    ]
    await insert_rows(batch.session, PLACEMENTS, rows)

"""Reads how far an import is, from its row alone: any process may be asked, whichever is at work."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from zhibu_core.imports.engine import ImportRun
from zhibu_graphql.context import Context

TAG = "I"
AT_WORK = ("checking", "writing")
TABLE: Any = ImportRun.__table__


@dataclass(frozen=True)
class ImportRecord:
    """What an ImportRun is read from."""

    id: uuid.UUID
    state: str
    file_names: list[str]
    started_at: dt.datetime
    finished_at: dt.datetime | None
    doing: str | None
    share: float | None
    new: int | None
    changed: int | None
    same: int | None
    wrong: int | None


async def import_of(context: Context, key: uuid.UUID | None) -> ImportRecord | None:
    """An import by its id; None for one that is not there."""
    if key is None:
        return None
    rows = await context.rows(select(TABLE).where(TABLE.c.tenant_id == context.scope.tenant.id, TABLE.c.id == key))
    if not rows:
        return None
    (row,) = rows
    step = (row.preview or {}) if row.state in AT_WORK else {}
    counts = [(row.counts or {}).get(name) for name in ("new", "changed", "same", "wrong")]
    return ImportRecord(
        row.id,
        row.state,
        row.file_names,
        row.started_at,
        row.finished_at,
        step.get("doing"),
        step.get("share"),
        *counts,
    )

"""Writes the sheet 读书分享: set-wise, and a second time without any change."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, select

from zhibu_core.imports.result import Row
from zhibu_core.imports.writing import Batch, Candidate
from zhibu_example.facts import write_note_facts
from zhibu_example.models import Note

KEY = ("organization_id", "read_on", "book")


async def write_sheet(batch: Batch, rows: Sequence[Row]) -> None:
    """A note is known by its branch, day and book; new ones get their facts, withdrawn ones do not come back."""
    candidates = [
        Candidate(
            row.number,
            {
                "organization_id": batch.organizations[row["organization"]],
                "read_on": row["read_on"],
                "book": row["book"],
                "thought": row["thought"] or "",
            },
        )
        for row in rows
    ]
    table = cast("Table", Note.__table__)
    query = select(table).where(table.c.tenant_id == batch.tenant_id).order_by(table.c.withdrawn_on.nulls_last())
    held = [dict(row._mapping) for row in await batch.session.execute(query)]  # of alike ones the one in force is last
    done = await batch.upsert(table, candidates, KEY, columns={"thought": "thought"}, existing=held)
    author = batch.scope.actor.person_id if batch.scope.actor else None
    if new := [done.ids[place] for place in sorted(done.new)]:
        await write_note_facts(batch.session, new, grade="imported", written_by=author)

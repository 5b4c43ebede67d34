"""Writes the sheet 党费台账, and what both ledgers do with the facts of what an import changed."""

import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, cast

from sqlalchemy import Table, text

from zhibu_affairs.facts import write_dues_facts
from zhibu_affairs.models import DuesEntry
from zhibu_core.imports.result import Row
from zhibu_core.imports.writing import Batch, Candidate
from zhibu_core.ledger.facts import end_facts

DUES = cast("Table", DuesEntry.__table__)
DUES_COLUMNS = {
    "organization_id": "organization",
    "payer": "payer",
    "base_fen": "base",
    "due_fen": "due_amount",
    "paid_fen": "paid_amount",
    "paid_on": "paid_on",
    "way": "way",
}


async def write_dues(batch: Batch, rows: Sequence[Row]) -> None:
    """An entry is known by its person and month."""
    homes = await _homes(batch) if any(row["organization"] is None for row in rows) else {}
    candidates = [Candidate(row.number, _entry(batch, row, homes)) for row in rows]
    done = await batch.upsert(DUES, candidates, ["person_id", "month"], columns=DUES_COLUMNS)
    await renew_facts(batch, {done.ids[n] for n in done.new}, {done.ids[n] for n in done.changed}, write_dues_facts)


async def renew_facts(
    batch: Batch, new: Collection[uuid.UUID], changed: Collection[uuid.UUID], write: Callable[..., Awaitable[int]]
) -> None:
    """Ends the facts of what changed, and writes those of what is new or changed."""
    author = batch.scope.actor.person_id if batch.scope.actor else None
    if changed:
        await end_facts(batch.session, changed, "superseded", note="import", ended_by=author)
    if written := {*new, *changed}:
        await write(batch.session, written, grade="imported", written_by=author)


def _entry(batch: Batch, row: Row, homes: dict[uuid.UUID, uuid.UUID]) -> dict[str, Any]:
    person, branch = row["number"].key, row["organization"]
    return {
        "person_id": person,
        "organization_id": batch.organizations[branch] if branch else homes[person],
        "month": row["month"],
        "payer": row["payer"],
        "base_fen": row["base"],
        "due_fen": row["due_amount"],
        "paid_fen": row["paid_amount"],
        "paid_on": row["paid_on"],
        "way": row["way"] or "",
    }


async def _homes(batch: Batch) -> dict[uuid.UUID, uuid.UUID]:
    """The branch of every person, the present one where there is one."""
    query = text("select person_id, organization_id from membership where tenant_id = :t order by until nulls last")
    return {row.person_id: row.organization_id for row in await batch.session.execute(query, {"t": batch.tenant_id})}

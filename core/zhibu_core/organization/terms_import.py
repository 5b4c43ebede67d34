"""Writes the sheets 任期 and 任职: terms of office with their facts, and the posts that people hold."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table

from zhibu_core.imports.result import Row
from zhibu_core.imports.writing import Batch, Candidate
from zhibu_core.ledger.facts import FactDraft, end_facts, write_facts
from zhibu_core.organization.models import Position, Term

TERMS = cast("Table", Term.__table__)
POSITIONS = cast("Table", Position.__table__)
TERM_COLUMNS = {
    "number": "number",
    "years": "years",
    "ends_on": "end",
    "last_election_on": "last_election",
    "note": "note",
}
POSITION_COLUMNS = {"since": "since", "until": "until"}


async def write_terms(batch: Batch, rows: Sequence[Row]) -> None:
    """A term is known by its organization and first day; its fact says until when it lasts."""
    candidates = [
        Candidate(
            row.number,
            {
                "organization_id": batch.organizations[row["organization"]],
                "number": row["number"],
                "years": row["years"],
                "starts_on": row["start"],
                "ends_on": row["end"],
                "last_election_on": row["last_election"],
                "note": row["note"] or "",
            },
        )
        for row in rows
    ]
    done = await batch.upsert(TERMS, candidates, ["organization_id", "starts_on"], columns=TERM_COLUMNS)
    author = batch.scope.actor.person_id if batch.scope.actor else None
    moved = [done.ids[place] for place in done.changed]
    if moved:
        await end_facts(batch.session, moved, "superseded", note="import", ended_by=author)
    facts = [_term_fact(done.rows[place]) for place in sorted(done.new | done.changed)]
    await write_facts(batch.session, facts, source="core", written_by=author)


def _term_fact(values: dict[str, Any]) -> FactDraft:
    starts: dt.date = values["starts_on"]
    return FactDraft(
        kind="term",
        organization_id=values["organization_id"],
        happened_on=starts,
        until_on=values["ends_on"],
        record_type="term",
        record_id=values["id"],
        grade="imported",
    )


async def write_positions(batch: Batch, rows: Sequence[Row]) -> None:
    """A post is known by organization, person and role."""
    candidates = []
    for row in rows:
        since = row["since"]
        values = {
            "organization_id": batch.organizations[row["organization"]],
            "person_id": row["number"].key,
            "role": row["role"],
            "since": since.day if since else None,
            "since_precision": since.precision if since else "day",
            "until": row["until"],
        }
        candidates.append(Candidate(row.number, values))
    await batch.upsert(POSITIONS, candidates, ["organization_id", "person_id", "role"], columns=POSITION_COLUMNS)

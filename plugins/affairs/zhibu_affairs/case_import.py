"""Writes the sheet 发展党员台账: the persons who are not members yet, their cases, and every dated step."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, text

from zhibu_affairs.development import ALL_STEPS, text_on
from zhibu_affairs.facts import write_case_facts
from zhibu_affairs.importing import renew_facts
from zhibu_affairs.models import DevelopmentCase, DevelopmentStep
from zhibu_core.imports.result import Row
from zhibu_core.imports.writing import Batch, Candidate
from zhibu_core.organization.names import sort_name
from zhibu_core.organization.people import Person
from zhibu_core.organization.sealed import PersonSecrets, citizen_id_index, sealed_columns

PEOPLE = cast("Table", Person.__table__)
CASES = cast("Table", DevelopmentCase.__table__)
STEPS = cast("Table", DevelopmentStep.__table__)
PERSON_COLUMNS = {"name": "name", "birth_on": "birth"}
CASE_COLUMNS = {
    "organization_id": "organization",
    "contacts": "contacts",
    "introducers": "introducers",
    "review_result": "review_result",
    "train_hours": "train_hours",
    "voters": "voters",
    "voters_present": "voters_present",
    "yes": "yes",
    "ballot": "ballot",
    "approver": "approver",
    "full_request_on": "full_request",
    "note": "note",
}

_PEOPLE = text(
    """select p.id, p.name, p.sort_name, p.sex, p.birth_on, p.citizen_id_index,
      exists (select from membership m where m.tenant_id = p.tenant_id and m.person_id = p.id) as is_member
    from person p where p.tenant_id = :t and p.citizen_id_index is not null"""
)
_STEPS = text("select id, case_id, step, on_date, rules from affairs_step where tenant_id = :t")


async def write_cases(batch: Batch, rows: Sequence[Row]) -> None:
    """A case is known by its person, a person by the citizen id; a row counts once, by the most that it changes."""
    people = await _people(batch, rows)
    candidates = [Candidate(row.number, _case(batch, row, person)) for row, person in zip(rows, people, strict=True)]
    cases = await batch.upsert(CASES, candidates, ["person_id"], columns=CASE_COLUMNS, count=False)
    changed = cases.changed | await _steps(batch, rows, cases.ids)
    batch.count(len(rows), cases.new, changed)
    new = {cases.ids[place] for place in cases.new}
    await renew_facts(batch, new, {cases.ids[place] for place in changed} - new, write_case_facts)


async def _people(batch: Batch, rows: Sequence[Row]) -> list[uuid.UUID]:
    """The ids of the rows' persons; who is unknown is added, and a member's own record is the roster's to change."""
    found = await batch.session.execute(_PEOPLE, {"t": batch.tenant_id})
    held = {row.citizen_id_index: dict(row._mapping) for row in found}
    candidates = []
    for row in rows:
        index = citizen_id_index(batch.person_cipher, row["citizen_id"])
        known = held.get(index)
        candidates.append(Candidate(row.number, _person(row, index, is_member=bool(known and known["is_member"]))))
    done = await batch.upsert(
        PEOPLE,
        candidates,
        ["citizen_id_index"],
        columns=PERSON_COLUMNS,
        count=False,
        existing=held.values(),
        complete=lambda place, new: sealed_columns(
            batch.person_cipher, new, PersonSecrets(citizen_id=rows[place]["citizen_id"])
        ),
    )
    return done.ids


def _person(row: Row, index: bytes, *, is_member: bool) -> dict[str, Any]:
    number: str = row["citizen_id"]
    return {
        "name": None if is_member else row["name"],
        "sort_name": None if is_member else sort_name(row["name"]),
        # The seventeenth digit is odd for men; digits 7 to 14 are the day of birth (GB 11643).
        "sex": None if is_member else "male" if int(number[16]) % 2 else "female",
        "birth_on": None if is_member else row["birth"] or date.fromisoformat(number[6:14]),
        "citizen_id_index": index,
    }


def _case(batch: Batch, row: Row, person: uuid.UUID) -> dict[str, Any]:
    return {
        "person_id": person,
        "organization_id": batch.organizations[row["organization"]],
        "contacts": list(row["contacts"]) if row["contacts"] else None,
        "introducers": list(row["introducers"]) if row["introducers"] else None,
        "review_result": row["review_result"],
        "train_hours": row["train_hours"],
        "voters": row["voters"],
        "voters_present": row["voters_present"],
        "yes": row["yes"],
        "ballot": row["ballot"],
        "approver": row["approver"],
        "full_request_on": row["full_request"],
        "note": row["note"] or "",
    }


async def _steps(batch: Batch, rows: Sequence[Row], cases: Sequence[uuid.UUID]) -> set[int]:
    """Brings the steps to what the rows say, one step after the other; returns the places of rows with a new day."""
    held: dict[str, list[dict[str, Any]]] = {step: [] for step in ALL_STEPS}
    for row in await batch.session.execute(_STEPS, {"t": batch.tenant_id}):
        held.setdefault(row.step, []).append(dict(row._mapping))
    touched: set[int] = set()
    for step in ALL_STEPS:
        places = [place for place, row in enumerate(rows) if row[step] is not None]
        candidates = [Candidate(rows[place].number, _step(cases[place], step, rows[place][step])) for place in places]
        done = await batch.upsert(
            STEPS, candidates, ["case_id"], columns={"on_date": step}, count=False, existing=held[step]
        )
        touched |= {places[n] for n in done.new | done.changed}
    return touched


def _step(case: uuid.UUID, step: str, on: date) -> dict[str, Any]:
    return {"case_id": case, "step": step, "on_date": on, "rules": text_on(on)}

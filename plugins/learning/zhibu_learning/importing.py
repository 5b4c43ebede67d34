"""Writes the sheets 必修课程 and 学习记录: set-wise, and a second time without any change."""

import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.imports.result import Row
from zhibu_core.imports.writing import Batch, Candidate, Upserted
from zhibu_core.ledger.facts import end_facts
from zhibu_core.tenancy.session import tenant_of
from zhibu_learning.facts import COURSES, TRAININGS, write_course_facts, write_training_facts
from zhibu_learning.words import read_form

TRAINING_KEY = ("person_id", "day", "form_name", "category", "course", "occurrence")
TRAINING_COLUMNS = {
    "organization_id": "organization",
    "hours": "hours",
    "organiser": "organiser",
    "evidence": "evidence",
    "confirmed": "confirmed",
}
COURSE_COLUMNS = {
    "name": "name",
    "hours": "hours",
    "category": "category",
    "deadline": "deadline",
    "audience": "audience",
}


async def course_codes(session: AsyncSession) -> dict[str, set[str]]:
    """The codes that training entries may name."""
    query = text("select code from learning_course where tenant_id = :t")
    return {"course.code": set(await session.scalars(query, {"t": tenant_of(session)}))}


async def write_courses(batch: Batch, rows: Sequence[Row]) -> None:
    """A course is known by its code."""
    candidates = [Candidate(row.number, _course(row)) for row in rows]
    done = await batch.upsert(COURSES, candidates, ["code"], columns=COURSE_COLUMNS)
    await _renew(batch, done, write_course_facts)


async def write_trainings(batch: Batch, rows: Sequence[Row]) -> None:
    """An entry is known by person, day, form, category and course; alike ones by their order in the sheet."""
    homes = await _homes(batch) if any(row["organization"] is None for row in rows) else {}
    alike: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    candidates = []
    for row in rows:
        values = _training(batch, row, homes)
        identity = tuple(values[name] for name in TRAINING_KEY[:-1])
        alike[identity] += 1
        values["occurrence"] = alike[identity]
        candidates.append(Candidate(row.number, values))
    done = await batch.upsert(TRAININGS, candidates, TRAINING_KEY, columns=TRAINING_COLUMNS)
    await _renew(batch, done, write_training_facts)


async def _renew(batch: Batch, done: Upserted, write: Callable[..., Awaitable[int]]) -> None:
    """Ends the facts of what changed, and writes those of what is new or changed."""
    author = batch.scope.actor.person_id if batch.scope.actor else None
    changed = {done.ids[place] for place in done.changed}
    if changed:
        await end_facts(batch.session, changed, "superseded", note="import", ended_by=author)
    written = changed | {done.ids[place] for place in done.new}
    if written:
        await write(batch.session, written, grade="imported", written_by=author)


def _course(row: Row) -> dict[str, Any]:
    return {
        "code": row["code"],
        "name": row["name"] or row["code"],
        "hours": None if row["hours"] is None else float(row["hours"]),
        "category": row["category"] or "",
        "deadline": row["deadline"],
        "audience": row["audience"] or "",
    }


def _training(batch: Batch, row: Row, homes: dict[uuid.UUID, uuid.UUID]) -> dict[str, Any]:
    person, branch, form = row["number"].key, row["organization"], row["form"] or ""
    return {
        "person_id": person,
        "organization_id": batch.organizations[branch] if branch else homes[person],
        "day": row["day"],
        "hours": float(row["hours"]),
        "category": row["category"] or "",
        "form": read_form(form),
        "form_name": form,
        "organiser": row["organiser"] or "",
        "evidence": row["evidence"] or "",
        "course": row["course"] or "",
        "confirmed": bool(row["confirmed"]),
    }


async def _homes(batch: Batch) -> dict[uuid.UUID, uuid.UUID]:
    """The branch of every person, the present one where there is one."""
    query = text("select person_id, organization_id from membership where tenant_id = :t order by until nulls last")
    return {row.person_id: row.organization_id for row in await batch.session.execute(query, {"t": batch.tenant_id})}

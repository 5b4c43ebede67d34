"""Writes the sheet 党员花名册: persons with their sealed values, and their memberships."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, select

from zhibu_core.calendar import add_months
from zhibu_core.imports.result import Row
from zhibu_core.imports.writing import Batch, Candidate, Upserted
from zhibu_core.organization.names import sort_name
from zhibu_core.organization.people import Membership, Person
from zhibu_core.organization.sealed import PersonSecrets, citizen_id_index, open_secrets, sealed_columns
from zhibu_core.tallies.members import count_members
from zhibu_core.tenancy.bulk import update_rows

PEOPLE = cast("Table", Person.__table__)
MEMBERSHIPS = cast("Table", Membership.__table__)
PROBATION_MONTHS = 12
PERSON_COLUMNS = {
    "name": "name",
    "sex": "sex",
    "ethnic": "ethnic",
    "birth_on": "birth",
    "education": "education",
    "post": "post",
    "native_place": "native_place",
    "number": "number",
}
MEMBERSHIP_COLUMNS = {
    "organization_id": "organization",
    "member_class": "class",
    "status": "status",
    "joined_on": "joined",
    "full_on": "full_on",
    "lost_since": "lost_since",
    "mobile_to": "mobile_to",
    "party_post": "role",
    "party_post_since": "role_since",
    "dues_monthly_fen": "monthly_dues",
    "dues_paid_until": "paid_until",
}
SECRETS = ("phone", "telephone", "address")


async def write_roster(batch: Batch, rows: Sequence[Row]) -> None:
    """Persons are matched by citizen id; a membership by its person. One row counts once, by the more it changes."""
    held = await _held(batch)
    secrets = [_secrets(row) for row in rows]
    people = await batch.upsert(
        PEOPLE,
        [Candidate(row.number, _person(batch, row)) for row in rows],
        ["citizen_id_index"],
        columns=PERSON_COLUMNS,
        count=False,
        existing=held,
        complete=lambda place, new: sealed_columns(batch.person_cipher, new, secrets[place]),
    )
    resealed = await _reseal(batch, rows, secrets, people, {row["id"]: row["sealed"] for row in held})
    for subject, person_id in zip(batch.sheet.subjects, people.ids, strict=True):
        subject.key = person_id
    members = [
        Candidate(row.number, _membership(batch, row, found)) for row, found in zip(rows, people.ids, strict=True)
    ]
    current = await _current(batch)
    joined = await batch.upsert(
        MEMBERSHIPS, members, ["person_id"], columns=MEMBERSHIP_COLUMNS, count=False, existing=current
    )
    await count_members(batch.session)
    batch.count(len(rows), people.new | joined.new, people.changed | joined.changed | resealed)


async def _held(batch: Batch) -> list[dict[str, Any]]:
    names = [*PERSON_COLUMNS, "id", "sort_name", "citizen_id_index", "sealed"]
    query = select(*(PEOPLE.c[name] for name in names)).where(PEOPLE.c.tenant_id == batch.tenant_id)
    return [dict(row._mapping) for row in await batch.session.execute(query)]


async def _current(batch: Batch) -> list[dict[str, Any]]:
    columns = [column for column in MEMBERSHIPS.c if column.name != "tenant_id"]
    query = select(*columns).where(MEMBERSHIPS.c.tenant_id == batch.tenant_id, MEMBERSHIPS.c.until.is_(None))
    return [dict(row._mapping) for row in await batch.session.execute(query)]


def _secrets(row: Row) -> PersonSecrets:
    return PersonSecrets(row["citizen_id"], row["phone"], row["telephone"], row["address"])


async def _reseal(
    batch: Batch,
    rows: Sequence[Row],
    secrets: Sequence[PersonSecrets],
    people: Upserted,
    sealed: Mapping[Any, bytes | None],
) -> set[int]:
    """Seals anew what differs for persons that were there before; returns their places."""
    altered: list[dict[str, Any]] = []
    places: set[int] = set()
    for place, person_id in enumerate(people.ids):
        if place in people.new or person_id not in sealed:
            continue
        old = open_secrets(batch.person_cipher, person_id, sealed[person_id])
        new = _over(old, secrets[place])
        if new == old:
            continue
        places.add(place)
        altered.append({"id": person_id, **sealed_columns(batch.person_cipher, person_id, new)})
        for name in SECRETS:
            if getattr(old, name) not in (None, getattr(new, name)):
                batch.show(rows[place].number, name, getattr(old, name), getattr(new, name))
    await update_rows(batch.session, PEOPLE, altered, ["sealed", "citizen_id_index", "phone_index"])
    return places


def _over(old: PersonSecrets, new: PersonSecrets) -> PersonSecrets:
    """The new values over the old; an empty one never replaces a filled one."""
    return PersonSecrets(*(getattr(new, name) or getattr(old, name) for name in ("citizen_id", *SECRETS)))


def _person(batch: Batch, row: Row) -> dict[str, Any]:
    return {
        "name": row["name"],
        "sort_name": sort_name(row["name"]),
        "sex": row["sex"] if row["sex"] in ("male", "female") else None,
        "ethnic": row["ethnic"],
        "birth_on": row["birth"],
        "education": row["education"],
        "post": row["post"],
        "native_place": row["native_place"],
        "number": row["number"],
        "citizen_id_index": citizen_id_index(batch.person_cipher, row["citizen_id"]),
    }


def _membership(batch: Batch, row: Row, person_id: Any) -> dict[str, Any]:
    full, since = row["full_on"], row["role_since"]
    return {
        "person_id": person_id,
        "organization_id": batch.organizations[row["organization"]],
        "member_class": "probationary" if row["class"] == "probationary" else "full_member",
        "status": row["status"] or "normal",
        "joined_on": row["joined"],
        "full_on": full,
        # Standing counts from the end of probation, not from the approval (domain.md 3.2).
        "standing_from": add_months(row["joined"], PROBATION_MONTHS) if full else None,
        "is_lost": bool(row["lost"]),
        "lost_since": row["lost_since"],
        "is_mobile": bool(row["mobile"]),
        "mobile_to": row["mobile_to"],
        "is_exempt": bool(row["exempt"]),
        "party_post": row["role"],
        "party_post_since": since.day if since else None,
        "party_post_precision": since.precision if since else "day",
        "dues_monthly_fen": row["monthly_dues"],
        "dues_paid_until": row["paid_until"],
        "since": row["joined"],
        "until": None,
    }

"""Bulk loading keeps every value as it was given: quotes, braces, nulls, bytes, lists, json, instants."""

import datetime as dt
import uuid
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from zhibu_core.audit import AuditEntry
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_testing.fixtures import Parties

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(TEXT, st.none() | TEXT, st.none() | st.binary(max_size=20), st.none() | st.dates()), max_size=4)
)
async def test_persons_come_back_as_given(platform: Platform, parties: Parties, values: list[tuple[Any, ...]]) -> None:
    rows = [
        {"id": uuid.uuid4(), "name": name, "sort_name": name, "post": post, "sealed": sealed, "birth_on": born}
        for name, post, sealed, born in values
    ]
    async with platform.database.session(parties.home.id) as session:
        assert await insert_rows(session, Person.__table__, rows) == len(rows)
        found = {p.id: p for p in await session.scalars(select(Person).where(Person.id.in_([r["id"] for r in rows])))}
    for row in rows:
        person = found[row["id"]]
        assert (person.name, person.post, person.sealed, person.birth_on) == (
            row["name"],
            row["post"],
            row["sealed"],
            row["birth_on"],
        )


async def test_lists_json_and_instants_come_back_as_given(platform: Platform, parties: Parties) -> None:
    at = dt.datetime(2026, 10, 31, 8, 30, 15, 123456, tzinfo=dt.UTC)
    fields = ['a"b', "c\\d", "{e,f}", "", "NULL", "党费"]
    entry = {
        "id": uuid.uuid4(), "at": at, "action": "x", "object_type": "y", "fields": fields, "request_id": "", "client": "t",
    }  # fmt: skip
    setting = {"id": uuid.uuid4(), "key": 'k"\\', "value": {"text": 'q"\\{},', "list": [1, None]}}
    async with platform.database.session(parties.home.id) as session:
        await insert_rows(session, AuditEntry.__table__, [entry])
        await insert_rows(session, TenantSetting.__table__, [setting])
        kept = await session.scalar(select(AuditEntry).where(AuditEntry.id == entry["id"]))
        value = await session.scalar(select(TenantSetting.value).where(TenantSetting.id == setting["id"]))
    assert kept is not None
    assert (kept.at, kept.fields) == (at, fields)
    assert value == setting["value"]

"""Sensitive values shown whole: one audit entry a person in the same transaction, for any number by two statements."""

import datetime as dt
import uuid
from typing import cast

from sqlalchemy import Table

from zhibu_core.audit import AuditEntry
from zhibu_core.organization.sealed import PersonSecrets
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_graphql.context import Context
from zhibu_graphql.reading.members import secrets_of

ACTION = "member.unmask"
FIELDS = ["citizen_id", "phone", "telephone", "address"]


async def unmasked_secrets(context: Context, person: uuid.UUID, purpose: str) -> PersonSecrets:
    """A person's values; the caller has checked that the asker may unmask at the person's place."""

    async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, PersonSecrets]:
        found = await secrets_of(context, keys)
        await _note(context, keys, purpose)
        return found

    return await context.load(("unmasked", purpose), person, fetch) or PersonSecrets()


async def _note(context: Context, persons: list[uuid.UUID], purpose: str) -> None:
    scope, now = context.scope, dt.datetime.now(dt.UTC)
    common = {
        "at": now,
        "actor_id": scope.person(),
        "action": ACTION,
        "object_type": "person",
        "fields": FIELDS,
        "purpose": purpose,
        "request_id": scope.request_id,
        "client": scope.actor.client if scope.actor else "",
    }
    rows = [{"id": new_id(), "object_id": person, **common} for person in persons]
    async with context.turn() as session:
        await insert_rows(session, cast("Table", AuditEntry.__table__), rows)

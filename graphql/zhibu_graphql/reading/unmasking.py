"""Records opened and sensitive values shown whole: one audit entry a person in the same transaction, by one statement."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import cast

from sqlalchemy import Table

from zhibu_core.audit import AuditEntry
from zhibu_core.organization.sealed import PersonSecrets
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_graphql.context import Context
from zhibu_graphql.reading.members import secrets_of

ACTION = "member.unmask"
OPEN = "member.read"
FIELDS = ["citizen_id", "phone", "telephone", "address"]


async def unmasked_secrets(context: Context, person: uuid.UUID, purpose: str) -> PersonSecrets:
    """A person's values; the caller has checked that the asker may unmask at the person's place."""

    async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, PersonSecrets]:
        found = await secrets_of(context, keys)
        await _note(context, keys, ACTION, FIELDS, purpose)
        return found

    return await context.load(("unmasked", purpose), person, fetch) or PersonSecrets()


async def note_opened(context: Context, persons: Iterable[uuid.UUID]) -> None:
    """That these persons' records were opened one by one; one's own is no matter for the audit."""
    others = [person for person in persons if person != context.scope.person()]
    await _note(context, others, OPEN, ["record"], None)


async def _note(
    context: Context, persons: Sequence[uuid.UUID], action: str, fields: list[str], purpose: str | None
) -> None:
    scope, now = context.scope, dt.datetime.now(dt.UTC)
    common = {
        "at": now,
        "actor_id": scope.person(),
        "action": action,
        "object_type": "person",
        "fields": fields,
        "purpose": purpose,
        "request_id": scope.request_id,
        "client": scope.actor.client if scope.actor else "",
    }
    rows = [{"id": new_id(), "object_id": person, **common} for person in persons]
    async with context.turn() as session:
        await insert_rows(session, cast("Table", AuditEntry.__table__), rows)

"""Records opened and sensitive values shown whole: one audit entry an object in the same transaction, by one statement."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

from sqlalchemy import Table

from zhibu_core.audit import AuditEntry
from zhibu_core.organization.sealed import PersonSecrets
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.context import Context
from zhibu_graphql.reading.members import secrets_of
from zhibu_graphql.sql import Noted

ENTRIES: Final = cast("Table", AuditEntry.__table__)
WHOLE = Noted("member.unmask", "person", ("citizen_id", "phone", "telephone", "address"))


async def unmasked_secrets(context: Context, person: uuid.UUID, purpose: str) -> PersonSecrets:
    """A person's values; the caller has checked that the asker may unmask at the person's place."""

    async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, PersonSecrets]:
        found = await secrets_of(context, keys)
        await _write(context, entries(context.scope, WHOLE, keys, purpose))
        return found

    return await context.load(("unmasked", purpose), person, fetch) or PersonSecrets()


async def note_opened(context: Context, noted: Noted, objects: Iterable[uuid.UUID]) -> None:
    """That these objects were opened one by one; one's own is no matter for the audit."""
    await _write(context, entries(context.scope, noted, others(context.scope, objects), None))


def others(scope: Scope, objects: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Those that are not the asker's own, each once."""
    return [one for one in dict.fromkeys(objects) if one != scope.person()]


def entries(scope: Scope, noted: Noted, objects: Sequence[uuid.UUID], purpose: str | None) -> list[dict[str, Any]]:
    """The rows of the audit for these objects."""
    common = {
        "at": dt.datetime.now(dt.UTC),
        "actor_id": scope.person(),
        "action": noted.action,
        "object_type": noted.object_type,
        "fields": list(noted.fields),
        "purpose": purpose,
        "request_id": scope.request_id,
        "client": scope.actor.client if scope.actor else "",
    }
    return [{"id": new_id(), "object_id": one, **common} for one in objects]


async def _write(context: Context, rows: Sequence[dict[str, Any]]) -> None:
    async with context.turn() as session:
        await insert_rows(session, ENTRIES, rows)

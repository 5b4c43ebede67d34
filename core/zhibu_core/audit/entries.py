"""Who did what: one row in the same transaction as the deed; names of fields, never their values."""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of


class AuditEntry(TenantOwned):
    """One deed; the runtime role may add and read, nothing else."""

    __tablename__ = "audit_entry"

    at: Mapped[dt.datetime]
    actor_id: Mapped[uuid.UUID | None]
    acting_for: Mapped[uuid.UUID | None]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[uuid.UUID | None]
    fields: Mapped[list[str]]
    purpose: Mapped[str | None]
    request_id: Mapped[str]
    client: Mapped[str]


# Text and not insert(): composing the statement anew costs more than the row itself.
_APPEND = text(
    """insert into audit_entry (tenant_id, id, at, actor_id, action, object_type, object_id, fields, purpose, request_id, client)
    values (:tenant_id, :id, :at, :actor_id, :action, :object_type, :object_id, :fields, :purpose, :request_id, :client)"""
)


@dataclass(frozen=True)
class By:
    """Who did it (None: nobody that is known), through what, in which request."""

    actor_id: uuid.UUID | None
    client: str
    request_id: str = ""


async def note(
    session: AsyncSession,
    scope: Scope,
    action: str,
    object_type: str,
    object_id: uuid.UUID | None = None,
    *,
    fields: Sequence[str] = (),
    purpose: str | None = None,
) -> None:
    """Appends one row in the session's transaction; `action` is the permission's key under which it was done."""
    actor = scope.actor
    by = By(actor.person_id if actor else None, actor.client if actor else "command", scope.request_id)
    await append(session, by, action, object_type, object_id, fields=fields, purpose=purpose)


async def append(
    session: AsyncSession,
    by: By,
    action: str,
    object_type: str,
    object_id: uuid.UUID | None = None,
    *,
    fields: Sequence[str] = (),
    purpose: str | None = None,
) -> None:
    """As `note`, where there is no scope."""
    await session.execute(
        _APPEND,
        {
            "tenant_id": tenant_of(session),
            "id": new_id(),
            "at": dt.datetime.now(dt.UTC),
            "actor_id": by.actor_id,
            "action": action,
            "object_type": object_type,
            "object_id": object_id,
            "fields": list(fields),
            "purpose": purpose,
            "request_id": by.request_id,
            "client": by.client,
        },
    )


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Entry:
    """One row as it stands in the table."""

    id: uuid.UUID
    at: dt.datetime
    actor_id: uuid.UUID | None
    acting_for: uuid.UUID | None
    action: str
    object_type: str
    object_id: uuid.UUID | None
    fields: list[str]
    purpose: str | None
    request_id: str
    client: str

    def canonical(self, *, named: uuid.UUID | None = None) -> bytes:
        """The bytes that are hashed: a JSON array in UTF-8 of all columns in this order, the instant in microseconds.

        `named` puts another id in the row's place: so one sees whether two rows have changed places.
        """
        values: list[Any] = [
            str(named or self.id),
            (self.at - EPOCH) // dt.timedelta(microseconds=1),
            _text(self.actor_id),
            _text(self.acting_for),
            self.action,
            self.object_type,
            _text(self.object_id),
            self.fields,
            self.purpose,
            self.request_id,
            self.client,
        ]
        return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _text(value: uuid.UUID | None) -> str | None:
    return None if value is None else str(value)

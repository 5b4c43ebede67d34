"""Who did what: one row in the same transaction as the deed; names of fields, never their values."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import insert
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
    await session.execute(
        insert(AuditEntry.__table__).values(  # type: ignore[arg-type]
            tenant_id=tenant_of(session),
            id=new_id(),
            at=dt.datetime.now(dt.UTC),
            actor_id=actor.person_id if actor else None,
            action=action,
            object_type=object_type,
            object_id=object_id,
            fields=list(fields),
            purpose=purpose,
            request_id=scope.request_id,
            client=actor.client if actor else "command",
        )
    )

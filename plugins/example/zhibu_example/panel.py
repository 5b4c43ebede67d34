"""The panel on the page of an organization."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.tenant_settings import value_of
from zhibu_example.notes import notes_of
from zhibu_example.settings import SHOWN


async def latest_notes(session: AsyncSession, scope: Scope, subject: uuid.UUID) -> Mapping[str, Any] | None:
    """The newest notes of the organization, None where it has none."""
    most = await value_of(session, SHOWN)
    notes = [note for note, _ in await notes_of(session, scope, organization_id=subject, limit=most)]
    return {"notes": notes} if notes else None

"""The panel on the page of an organization."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.board import CATEGORIES
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.drafts import KINDS
from zhibu_partnership.entries import entries_of

SHOWN = 4


async def offers_and_needs(session: AsyncSession, scope: Scope, subject: uuid.UUID) -> Mapping[str, Any] | None:
    """The newest entries of the organization, None where it has none."""
    found = await entries_of(session, scope, organization_id=subject, limit=SHOWN)
    lines = [(entry, KINDS[entry.kind], CATEGORIES[entry.category]) for entry, _ in found]
    return {"lines": lines} if lines else None

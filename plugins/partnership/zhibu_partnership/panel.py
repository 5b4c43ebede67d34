"""Panels: what an organization offers and needs on its page, and on home what waits for the reader."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.board import CATEGORIES
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.drafts import KINDS
from zhibu_partnership.entries import entries_of
from zhibu_partnership.waiting import all_waiting

SHOWN = 4
ON_HOME = 3


async def offers_and_needs(session: AsyncSession, scope: Scope, subject: uuid.UUID) -> Mapping[str, Any] | None:
    """The newest entries of the organization, None where it has none."""
    found = await entries_of(session, scope, organization_id=subject, limit=SHOWN)
    lines = [(entry, KINDS[entry.kind], CATEGORIES[entry.category]) for entry, _ in found]
    return {"lines": lines} if lines else None


async def waiting(session: AsyncSession, scope: Scope, _subject: uuid.UUID) -> Mapping[str, Any] | None:
    """What the reader may sign, answer, confirm or settle; None where nothing waits."""
    found = await all_waiting(session, scope)
    return {"waiting": found[:ON_HOME], "more": len(found) > ON_HOME} if found else None

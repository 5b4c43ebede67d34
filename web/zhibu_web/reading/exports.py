"""Exports as home reads them: those that wait for the reader's word."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.exports.reading import waiting_for
from zhibu_core.tenancy.scope import Scope


async def waiting_panel(session: AsyncSession, scope: Scope, subject: uuid.UUID) -> Mapping[str, Any] | None:
    """The exports to decide on (one statement); None where nothing waits."""
    del subject  # home's subject is the reader
    lines = await waiting_for(session, scope)
    return {"exports": [line.export for line in lines]} if lines else None

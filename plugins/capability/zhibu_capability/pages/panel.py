"""The panel on a branch's page: the band of its last quarter in words, and the way to the portrait."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.actions import READ
from zhibu_capability.pages.places import last_quarter
from zhibu_capability.pages.words import BANDS
from zhibu_core.organization.kinds import BRANCH_TYPES
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of

_LATEST = text(
    """select o.code, o.path, o.kind, s.result->'strict'->>'band' as band from organization o
    left join lateral (select c.result from capability_score c where c.tenant_id = :t and c.organization_id = o.id
      and c.starts_on = :first and c.ends_on = :last order by c.id desc limit 1) s on true
    where o.tenant_id = :t and o.id = :organization"""
)


async def panel(session: AsyncSession, scope: Scope, organization_id: uuid.UUID) -> Mapping[str, Any] | None:
    """What the panel shows, from the store (one statement); None for what is no branch."""
    period = last_quarter(scope.today)
    values = {"t": tenant_of(session), "organization": organization_id, "first": period.start, "last": period.end}
    row = (await session.execute(_LATEST, values)).first()
    if row is None or row.kind not in BRANCH_TYPES or not scope.may(READ, row.path):
        return None
    return {"code": row.code, "period": period, "band": BANDS[row.band] if row.band else None}

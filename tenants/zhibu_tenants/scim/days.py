"""Counts, program by program and day by day, the calls that changed something and those that were refused."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of, tenant_of
from zhibu_tenants.scim.models import DirectoryDay

KEPT = dt.timedelta(days=90)


async def count_call(session: AsyncSession, scope: Scope, *, refusal: str | None = None) -> None:
    """Counts a call of today, refused for the reason given or else done; forgets days older than 90."""
    now, today = instant_of(session), scope.today
    first = insert(DirectoryDay).values(
        tenant_id=tenant_of(session),
        id=new_id(),
        client=scope.actor.client if scope.actor else "",
        day=today,
        written=int(refusal is None),
        refused=int(refusal is not None),
        last_at=now,
        last_refusal=refusal,
    )
    told = {
        "written": DirectoryDay.written + first.excluded.written,
        "refused": DirectoryDay.refused + first.excluded.refused,
        "last_at": now,
    }
    if refusal is not None:
        told["last_refusal"] = refusal
    await session.execute(first.on_conflict_do_update(index_elements=["tenant_id", "client", "day"], set_=told))
    await session.execute(delete(DirectoryDay).where(DirectoryDay.day < today - KEPT))


async def latest_days(session: AsyncSession, most: int) -> list[DirectoryDay]:
    """The latest days, the newest first."""
    query = select(DirectoryDay).order_by(DirectoryDay.day.desc(), DirectoryDay.client).limit(most)
    return list(await session.scalars(query))

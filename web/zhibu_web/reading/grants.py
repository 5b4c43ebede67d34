"""The roles that somebody holds: granted ones, and the one that comes with belonging to a branch."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of


@dataclass(frozen=True)
class MyGrant:
    """One role: at which organization (None: the whole tenant), since and until when, `given` or from membership."""

    role: str
    place: str | None
    since: dt.date
    until: dt.date | None
    given: bool


_MINE = text(
    """select g.role, o.name as place, g.since, g.until, true as given, coalesce(o.path, '') as path from role_grant g
    left join organization o on o.tenant_id = g.tenant_id and o.id = g.node_id
    where g.tenant_id = :t and g.person_id = :me and g.since <= :today and (g.until is null or g.until >= :today)
    union all
    select 'member', o.name, m.since, null, false, o.path from membership m
    join organization o on o.tenant_id = m.tenant_id and o.id = m.organization_id
    where m.tenant_id = :t and m.person_id = :me and m.until is null and m.status in ('normal', 'restored')
    order by path, role"""
)


async def my_grants(session: AsyncSession, scope: Scope) -> list[MyGrant]:
    """One's own roles in force, from the top of the tree (one statement)."""
    rows = await session.execute(_MINE, {"t": tenant_of(session), "me": scope.person(), "today": scope.today})
    return [MyGrant(row.role, row.place, row.since, row.until, row.given) for row in rows]

"""What the board shows of the tenant: exactly the fields of `board.Line`, of entries in force, while its administrator says so."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.board import Line, decide, leave, say
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import DECIDE, require
from zhibu_partnership.models import Entry

_COLUMNS: dict[str, Any] = {
    name: {"organization": Organization.name, "code": Organization.code}.get(name, getattr(Entry, name, None))
    for name in Line.__dataclass_fields__
}


def line_of(entry: Entry, place: Organization) -> Line:
    """An entry as the board shows it."""
    values: dict[str, Any] = {name: getattr(entry, name, None) for name in Line.__dataclass_fields__}
    return Line(**values | {"organization": place.name, "code": place.code})


async def lines_of(session: AsyncSession, ids: Sequence[uuid.UUID] | None = None) -> list[Line]:
    """What the board would show of these entries (None: all): those not withdrawn, of organizations that stand."""
    query = (
        select(*(column.label(name) for name, column in _COLUMNS.items()))
        .join(Organization, (Organization.tenant_id == Entry.tenant_id) & (Organization.id == Entry.organization_id))
        .where(Entry.withdrawn_on.is_(None), Organization.abolished_on.is_(None))
        .order_by(Entry.said_at, Entry.id)
    )
    rows = await session.execute(query if ids is None else query.where(Entry.id.in_(ids)))
    return [Line(**row._mapping) for row in rows]


async def show(session: AsyncSession, ids: Sequence[uuid.UUID] | None = None) -> int:
    """Has the board show these entries (None: all) as they are now; returns how many stand there after it."""
    return await say(session, await lines_of(session, ids), gone=ids)


async def hide(session: AsyncSession) -> None:
    """Takes everything off the board; the administrator's word stays."""
    await leave(session)


async def decide_listing(session: AsyncSession, scope: Scope, *, listed: bool) -> int:
    """The administrator's word, noted in the audit; returns how many entries the board shows now. Raises `Forbidden`."""
    require(scope, DECIDE, "")
    await decide(session, scope, DECIDE, listed=listed)
    await publish(session, "partnership.board.listed" if listed else "partnership.board.left", "board", None)
    return await show(session) if listed else 0

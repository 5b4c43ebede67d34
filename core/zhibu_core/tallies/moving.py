"""Tallies go with their organization when it moves in the tree."""

import uuid
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.session import tenant_of

_MOVE = [
    text(
        f"""update {table} x set path = o.path from organization o
        where x.tenant_id = :t and o.tenant_id = x.tenant_id and o.id = x.{key} and o.id = any(:ids) and x.path <> o.path"""  # noqa: S608
    )
    for table, key in (("fact_tally", "organization_id"), ("member_tally", "id"))
]


async def move_tallies(session: AsyncSession, organizations: Sequence[uuid.UUID]) -> None:
    """Gives the tallies of these organizations the paths that the organizations have now; two statements."""
    for statement in _MOVE:
        await session.execute(statement, {"t": tenant_of(session), "ids": list(organizations)})

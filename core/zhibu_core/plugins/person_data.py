"""What plugins say about one person's data: sections of an export, and what an erasure has to keep, with the reason."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words


@dataclass(frozen=True)
class PersonSection:
    """Rows about a person, by column."""

    title: Words
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Kept:
    """So many records about a person that stay, and why."""

    what: Words
    number: int
    why: Words


async def rows_about(
    session: AsyncSession, model: type[TenantOwned], person: uuid.UUID, *, column: str = "person_id"
) -> list[Mapping[str, Any]]:
    """The rows of a table that name the person in `column`, oldest first, without the tenant."""
    table = cast("Table", model.__table__)
    columns = [one for one in table.c if one.name != "tenant_id"]
    query = select(*columns).where(table.c.tenant_id == tenant_of(session), table.c[column] == person)
    return [dict(row._mapping) for row in await session.execute(query.order_by(table.c.id))]

"""Updates many rows by one statement: unnest joined by tenant and id."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.bulk import arrays_of, raw_connection
from zhibu_core.tenancy.session import tenant_of


async def update_rows(
    session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> None:
    """Sets `columns` of the rows with these ids; a statement for all of them."""
    if not rows or not columns:
        return
    shape = arrays_of(table, ("id", *columns))
    assigned = ", ".join(f'"{name}" = {picked}' for name, picked in list(shape.picked.items())[1:])
    statement = (
        f'update "{table.name}" x set {assigned} from unnest({shape.placeholders(start=2)}) u({shape.names}) '  # noqa: S608
        "where x.tenant_id = $1 and x.id = u.id"
    )
    connection = await raw_connection(session)
    values = {name: [row[name] for row in rows] for name in shape.picked}
    await connection.execute(statement, tenant_of(session), *shape.pack(values))

"""Statements of hot paths, made ready once and given to the driver itself: a quarter of a millisecond less each."""

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import asyncpg
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.bulk import raw_connection
from zhibu_core.tenancy.session import CONNECTION


class Named(asyncpg.Record):  # type: ignore[misc]  # asyncpg names no types
    """A row whose columns are attributes, as rows of a session's own statements have them."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


async def direct(session: AsyncSession, statement: TextClause, parameters: Mapping[str, Any]) -> list[Named]:
    """The rows of a statement that is kept for good (each text is compiled once and stays), in the session's transaction.

    It names the tenant itself, as every hand-written statement. Parameters go to the driver as they are (uuid, date,
    text, numbers, lists of these), and what is raised is the driver's (`asyncpg.PostgresError`).
    """
    sql, names = _ready(statement)
    driver, values = await raw_connection(session), tuple([parameters[name] for name in names])
    # Whoever counts or logs what the engine sends hears these as well.
    connection = session.info[CONNECTION]
    connection.dispatch.before_cursor_execute(connection, driver, sql, values, None, False)
    return cast("list[Named]", await driver.fetch(sql, *values, record_class=Named))


@cache
def _ready(statement: TextClause) -> tuple[str, tuple[str, ...]]:
    compiled: Any = statement.compile(dialect=dialect())  # type: ignore[no-untyped-call]
    return compiled.string, tuple(compiled.positiontup or ())

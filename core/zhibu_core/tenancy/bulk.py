"""Loads rows in bulk: unnest anchored on tenant_anchor, the form that row security and Citus both take (scale.md 5)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.session import tenant_of

BATCH = 10_000
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def insert_rows(
    session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]], *, on_conflict: str = ""
) -> int:
    """Inserts `rows` (all with the same keys, `id` among them) for the session's tenant; returns their number.

    `on_conflict` is an SQL clause such as ``on conflict (tenant_id, id) do nothing``. Raises what PostgreSQL raises.
    """
    if not rows:
        return 0
    shape = arrays_of(table, tuple(rows[0]))
    statement = shape.insertion(on_conflict)
    connection = await raw_connection(session)
    for start in range(0, len(rows), BATCH):
        await connection.execute(statement, tenant_of(session), *shape.pack(rows[start : start + BATCH]))
    return len(rows)


@dataclass(frozen=True)
class Arrays:
    """How rows of some columns of a table travel as arrays, one a column."""

    table: str
    types: tuple[str, ...]
    picked: dict[str, str]
    packers: dict[str, Callable[[Any], Any]]

    @property
    def names(self) -> str:
        """The columns, quoted, for the alias of unnest."""
        return ", ".join(f'"{name}"' for name in self.picked)

    def placeholders(self, *, start: int) -> str:
        """`$2::text[], $3::uuid[], …`"""
        return ", ".join(f"${n}::{kind}" for n, kind in enumerate(self.types, start=start))

    def insertion(self, on_conflict: str) -> str:
        """The insert statement; $1 is the tenant."""
        return (
            f'insert into "{self.table}" (tenant_id, {self.names}) select a.tenant_id, {", ".join(self.picked.values())} '  # noqa: S608
            f"from tenant_anchor a, unnest({self.placeholders(start=2)}) u({self.names}) where a.tenant_id = $1 {on_conflict}"
        )

    def pack(self, rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        """The rows' values, one list a column."""
        return [[put(row[name]) for row in rows] for name, put in self.packers.items()]


@lru_cache(maxsize=256)
def arrays_of(table: Table, columns: tuple[str, ...]) -> Arrays:
    """The arrays for these columns."""
    kinds = {name: table.c[name].type for name in columns}
    return Arrays(
        table.name,
        tuple(_array_type(kind) for kind in kinds.values()),
        {name: _picked(kind, name) for name, kind in kinds.items()},
        {name: _packer(kind) for name, kind in kinds.items()},
    )


async def raw_connection(session: AsyncSession) -> "asyncpg.Connection[asyncpg.Record]":
    """The asyncpg connection under a session, inside its transaction (a statement has run, so app.bind has too)."""
    raw = await (await session.connection()).get_raw_connection()
    driver: asyncpg.Connection[asyncpg.Record] | None = raw.driver_connection
    if driver is None or not driver.is_in_transaction():
        raise RuntimeError("the connection is in autocommit: run a statement of the session first")
    return driver


def _array_type(kind: Any) -> str:
    # Arrays of arrays cannot be unnested by row and json has no array codec: both travel as text.
    if isinstance(kind, (ARRAY, JSONB)):
        return "text[]"
    return f"{kind.compile(dialect=_DIALECT)}[]"


def _picked(kind: Any, name: str) -> str:
    if isinstance(kind, ARRAY):
        return f'u."{name}"::{kind.compile(dialect=_DIALECT)}'
    return f'u."{name}"::jsonb' if isinstance(kind, JSONB) else f'u."{name}"'


def _packer(kind: Any) -> Any:
    if isinstance(kind, JSONB):
        return lambda value: None if value is None else msgspec.json.encode(value).decode()
    if isinstance(kind, ARRAY):
        return _array_literal
    return _same


def _same(value: Any) -> Any:
    return value


def _array_literal(value: Sequence[str] | None) -> str | None:
    if value is None:
        return None
    quoted = ('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in value)
    return "{" + ",".join(quoted) + "}"

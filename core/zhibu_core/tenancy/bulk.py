"""Writes rows in bulk: unnest anchored on tenant_anchor, the form that row security and Citus both take (scale.md 5)."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import DateTime, LargeBinary, Table, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.session import CONNECTION, tenant_of

BATCH = 10_000
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


async def insert_rows(
    session: AsyncSession,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    on_conflict: str = "",
    at_once: int = BATCH,
) -> int:
    """Inserts `rows` (all with the same keys, `id` among them) for the session's tenant; returns their number.

    `on_conflict` is an SQL clause such as ``on conflict (tenant_id, id) do nothing``; `at_once` rows go by one statement,
    at whose end keys are checked. Raises what PostgreSQL raises.
    """
    if not rows:
        return 0
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return await insert_columns(session, table, columns, on_conflict=on_conflict, at_once=at_once)


async def insert_columns(
    session: AsyncSession,
    table: Table,
    columns: Mapping[str, Sequence[Any]],
    *,
    on_conflict: str = "",
    at_once: int = BATCH,
) -> int:
    """Inserts rows given by column, all of one length; else as `insert_rows`."""
    shape = arrays_of(table, tuple(columns))
    statement = shape.insertion(on_conflict)
    connection = await raw_connection(session)
    length = len(columns["id"])
    for start in range(0, length, at_once):
        part = {name: values[start : start + at_once] for name, values in columns.items()}
        await connection.execute(statement, tenant_of(session), *shape.pack(part))
    return length


def insertion_of(table: Table, tenant: uuid.UUID, rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[Any]]:
    """The statement that inserts rows (all with the same keys) for a tenant, and its arguments, for asyncpg."""
    shape = arrays_of(table, tuple(rows[0]))
    return shape.insertion(""), [tenant, *shape.pack({name: [row[name] for row in rows] for name in rows[0]})]


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


@dataclass(frozen=True)
class Arrays:
    """How rows of some columns of a table travel: one array literal a column, as text.

    The driver looks at every element of a list three times before it sends it; one string a column costs a third.
    """

    table: str
    types: tuple[str, ...]
    picked: dict[str, str]
    writers: dict[str, Callable[[Any], str]]

    @property
    def names(self) -> str:
        """The columns, quoted, for the alias of unnest."""
        return ", ".join(f'"{name}"' for name in self.picked)

    def placeholders(self, *, start: int) -> str:
        """`$2::text::text[], $3::text::uuid[], …`"""
        return ", ".join(f"${n}::text::{kind}" for n, kind in enumerate(self.types, start=start))

    def insertion(self, on_conflict: str) -> str:
        """The insert statement; $1 is the tenant."""
        return (
            f'insert into "{self.table}" (tenant_id, {self.names}) select a.tenant_id, {", ".join(self.picked.values())} '  # noqa: S608
            f"from tenant_anchor a, unnest({self.placeholders(start=2)}) u({self.names}) where a.tenant_id = $1 {on_conflict}"
        )

    def pack(self, columns: Mapping[str, Sequence[Any]]) -> list[str]:
        """Values by column as array literals; a value that stands in many rows is written once."""
        return [_literal(columns[name], write) for name, write in self.writers.items()]


def _literal(values: Sequence[Any], write: Callable[[Any], str]) -> str:
    # By identity and not by equality: hashing a time with its zone costs as much as writing it.
    distinct = {id(value): value for value in values}
    texts = {key: "NULL" if value is None else write(value) for key, value in distinct.items()}
    return "{" + ",".join([texts[id(value)] for value in values]) + "}"


@lru_cache(maxsize=256)
def arrays_of(table: Table, columns: tuple[str, ...]) -> Arrays:
    """The arrays for these columns."""
    kinds = {name: table.c[name].type for name in columns}
    return Arrays(
        table.name,
        tuple(_array_type(kind) for kind in kinds.values()),
        {name: _picked(kind, name) for name, kind in kinds.items()},
        {name: _writer(kind) for name, kind in kinds.items()},
    )


async def raw_connection(session: AsyncSession) -> "asyncpg.Connection[asyncpg.Record]":
    """The asyncpg connection under a session, inside its transaction (a statement has run, so app.bind has too)."""
    if CONNECTION not in session.info:
        await session.connection()
    driver: asyncpg.Connection[asyncpg.Record] | None = session.info[CONNECTION].connection.driver_connection
    if driver is None or not driver.is_in_transaction():
        raise RuntimeError("the connection is in autocommit: run a statement of the session first")
    return driver


def _array_type(kind: Any) -> str:
    # Arrays of arrays cannot be unnested by row: their rows travel as text and are cast one by one.
    return "text[]" if isinstance(kind, (ARRAY, JSONB)) else f"{kind.compile(dialect=_DIALECT)}[]"


def _picked(kind: Any, name: str) -> str:
    return f'u."{name}"::{kind.compile(dialect=_DIALECT)}' if isinstance(kind, (ARRAY, JSONB)) else f'u."{name}"'


def _writer(kind: Any) -> Callable[[Any], str]:
    if isinstance(kind, JSONB):
        return lambda value: _quoted(msgspec.json.encode(value).decode())
    if isinstance(kind, ARRAY):
        return lambda value: _quoted("{" + ",".join(_quoted(item) for item in value) + "}")
    if isinstance(kind, LargeBinary):
        return lambda value: _quoted("\\x" + value.hex())
    if isinstance(kind, Text):
        return _quoted
    if isinstance(kind, DateTime):
        return lambda value: f'"{value.isoformat()}"'
    return str


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'

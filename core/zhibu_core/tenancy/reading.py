"""Reads compiled to one statement: by app.read on the pool's own connections, where plans are prepared by name, bounded."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from zhibu_core.tenancy.lending import Lease, Lending

KEPT = 128
"""Plans prepared on one connection; the one not used for longest is deallocated."""

_READ = "select app.read($1, $2, $3)"
_READ_IF = "select app.read_if($1, $2, $3, $4, $5, $6)"
_CITUS = "select exists (select from pg_extension where extname = 'citus')"
CHANGED = "\x01"
"""What app.read_if puts before another answer than the expected: no text of a database begins so by itself."""

T = TypeVar("T")
Write = tuple[str, Sequence[Any]]
"""A statement that writes, and its arguments."""

Then = Callable[[str], Sequence[Write]]
"""What is written after a read, made of its answer."""

_LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.AdminShutdownError, OSError)


@dataclass(frozen=True)
class Statement:
    """A read: `name` is of its text and types, `sql` answers one text, `types` are those of its parameters."""

    name: str
    sql: str
    types: tuple[str, ...]

    @property
    def preparing(self) -> str:
        """What prepares it."""
        given = f" ({', '.join(self.types)})" if self.types else ""
        return f"prepare {self.name}{given} as {self.sql}"


@dataclass(frozen=True, slots=True)
class Expected:
    """A read with the answer (its SHA-256) that it must still give."""

    statement: Statement
    arguments: Sequence[str | None]
    digest: bytes


class Changed(Exception):
    """An `Expected` read answers otherwise now."""


def digest_of(answer: str) -> bytes:
    """What an `Expected` read is compared by."""
    return sha256(answer.encode()).digest()


def _as_sqlalchemy(statement: str, error: Exception, *, lost: bool = False) -> DBAPIError:
    return DBAPIError(statement, None, error, connection_invalidated=lost)


@dataclass(eq=False)
class Readers:
    """Lends itself at most `most` connections of the engine's pool.

    One round trip a read: app.read binds the tenant for its own transaction and runs the prepared plan. On Citus three,
    in a transaction bound by app.bind before (scale.md); `in_transaction` is found out at the first read.
    """

    engine: AsyncEngine
    most: int
    in_transaction: bool | None = None
    lending: Lending = field(init=False)

    def __post_init__(self) -> None:
        self.lending = Lending(self.engine, self.most, self._is_citus)

    async def read(
        self,
        tenant: uuid.UUID,
        statement: Statement,
        arguments: Sequence[str | None],
        then: Then | None = None,
        *,
        expected: Expected | None = None,
    ) -> str:
        """The statement's answer for a tenant; with `then`, what follows from it is written in the same transaction.

        With `expected` it is read only if that still answers the same: in the same round trip, else raises `Changed`.

        Raises `DBAPIError` for what PostgreSQL raises, as SQLAlchemy does, and its `TimeoutError` where no connection is
        free, and what `then` raises: then nothing is written. A read is tried again where its connection or its plan was
        lost: after a restart every one in the pool is.
        """
        answer = await self._lent(
            statement.sql, lambda lease: self._read(lease, tenant, statement, arguments, then, expected)
        )
        if expected is not None and answer.startswith(CHANGED):
            raise Changed
        return answer

    async def look(self, statement: str, *arguments: Any) -> Any:
        """The first row of a statement on global tables, of no tenant, by asyncpg; None for none. Raises as `read`."""
        return await self._lent(statement, lambda lease: self._look(lease, statement, arguments))

    async def close(self) -> None:
        """Gives all connections back."""
        await self.lending.close()

    async def _lent(self, statement: str, work: Callable[[Lease], Coroutine[Any, Any, T]]) -> T:
        tries = 0
        while True:
            lease = await self.lending.take()
            try:
                done = await work(lease)
            except (asyncpg.InvalidSQLStatementNameError, *_LOST) as error:
                await self._lost(lease, error)
                tries += 1
                if tries > self.most:
                    raise _as_sqlalchemy(statement, error, lost=True) from error
            except asyncpg.PostgresError as error:
                await self.lending.give_back_broken_off(lease)
                raise _as_sqlalchemy(statement, error) from error
            except asyncio.CancelledError:
                await self.lending.lose(lease)
                raise
            except BaseException:
                await self.lending.give_back_broken_off(lease)
                raise
            else:
                self.lending.give_back(lease)
                return done

    async def _lost(self, lease: Lease, error: Exception) -> None:
        """Of a connection that has forgotten its plans nothing else is lost."""
        if not isinstance(error, asyncpg.InvalidSQLStatementNameError):
            await self.lending.lose(lease)
            return
        lease.prepared.clear()
        await self.lending.give_back_broken_off(lease)

    async def _look(self, lease: Lease, statement: str, arguments: Sequence[Any]) -> Any:
        self._say(statement, arguments)
        return await lease.connection.fetchrow(statement, *arguments)

    async def _read(
        self,
        lease: Lease,
        tenant: uuid.UUID,
        statement: Statement,
        arguments: Sequence[str | None],
        then: Then | None,
        expected: Expected | None,
    ) -> str:
        fetch = lease.connection.fetchval
        if expected is not None:
            await self._make_ready(lease, expected.statement, expected.arguments)
        await self._make_ready(lease, statement, arguments)
        if self.in_transaction or then is not None:
            return await self._read_in_transaction(lease, tenant, statement, arguments, then, expected)
        if expected is None:
            return str(await fetch(_READ, tenant, statement.name, arguments))
        of = expected.statement.name
        return str(await fetch(_READ_IF, tenant, of, expected.arguments, expected.digest, statement.name, arguments))

    async def _read_in_transaction(
        self,
        lease: Lease,
        tenant: uuid.UUID,
        statement: Statement,
        arguments: Sequence[str | None],
        then: Then | None,
        expected: Expected | None,
    ) -> str:
        connection = lease.connection
        await connection.execute(f"begin; select app.bind('{tenant}')")
        answer = CHANGED
        if expected is None or expected.digest == digest_of(
            str(await connection.fetchval(_READ, tenant, expected.statement.name, expected.arguments))
        ):
            answer = str(await connection.fetchval(_READ, tenant, statement.name, arguments))
            for written, values in then(answer) if then else ():
                self._say(written, values)
                await connection.execute(written, *values)
        await connection.execute("commit")
        return answer

    async def _make_ready(self, lease: Lease, statement: Statement, arguments: Sequence[str | None]) -> None:
        """Prepares the statement on the connection, if it is not yet."""
        self._say(statement.sql, arguments)
        if statement.name in lease.prepared:
            lease.prepared.move_to_end(statement.name)
            return
        dropped = ""
        if len(lease.prepared) >= KEPT:
            dropped = f"deallocate {lease.prepared.popitem(last=False)[0]}; "
        await lease.connection.execute(dropped + statement.preparing)
        lease.prepared[statement.name] = None

    async def _is_citus(self, connection: Any) -> bool:
        if self.in_transaction is None:
            self.in_transaction = bool(await connection.fetchval(_CITUS))
        return self.in_transaction

    def _say(self, statement: str, arguments: Sequence[Any]) -> None:
        """Tells whoever listens to the engine's statements, as SQLAlchemy does for its own."""
        heard = self.engine.sync_engine.dispatch.before_cursor_execute
        if heard:
            for listener in heard:
                listener(None, None, statement, tuple(arguments), None, False)

"""Reads compiled to one statement: by app.read on the pool's own connections, where plans are prepared by name, bounded."""

import asyncio
import time
import uuid
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

KEPT = 128
"""Plans prepared on one connection; the one not used for longest is deallocated."""

IDLE = 2.0
"""Seconds after which a connection that reads nothing goes back to the pool."""

WAIT = 2.0
"""Seconds to wait for a connection."""

PLANS = "zhibu_plans"
_READ = "select app.read($1, $2, $3)"
_CITUS = "select exists (select from pg_extension where extname = 'citus')"
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


def _as_sqlalchemy(statement: Statement, error: Exception, *, lost: bool = False) -> DBAPIError:
    return DBAPIError(statement.sql, None, error, connection_invalidated=lost)


@dataclass(eq=False)
class _Lease:
    """A connection of the pool that reads for as long as there is something to read."""

    lent: PoolProxiedConnection
    connection: Any
    prepared: OrderedDict[str, None]
    since: float = 0.0


@dataclass(eq=False)
class Readers:
    """Lends itself at most `most` connections of the engine's pool.

    One round trip a read: app.read binds the tenant for its own transaction and runs the prepared plan. On Citus three,
    in a transaction bound by app.bind before (scale.md); `in_transaction` is found out at the first read.
    """

    engine: AsyncEngine
    most: int
    in_transaction: bool | None = None
    _free: list[_Lease] = field(default_factory=list)
    _turns: asyncio.Semaphore = field(init=False)
    _sweeping: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._turns = asyncio.Semaphore(self.most)

    async def read(self, tenant: uuid.UUID, statement: Statement, arguments: Sequence[str | None]) -> str:
        """The statement's answer for a tenant.

        Raises `DBAPIError` for what PostgreSQL raises, as SQLAlchemy does, and its `TimeoutError` where no connection is
        free. A read is tried again where its connection or its plan was lost: after a restart every one in the pool is.
        """
        tries = 0
        while True:
            try:
                async with self._lease() as lease:
                    return await self._read(lease, tenant, statement, arguments)
            except (asyncpg.InvalidSQLStatementNameError, *_LOST) as error:
                tries += 1
                if tries > self.most:
                    raise _as_sqlalchemy(statement, error, lost=True) from error
            except asyncpg.PostgresError as error:
                raise _as_sqlalchemy(statement, error) from error

    async def close(self) -> None:
        """Gives all connections back."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
        while self._free:
            await greenlet_spawn(self._free.pop().lent.close)

    async def _read(
        self, lease: _Lease, tenant: uuid.UUID, statement: Statement, arguments: Sequence[str | None]
    ) -> str:
        connection = lease.connection
        if statement.name in lease.prepared:
            lease.prepared.move_to_end(statement.name)
        else:
            await self._prepare(lease, statement)
        self._say(statement, arguments)
        try:
            if not self.in_transaction:
                return str(await connection.fetchval(_READ, tenant, statement.name, arguments))
            await connection.execute(f"begin; select app.bind('{tenant}')")
            answer = await connection.fetchval(_READ, tenant, statement.name, arguments)
            await connection.execute("commit")
            return str(answer)
        except asyncpg.InvalidSQLStatementNameError:
            lease.prepared.clear()
            raise

    async def _prepare(self, lease: _Lease, statement: Statement) -> None:
        if self.in_transaction is None:
            self.in_transaction = bool(await lease.connection.fetchval(_CITUS))
        dropped = ""
        if len(lease.prepared) >= KEPT:
            dropped = f"deallocate {lease.prepared.popitem(last=False)[0]}; "
        await lease.connection.execute(dropped + statement.preparing)
        lease.prepared[statement.name] = None

    def _say(self, statement: Statement, arguments: Sequence[str | None]) -> None:
        """Tells whoever listens to the engine's statements, as SQLAlchemy does for its own."""
        heard = self.engine.sync_engine.dispatch.before_cursor_execute
        if heard:
            for listener in heard:
                listener(None, None, statement.sql, tuple(arguments), None, False)

    @asynccontextmanager
    async def _lease(self) -> AsyncIterator[_Lease]:
        if self._turns.locked():
            await self._wait()
        else:
            await self._turns.acquire()
        lease = None
        try:
            lease = self._free.pop() if self._free else await self._borrow()
            yield lease
        except (*_LOST, asyncio.CancelledError):
            if lease is not None:
                lease.prepared.clear()
                await greenlet_spawn(lease.lent.invalidate)
            raise
        except BaseException:
            if lease is not None:
                await self._put_back(lease)
            raise
        else:
            await self._put_back(lease)
        finally:
            self._turns.release()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(WAIT):
                await self._turns.acquire()
        except TimeoutError:
            raise PoolTimeout("no connection is free to read") from None

    async def _borrow(self) -> _Lease:
        lent = await self.engine.execution_options(tenant=None).raw_connection()
        return _Lease(lent, lent.driver_connection, lent.info.setdefault(PLANS, OrderedDict()))

    async def _put_back(self, lease: _Lease) -> None:
        if self.in_transaction and lease.connection.is_in_transaction():
            await lease.connection.execute("rollback")
        lease.since = time.monotonic()
        self._free.append(lease)
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.get_running_loop().create_task(self._sweep())

    async def _sweep(self) -> None:
        """Gives connections back that had nothing to read for a while."""
        while self._free:
            await asyncio.sleep(IDLE)
            before = time.monotonic() - IDLE
            idle = [lease for lease in self._free if lease.since <= before]
            self._free = [lease for lease in self._free if lease.since > before]
            for lease in idle:
                await greenlet_spawn(lease.lent.close)

"""Connections of the pool that are lent to reads for as long as there is something to read, in the order of asking.

A pool's own way of giving and taking costs as much as the statement between: here a connection goes from hand to hand.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

IDLE = 2.0
"""Seconds after which a connection that reads nothing goes back to the pool."""

WAIT = 2.0
"""Seconds to wait for a connection."""

PLANS = "zhibu_plans"
_GENERIC, _USUAL = "set plan_cache_mode = force_generic_plan", "reset plan_cache_mode"


@dataclass(eq=False)
class Lease:
    """A connection of the pool, with the names of the plans that it has prepared."""

    lent: PoolProxiedConnection
    connection: Any
    prepared: OrderedDict[str, None]
    since: float = 0.0


Asks = Callable[[Any], Awaitable[bool]]


@dataclass(eq=False)
class Lending:
    """Lends at most `most` connections of the engine's pool.

    Plans of reads are planned once for all values, as what shapes them is in their text; not where `plans_each_time` says
    so of a connection, which is asked once: Citus plans with the values.
    """

    engine: AsyncEngine
    most: int
    plans_each_time: Asks
    _free: list[Lease] = field(default_factory=list)
    _out: int = 0
    _waiting: deque["asyncio.Future[Lease | None]"] = field(default_factory=deque)
    _sweeping: asyncio.Task[None] | None = None

    async def take(self) -> Lease:
        """A connection for one read; raises SQLAlchemy's `TimeoutError` where none is free in time."""
        if self._free:
            return self._free.pop()
        if self._out < self.most:
            self._out += 1
            return await self._borrow()
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Lease | None] = loop.create_future()
        self._waiting.append(waiting)
        alarm = loop.call_later(WAIT, _give_up, waiting)
        try:
            return await waiting or await self._borrow()
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._pass_on(waiting.result())  # it was handed over to somebody who had just gone
            raise
        finally:
            alarm.cancel()

    def give_back(self, lease: Lease) -> None:
        """After a read: whoever waits longest has it next."""
        self._pass_on(lease)

    async def give_back_broken_off(self, lease: Lease) -> None:
        """After a read that raised: what it had begun is undone."""
        if lease.connection.is_in_transaction():
            try:
                await lease.connection.execute("rollback")
            except BaseException:
                await self.lose(lease)
                raise
        self._pass_on(lease)

    async def lose(self, lease: Lease) -> None:
        """After a read that nobody knows the end of: the connection is given up."""
        lease.prepared.clear()
        self._pass_on(None)
        await greenlet_spawn(lease.lent.invalidate)

    async def close(self) -> None:
        """Gives all connections back that nobody reads with."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
        while self._free:
            await self._return(self._free.pop())

    def _pass_on(self, lease: Lease | None) -> None:
        """Hands a connection, or the right to borrow one, to whoever waits longest."""
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(lease)
                return
        if lease is None:
            self._out -= 1
            return
        lease.since = time.monotonic()
        self._free.append(lease)
        if self._sweeping is None or self._sweeping.done():
            self._sweeping = asyncio.get_running_loop().create_task(self._sweep())

    async def _borrow(self) -> Lease:
        try:
            lent = await self.engine.execution_options(tenant=None).raw_connection()
            lease = Lease(lent, lent.driver_connection, lent.info.setdefault(PLANS, OrderedDict()))
        except BaseException:
            self._pass_on(None)
            raise
        try:
            if not await self.plans_each_time(lease.connection):
                await lease.connection.execute(_GENERIC)
        except BaseException:
            await self.lose(lease)
            raise
        return lease

    async def _return(self, lease: Lease) -> None:
        self._out -= 1
        try:
            await lease.connection.execute(_USUAL)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await greenlet_spawn(lease.lent.invalidate)
        else:
            await greenlet_spawn(lease.lent.close)

    async def _sweep(self) -> None:
        """Gives connections back that had nothing to read for a while."""
        while self._out:
            await asyncio.sleep(IDLE)
            before = time.monotonic() - IDLE
            idle = [lease for lease in self._free if lease.since <= before]
            self._free = [lease for lease in self._free if lease.since > before]
            for lease in idle:
                await self._return(lease)


def _give_up(waiting: "asyncio.Future[Lease | None]") -> None:
    if not waiting.done():
        waiting.set_exception(PoolTimeout("no connection is free to read"))

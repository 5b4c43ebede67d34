"""What resolvers get as `info.context`: who asks, the session by turns, and what the request has already loaded."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import strawberry
from sqlalchemy import Executable, Row
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.dataloader import DataLoader

from zhibu_core.i18n import CHINESE
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass
class Context:
    """One request. Resolvers of one level run side by side on one connection, so they take turns at it."""

    platform: Platform
    session: AsyncSession
    scope: Scope
    prefix: str = ""
    locale: str = CHINESE
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _loaders: dict[Hashable, DataLoader[Any, Any]] = field(default_factory=dict)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[AsyncSession]:
        """The session, for as long as the block runs, to nobody else."""
        async with self._turn:
            yield self.session

    async def rows(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """All rows of one statement."""
        async with self.turn() as session:
            return (await session.execute(statement, dict(parameters or {}))).all()

    async def load(self, name: Hashable, key: K, fetch: Callable[[list[K]], Awaitable[Mapping[K, V]]]) -> V | None:
        """What `fetch` gives for `key`; all keys asked for under one `name` in one step go to one call of it.

        `name` holds everything but the key that `fetch` depends on. Each key is asked for once a request.
        """
        loader = self._loaders.get(name)
        if loader is None:

            async def batch(keys: list[K]) -> list[V | None]:
                found = await fetch(keys)
                return [found.get(key) for key in keys]

            loader = self._loaders[name] = DataLoader(load_fn=batch)
        loaded: V | None = await loader.load(key)
        return loaded

    def forget(self) -> None:
        """Drops what was loaded: after a mutation everything may be different."""
        self._loaders.clear()


Info = strawberry.Info[Context, None]

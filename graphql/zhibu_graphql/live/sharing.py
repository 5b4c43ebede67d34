"""What many wait for at once is done once: of a thousand who watch one object, one reads it."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

KEPT = 2.0
"""Seconds for which what was done can still be shared."""

T = TypeVar("T")


@dataclass(eq=False)
class Sharing(Generic[T]):
    """Work under way or just done, by what it is of; nothing is kept for longer than `KEPT`."""

    _begun: dict[Hashable, tuple[float, "asyncio.Task[T]"]] = field(default_factory=dict)

    async def of(self, key: Hashable, since: float, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What the work gives, if it began at `since` (monotonic seconds) or later; raises what it raises.

        One who goes away while he waits stops it for nobody else.
        """
        return (await self.timed(key, since, work))[1]

    async def timed(self, key: Hashable, since: float, work: Callable[[], Coroutine[Any, Any, T]]) -> tuple[float, T]:
        """The same with when it began."""
        begun = self._begun.get(key)
        if begun is None or begun[0] < since or _failed(begun[1]):
            begun = self._begun[key] = (time.monotonic(), asyncio.get_running_loop().create_task(work()))
            begun[1].add_done_callback(lambda task: self._over(key, task))
        return begun[0], await asyncio.shield(begun[1])

    def _over(self, key: Hashable, task: "asyncio.Task[T]") -> None:
        _failed(task)  # whoever waits has the error; nobody may be left
        task.get_loop().call_later(KEPT, self._forget, key, task)

    def _forget(self, key: Hashable, task: "asyncio.Task[T]") -> None:
        if key in self._begun and self._begun[key][1] is task:
            del self._begun[key]


def _failed(task: "asyncio.Task[Any]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)

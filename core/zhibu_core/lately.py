"""Answers believed for a while: each is asked for anew by one for all who want it, and ahead of time while it is still good."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

AHEAD = 0.75
"""The share of its time after which an answer is asked for again while requests still go by what is known."""


class Lately(Generic[K, V]):
    """What was answered lately by key, believed for `kept` seconds; `known` holds the moment (monotonic) and the answer."""

    def __init__(self, kept: float) -> None:
        self.kept = kept
        self.known: dict[K, tuple[float, V]] = {}
        self._asking: dict[K, asyncio.Task[V]] = {}

    async def of(self, key: K, ask: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """The answer, `kept` seconds old at most; raises what `ask` raises, which is asked again by the next."""
        at, answer = self.known.get(key, (None, None))
        age = self.kept if at is None else time.monotonic() - at
        if answer is None or age >= self.kept:
            return await asyncio.shield(self._asked(key, ask))
        if age > AHEAD * self.kept:
            self._asked(key, ask)
        return answer

    def at_once(self, key: K) -> V | None:
        """The answer that is still believed, else None."""
        at, answer = self.known.get(key, (0.0, None))
        return None if time.monotonic() - at >= self.kept else answer

    def keep(self, key: K, answer: V) -> V:
        """Believes an answer that somebody came by otherwise, and returns it."""
        self.known[key] = (time.monotonic(), answer)
        return answer

    def forget(self, key: K) -> None:
        """Asks anew: it has changed."""
        self.known.pop(key, None)
        self._asking.pop(key, None)

    def _asked(self, key: K, ask: Callable[[], Coroutine[Any, Any, V]]) -> asyncio.Task[V]:
        task = self._asking.get(key)
        if task is None or task.done():
            task = self._asking[key] = asyncio.get_running_loop().create_task(self._ask(key, ask))
            task.add_done_callback(lambda done: self._over(key, done))
        return task

    async def _ask(self, key: K, ask: Callable[[], Coroutine[Any, Any, V]]) -> V:
        at = time.monotonic()
        answer = await ask()
        if self._asking.get(key) is asyncio.current_task():  # else it was said to have changed meanwhile
            self.known[key] = (at, answer)
        return answer

    def _over(self, key: K, task: asyncio.Task[V]) -> None:
        if self._asking.get(key) is task:
            del self._asking[key]
        if not task.cancelled():
            task.exception()  # whoever waits for it has it; asked ahead, it comes up again with the next request

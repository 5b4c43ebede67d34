"""Hears what changes: one connection of a process listens, and everybody in it who watches an object is woken."""

import asyncio
import contextlib
import time
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import asyncpg
import structlog

from zhibu_core.tenancy.changes import ACCESS, CHANNEL, Change, read_change

log = structlog.get_logger()
AGAIN = 1.0
"""Seconds after which a lost connection is made anew."""

Key = tuple[uuid.UUID, str, uuid.UUID | None]
"""Tenant, kind of object, and its id: None for all of the kind."""

PLUGIN = "plugin:"


@dataclass(eq=False)
class Watch:
    """Somebody who watches. However often the object changes before he looks, he is woken once: nothing piles up.

    `anew`: what he may do may have changed as well, or words were lost. `woken`: when he last was, in monotonic seconds;
    what is read after that has whatever woke him.
    """

    keys: frozenset[Key]
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    anew: bool = False
    woken: float = field(default_factory=time.monotonic)


class Watching:
    """The watchers of one process, and the connection that hears for all of them; it is open while somebody watches."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._watches: dict[Key, set[Watch]] = defaultdict(set)
        self._tenants: dict[uuid.UUID, set[Watch]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    @property
    def count(self) -> int:
        """How many watch."""
        return sum(len(watches) for watches in self._tenants.values())

    @contextmanager
    def watch(self, tenant: uuid.UUID, objects: Iterable[tuple[str, uuid.UUID]]) -> Iterator[Watch]:
        """A watch on these objects of a tenant (kind and id) for as long as the block runs.

        What concerns access or plugins wakes every watch of the tenant.
        """
        made = Watch(frozenset(key for kind, one in objects for key in ((tenant, kind, one), (tenant, kind, None))))
        for key in made.keys:
            self._watches[key].add(made)
        self._tenants[tenant].add(made)
        if self._listening is None or self._listening.done():
            self._listening = asyncio.get_running_loop().create_task(self._listen())
        try:
            yield made
        finally:
            for key in made.keys:
                _discard(self._watches, key, made)
            _discard(self._tenants, tenant, made)

    async def close(self) -> None:
        """Hears nothing any more."""
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
            self._listening = None

    async def _listen(self) -> None:
        """Listens for ever; after an interruption everybody is woken, as nobody knows what was said meanwhile."""
        while True:
            try:
                await self._listen_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("watching_interrupted", error=str(error))
            self.ready.clear()
            await asyncio.sleep(AGAIN)

    async def _listen_once(self) -> None:
        connection = await asyncpg.connect(self.address, server_settings={"application_name": "zhibu watching"})
        ended = asyncio.Event()
        connection.add_termination_listener(lambda _connection: ended.set())
        try:
            await connection.add_listener(CHANNEL, lambda *said: self._heard(str(said[3])))
            self._wake((watch for watches in self._tenants.values() for watch in watches), anew=True)
            self.ready.set()
            await ended.wait()
        finally:
            connection.terminate()

    def _heard(self, payload: str) -> None:
        change = read_change(payload)
        if change is not None:
            if change.object_type == ACCESS or change.object_type.startswith(PLUGIN):
                self._wake(self._tenants.get(change.tenant_id, ()), anew=True)
            self._wake(self._concerned(change))

    def _concerned(self, change: Change) -> Iterable[Watch]:
        if change.object_id is not None:
            return self._watches.get((change.tenant_id, change.object_type, change.object_id), ())
        return self._watches.get((change.tenant_id, change.object_type, None), ())

    @staticmethod
    def _wake(watches: Iterable[Watch], *, anew: bool = False) -> None:
        now = time.monotonic()
        for watch in watches:
            watch.anew |= anew
            watch.woken = now
            watch.changed.set()


def _discard(of: dict[Key, set[Watch]] | dict[uuid.UUID, set[Watch]], key: object, watch: Watch) -> None:
    found = of.get(key)  # type: ignore[call-overload]
    if found is not None:
        found.discard(watch)
        if not found:
            del of[key]  # type: ignore[arg-type]

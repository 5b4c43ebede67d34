"""Refused requests in the audit, bounded: the first of a kind at once, the others of that minute as one row with their number."""

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from zhibu_core.audit.entries import By, append
from zhibu_core.tenancy.session import Database

log = structlog.get_logger()
REFUSED: Final = "request.refuse"
"""The deed of a request that was refused to somebody signed in, or to a token."""

FAILED: Final = "sign_in.fail"
"""The deed of a sign-in that did not come to its end."""

MINUTE = 60.0
MOST_ADDRESSES = 8
"""How many different addresses the row of a minute names."""


@dataclass(frozen=True)
class Refusal:
    """One request: whose, to what kind of object, why (`cause`, the error's code), for want of which action, where.

    `address` is method and path as the route is written, without what the caller put into it.
    """

    tenant: uuid.UUID
    by: By
    deed: str
    cause: str
    object_type: str
    address: str
    action: str | None = None

    @property
    def kind(self) -> tuple[uuid.UUID, uuid.UUID | None, str, str, str]:
        """What is counted as one within a minute: the same actor by the same client for the same cause."""
        return self.tenant, self.by.actor_id, self.by.client, self.deed, self.cause


@dataclass
class _Minute:
    """The refusals of one kind since its first, at `since` in seconds; the first has its row already."""

    first: Refusal
    since: float
    more: int = 0
    addresses: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)

    def add(self, refusal: Refusal) -> None:
        """One more."""
        self.more += 1
        if len(self.addresses) < MOST_ADDRESSES:
            self.addresses.add(refusal.address)
            self.actions |= {refusal.action} if refusal.action else set()


class Refusals:
    """The count of one process. However many requests are refused, a kind leaves two rows a minute at most."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._minutes: dict[tuple[object, ...], _Minute] = {}
        self._sweeping: asyncio.Task[None] | None = None

    async def note(self, refusal: Refusal) -> None:
        """Counts it, and writes the row where it is the first of its kind; never raises for the database."""
        minute = self._minutes.get(refusal.kind)
        if minute is not None and self._clock() - minute.since < MINUTE:
            minute.add(refusal)
            return
        self._minutes[refusal.kind] = _Minute(refusal, self._clock())
        if minute is not None:
            await self._tell(minute)
        actions = [refusal.action] if refusal.action else []
        await self._write(refusal, [refusal.cause, *actions], refusal.address)

    async def flush(self, *, every: bool = False) -> None:
        """Writes what was counted in minutes that are over; `every` does not wait for their end."""
        now = self._clock()
        over = [kind for kind, minute in self._minutes.items() if every or now - minute.since >= MINUTE]
        for kind in over:
            await self._tell(self._minutes.pop(kind))

    def start(self) -> None:
        """Begins to look, in the background, for minutes that are over."""
        self._sweeping = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Ends that, and writes what was counted."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        await self.flush(every=True)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(MINUTE / 6)
            await self.flush()

    async def _tell(self, minute: _Minute) -> None:
        if minute.more:
            addresses = f"×{minute.more} {', '.join(sorted(minute.addresses))}"
            await self._write(minute.first, [minute.first.cause, *sorted(minute.actions)], addresses)

    async def _write(self, refusal: Refusal, fields: list[str], said: str) -> None:
        try:
            async with self._database.session(refusal.tenant) as session:
                await append(session, refusal.by, refusal.deed, refusal.object_type, fields=fields, purpose=said)
        except (SQLAlchemyError, OSError) as error:  # who was refused must still hear it
            log.warning(
                "refusal_not_noted", tenant=str(refusal.tenant), cause=refusal.cause, error=type(error).__name__
            )

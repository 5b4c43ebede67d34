"""Creating calls with an Idempotency-Key: the first call's answer, kept a day, is the answer to every repetition."""

import datetime as dt
import uuid
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from zhibu_core.crypto.fields import BlindIndex, FieldCipher, Sealed
from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.schedule import Scheduled
from zhibu_core.tenancy.directory import all_tenants
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of, tenant_of
from zhibu_core.words import Words

KEPT = dt.timedelta(hours=24)
LONGEST_KEY = 255
ANSWER, REQUEST = "idempotency.answer", "idempotency.request"


class Idempotency(TenantOwned):
    """One answered call. `actor_id` stands beside the client: people of one client must not read each other's answers.

    `request` is a keyed hash of the body, so that a short body cannot be guessed from it; `answer` is sealed.
    """

    __tablename__ = "idempotency"

    client: Mapped[str]
    actor_id: Mapped[uuid.UUID]
    key: Mapped[str]
    request: Mapped[bytes] = mapped_column(BlindIndex)
    status: Mapped[int]
    answer: Mapped[bytes] = mapped_column(Sealed)
    written_at: Mapped[dt.datetime]


class KeyReused(InvalidInput):
    """The key came before with another body."""


class InFlight(Conflict):
    """The first call with this key is still running."""


@dataclass(frozen=True)
class Answer:
    """What was answered: the HTTP status and the body."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Call:
    """A call with a key, in its own transaction `session`: either it was answered before, or it runs and is kept.

    The answer is written in the transaction of what the call does, so that there is never one without the other. Until that
    transaction ends, whichever way, it alone holds the key; a process that dies gives the key back and leaves nothing.
    """

    platform: Platform
    session: AsyncSession
    client: str
    actor_id: uuid.UUID
    key: str
    request: bytes

    async def answered(self) -> Answer | None:
        """The answer of the first call, None where this is it; raises `KeyReused`, `InFlight`."""
        if not await self.session.scalar(select(func.pg_try_advisory_xact_lock(self._lock()))):
            raise _in_flight()
        found = await self.session.scalar(self._mine(select(Idempotency)))
        if found is None:
            return None
        if found.written_at <= instant_of(self.session) - KEPT:  # not swept yet
            await self.session.execute(self._mine(delete(Idempotency)))
            return None
        if found.request != self.request:
            raise KeyReused(
                "idempotency_key_reused",
                Words(
                    "这个 Idempotency-Key 已用于另一个请求。新的请求请用新的键。",
                    "This Idempotency-Key was used for another request. Use a new key for a new request.",
                ),
                field="Idempotency-Key",
            )
        return Answer(found.status, self._cipher(ANSWER).open(found.answer, found.id))

    async def keep(self, answer: Answer) -> None:
        """Keeps the answer for a day; raises `InFlight` where another node of the database was quicker."""
        row = new_id()
        sealed = self._cipher(ANSWER).seal(answer.body, row)
        whose = {"client": self.client, "actor_id": self.actor_id, "key": self.key, "request": self.request}
        written = {"status": answer.status, "answer": sealed, "written_at": instant_of(self.session)}
        self.session.add(Idempotency(id=row, **whose, **written))
        try:
            await self.session.flush()
        except IntegrityError as error:
            raise _in_flight() from error

    def _mine(self, statement: Any) -> Any:
        return statement.where(
            Idempotency.client == self.client, Idempotency.actor_id == self.actor_id, Idempotency.key == self.key
        )

    def _cipher(self, column: str) -> FieldCipher:
        return self.platform.keyring.cipher(tenant_of(self.session), column)

    def _lock(self) -> int:
        """The advisory lock's number: of tenant, asker and key, and readable by nobody."""
        parts = (str(tenant_of(self.session)), str(self.actor_id), self.client, self.key)
        return int.from_bytes(sha256("\n".join(parts).encode()).digest()[:8], "big", signed=True)


def call(platform: Platform, session: AsyncSession, scope: Scope, key: str, body: bytes) -> Call:
    """The call that the asker makes with this key and body; raises `InvalidInput` for what is no key."""
    if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise InvalidInput(
            "idempotency_key",
            Words(
                f"Idempotency-Key 必须是 1 至 {LONGEST_KEY} 个可见的 ASCII 字符，例如一个 UUID。",
                f"An Idempotency-Key is 1 to {LONGEST_KEY} printable ASCII characters, such as a UUID.",
            ),
            field="Idempotency-Key",
        )
    actor_id = scope.person()
    client = scope.actor.client if scope.actor else ""
    request = platform.keyring.cipher(scope.tenant.id, REQUEST).index(sha256(body).hexdigest())
    return Call(platform, session, client, actor_id, key, request)


async def sweep(platform: Platform, now: dt.datetime) -> None:
    """Deletes what is older than a day, tenant by tenant."""
    async with platform.database.system_session() as system:
        tenants = await all_tenants(system)
    for tenant in tenants:
        async with platform.database.session(tenant.id) as session:
            await session.execute(delete(Idempotency).where(Idempotency.written_at <= now - KEPT))


SWEEP = Scheduled("idempotency.sweep", dt.timedelta(hours=1), sweep)


def _in_flight() -> InFlight:
    return InFlight(
        "idempotency_in_flight",
        Words(
            "同一 Idempotency-Key 的请求还在处理中。请稍候再试。",
            "A request with this Idempotency-Key is still running. Try again in a moment.",
        ),
        field="Idempotency-Key",
    )

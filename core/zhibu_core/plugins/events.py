"""Typed events: written to the outbox in the transaction that caused them, delivered after it committed."""

import datetime as dt
import uuid
from dataclasses import dataclass

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.changes import CHANNEL, written
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import instant_of, tenant_of


@dataclass(frozen=True)
class Event:
    """Something happened to an object: topic "meeting.approved", the object's type and id; never personal data.

    `written_at` is the instant of its transaction, which facts written or ended in it carry as well.
    """

    id: uuid.UUID
    topic: str
    object_type: str
    object_id: uuid.UUID | None
    written_at: dt.datetime


AT_ONCE = dt.timedelta()

_WRITE = text(
    "with event as (insert into jobs.outbox"
    " (id, tenant_id, topic, object_type, object_id, payload, written_at, available_at, attempts)"
    " values (:id, :tenant_id, :topic, :object_type, :object_id, :payload, :now, :at, 0) returning id)"
    " select pg_notify(:channel, :change) from event"
)


async def publish(
    session: AsyncSession, topic: str, object_type: str, object_id: uuid.UUID | None, *, after: dt.timedelta = AT_ONCE
) -> Event:
    """Writes an event to the outbox, in the session's transaction: it exists if and only if that commits.

    It is delivered `after` so long; whoever watches just now is told when it commits.
    """
    event = Event(new_id(), topic, object_type, object_id, instant_of(session))
    await session.execute(
        _WRITE,
        {
            "id": event.id,
            "tenant_id": tenant_of(session),
            "topic": topic,
            "object_type": object_type,
            "object_id": object_id,
            "payload": msgspec.json.encode({"schema": 1}).decode(),
            "now": event.written_at,
            "at": event.written_at + after,
            "channel": CHANNEL,
            "change": written(tenant_of(session), topic, object_type, object_id),
        },
    )
    return event

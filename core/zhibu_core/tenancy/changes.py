"""Says to whoever watches that something changed: PostgreSQL's NOTIFY, sent when the transaction commits.

What is said is the tenant, a word for what happened, and the kind and id of an object: no personal data.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.session import tenant_of

CHANNEL = "zhibu_changes"
ORGANIZATION, ACCESS = "organization", "access"
"""Kinds of object: an organization, with what hangs on it; who may do what in the tenant."""

MANY = 50
"""Organizations from which on all are said to have changed, by one word."""


@dataclass(frozen=True)
class Change:
    """What was said; `object_id` is None where it concerns all objects of the kind."""

    tenant_id: uuid.UUID
    topic: str
    object_type: str
    object_id: uuid.UUID | None


def written(tenant: uuid.UUID, topic: str, object_type: str, object_id: uuid.UUID | None) -> str:
    """A change as it travels."""
    return f"{tenant} {topic} {object_type} {object_id or '-'}"


def read_change(payload: str) -> Change | None:
    """What `written` wrote; None for anything else, as an older or newer version may say."""
    try:
        tenant, topic, object_type, object_id = payload.split(" ")
        return Change(uuid.UUID(tenant), topic, object_type, None if object_id == "-" else uuid.UUID(object_id))
    except ValueError:
        return None


async def tell(session: AsyncSession, topic: str, object_type: str, object_id: uuid.UUID | None) -> None:
    """Says that something changed, when the session's transaction commits and not before."""
    payload = written(tenant_of(session), topic, object_type, object_id)
    await session.execute(text("select pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload})


async def tell_of_access(session: AsyncSession) -> None:
    """Says that somebody's session ended or role was taken: whoever watches in this tenant is looked at anew."""
    await tell(session, "access.changed", ACCESS, None)


_ABOVE = text(
    """select pg_notify(:channel, a.tenant_id || ' ledger.changed organization ' || a.id) from organization a
    where a.tenant_id = :t and exists (select from organization o where o.tenant_id = :t and o.id = any(:ids)
      and o.path >= a.path and o.path < left(a.path, -1) || '0')"""
)


async def tell_of_ledger(session: AsyncSession, organizations: Collection[uuid.UUID]) -> None:
    """Says of organizations, and of all above them, that facts or duties of theirs changed."""
    if len(organizations) > MANY:
        await tell(session, "ledger.changed", ORGANIZATION, None)
    elif organizations:
        given = {"channel": CHANNEL, "t": tenant_of(session), "ids": list(organizations)}
        await session.execute(_ABOVE, given)

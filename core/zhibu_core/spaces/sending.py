"""Puts an envelope for each receiver into this tenant's own table; the outbox carries nothing but the parcel's id."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.events import publish
from zhibu_core.spaces.messages import NAMES, URGENT, Message, builtins_of, digest_of_payload
from zhibu_core.spaces.models import SpaceEnvelope, SpaceParty
from zhibu_core.spaces.powers import name_of
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of, tenant_of

PARCEL, URGENT_PARCEL = "space:parcel", "space:first"
"""What the courier's lane carries, by the parcel's id; urgent ones before all others of all tenants."""

ERASE, TELL_READS = "space:erase", "space:reads"
"""What the lane does for one tenant alone, by the space's id."""

AT_MOST = 100
"""Envelopes in one parcel."""


async def other_tenants(session: AsyncSession, space_id: uuid.UUID) -> list[uuid.UUID]:
    """The other sides of a space."""
    query = select(SpaceParty.party).where(SpaceParty.space_id == space_id, SpaceParty.is_own.is_(False))
    return sorted(set(await session.scalars(query)))


async def send(
    session: AsyncSession, who: Scope, space_id: uuid.UUID, receivers: Iterable[uuid.UUID], message: Message
) -> None:
    """Sends a word on the agreement itself."""
    kind, payload = NAMES[type(message)], builtins_of(message)
    row: dict[str, Any] = {
        "kind": kind,
        "object_id": None,
        "subject": None,
        "fields": [],
        "payload": payload,
        "purpose": "",
        "expires_on": None,
    }
    row["digest"] = digest_of_payload(payload)
    for receiver in receivers:
        await put(session, who, space_id, receiver, [row])


async def put(
    session: AsyncSession, who: Scope, space_id: uuid.UUID, receiver: uuid.UUID, drafts: Sequence[dict[str, Any]]
) -> list[uuid.UUID]:
    """Writes the envelopes (keys: kind, object_id, subject, fields, payload, purpose, digest, expires_on) and their parcels."""
    made: list[uuid.UUID] = []
    await session.flush()
    for start in range(0, len(drafts), AT_MOST):
        parcel, part = new_id(), drafts[start : start + AT_MOST]
        common = {
            "space_id": space_id, "parcel_id": parcel, "receiver": receiver, "made_by": who.actor.person_id if who.actor else None,
            "made_by_name": name_of(who), "made_at": instant_of(session), "state": "waiting", "attempts": 0,
        }  # fmt: skip
        rows = [{"id": new_id(), **common, **draft} for draft in part]
        made += [cast("uuid.UUID", row["id"]) for row in rows]
        await insert_rows(session, cast("Table", SpaceEnvelope.__table__), rows)
        is_urgent = any(row["kind"] in URGENT for row in rows)
        await publish(session, URGENT_PARCEL if is_urgent else PARCEL, "space_parcel", parcel)
    return made


def subject_of(space_id: uuid.UUID, kind: str, object_id: uuid.UUID) -> uuid.UUID:
    """What an object is called within a space: the same on both sides, and no id of it."""
    return uuid.uuid5(space_id, f"{kind}:{object_id}")


def reader_key_of(session: AsyncSession, person_id: uuid.UUID) -> uuid.UUID:
    """What tells a reader apart at the other side."""
    return uuid.uuid5(tenant_of(session), f"reader:{person_id}")

"""Seals: each covers rows that no seal covered yet, names the one before it, is signed, and is anchored outside."""

import asyncio
import datetime as dt
import json
import uuid
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from zhibu_core.audit.anchor import Head
from zhibu_core.audit.entries import EPOCH, Entry
from zhibu_core.audit.merkle import HASH, leaf_hash, root_of
from zhibu_core.errors import Unavailable
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words

log = structlog.get_logger()
MARK = b"zhibu audit seal 1\n"
START = bytes(HASH)
"""What stands for the seal before the first."""

LATE = dt.timedelta(hours=1)
"""How long after its instant a row may become visible: no transaction lasts longer. Older rows without a seal are forged."""

SKEW = dt.timedelta(minutes=10)
"""How far apart the clocks of two machines may be."""

MOST = 5000
"""Rows in one seal."""

_ID = 16
_LAST = text("select * from audit_seal where tenant_id = :t order by number desc limit 1")
_AFTER = text("select * from audit_seal where tenant_id = :t and number > :number order by number limit 200")
_BEFORE = text("select coalesce(max(number), 0) from audit_seal where tenant_id = :t and number < :number")
_RECENT = text("select id, at from audit_entry where tenant_id = :t and at >= :since order by at, id")
_COVERED = text("select entries from audit_seal where tenant_id = :t and sealed_at >= :since")
_ROWS = text(
    """select id, at, actor_id, acting_for, action, object_type, object_id, fields, purpose, request_id, client
    from audit_entry where tenant_id = :t and id = any(:ids) and at >= :since"""
)


class AuditSeal(TenantOwned):
    """One seal. `entries` is 48 bytes a row in order, id and leaf hash, so that a changed row can be named."""

    __tablename__ = "audit_seal"

    number: Mapped[int]
    first_entry: Mapped[uuid.UUID]
    last_entry: Mapped[uuid.UUID]
    entry_count: Mapped[int]
    entries: Mapped[bytes]
    root: Mapped[bytes]
    previous: Mapped[bytes]
    hash: Mapped[bytes]
    signature: Mapped[bytes]
    key_id: Mapped[str]
    sealed_at: Mapped[dt.datetime]


async def seal_tenant(
    platform: Platform, tenant: uuid.UUID, *, now: dt.datetime, thorough: bool = False, resume: bool = False
) -> int:
    """Seals the tenant's finished rows, anchors the heads, and returns how many seals were added.

    Whoever loses against another sealer adds none. `thorough` looks at the anchor even where there was nothing to
    seal. Raises `Unavailable` where the chain is not the one that was anchored: nothing is built on it then, unless
    somebody decides to `resume` it, after a restored backup. Numbers that were anchored are not given again.
    """
    try:
        async with platform.database.session(tenant) as session:
            last = (await session.execute(_LAST, {"t": tenant})).one_or_none()
            fresh = await _unsealed(session, tenant, last)
            if fresh:
                anchored = await asyncio.to_thread(platform.anchor.last, tenant)
                if not resume:
                    refuse_another_chain(anchored, last)
                await _add(platform, session, last, fresh, now, above=anchored.number if anchored else 0)
    except IntegrityError:
        return 0
    if (
        fresh or thorough or (last is not None and now - last.sealed_at < LATE)
    ):  # a sealer may have died before it anchored
        await _anchor(platform, tenant, now)
    return -(-len(fresh) // MOST)


def refuse_another_chain(anchored: Head | None, last: Any) -> None:
    """Raises `Unavailable` where the anchor knows a later head than the chain's, or another of the same number."""
    number = last.number if last else 0
    if anchored and (anchored.number > number or (anchored.number == number and anchored.hash != last.hash.hex())):
        raise Unavailable(
            "audit_chain",
            Words(
                f"审计链与库外存证不一致（库外第{anchored.number}号，库内第{number}号），已停止封存。请运行 zhibu audit verify 查明。",
                f"The audit's chain is not the one anchored outside (there {anchored.number}, here {number}); sealing has "
                "stopped. zhibu audit verify tells more.",
            ),
        )


async def _unsealed(session: AsyncSession, tenant: uuid.UUID, last: Any) -> list[uuid.UUID]:
    """Rows that can be seen and are in no seal, by instant; those beyond `LATE` are left for the check to name."""
    since = reach_of(last)
    ids = [row.id for row in await session.execute(_RECENT, {"t": tenant, "since": since})]
    if not ids:
        return []
    covered: set[bytes] = set()
    for seal in await session.execute(_COVERED, {"t": tenant, "since": since - SKEW}):
        covered.update(entry.bytes for entry, _ in split_entries(seal.entries))
    return [entry for entry in ids if entry.bytes not in covered]


def reach_of(last: Any) -> dt.datetime:
    """The instant from which on a row may still be sealed, given the newest seal."""
    return last.sealed_at - LATE if last else EPOCH


async def rows_by_id(
    session: AsyncSession, tenant: uuid.UUID, ids: Sequence[uuid.UUID], since: dt.datetime = EPOCH
) -> list[Entry]:
    """The rows with these ids and an instant from `since` on, in no order."""
    found = await session.execute(_ROWS, {"t": tenant, "ids": list(ids), "since": since})
    return [Entry(*row) for row in found]


async def _add(
    platform: Platform, session: AsyncSession, last: Any, fresh: Sequence[uuid.UUID], now: dt.datetime, *, above: int
) -> None:
    tenant, since = tenant_of(session), reach_of(last)
    number, previous = (max(last.number, above), last.hash) if last else (above, START)
    for start in range(0, len(fresh), MOST):
        number += 1
        rows = {row.id: row for row in await rows_by_id(session, tenant, fresh[start : start + MOST], since)}
        seal = make_seal(platform, tenant, number, previous, [rows[i] for i in fresh[start : start + MOST]], now)
        session.add(seal)
        await session.flush()
        session.expunge(seal)
        previous = seal.hash


def make_seal(
    platform: Platform, tenant: uuid.UUID, number: int, previous: bytes, rows: Sequence[Entry], now: dt.datetime
) -> AuditSeal:
    """The seal over these rows, signed."""
    leaves = [leaf_hash(row.canonical()) for row in rows]
    seal = AuditSeal(
        tenant_id=tenant,
        id=new_id(),
        number=number,
        first_entry=rows[0].id,
        last_entry=rows[-1].id,
        entry_count=len(rows),
        entries=b"".join(row.id.bytes + leaf for row, leaf in zip(rows, leaves, strict=True)),
        root=root_of(leaves),
        previous=previous,
        key_id=platform.sealing.current,
        sealed_at=now,
    )
    seal.hash = hash_of(seal)
    seal.signature = platform.sealing.sign(MARK + seal.hash)
    return seal


def hash_of(seal: Any) -> bytes:
    """SHA-256 of the mark and a JSON array of everything that the seal says; the chain and the signature are over it."""
    said = [
        str(seal.tenant_id),
        seal.number,
        seal.previous.hex(),
        seal.root.hex(),
        seal.entry_count,
        str(seal.first_entry),
        str(seal.last_entry),
        seal.sealed_at.astimezone(dt.UTC).isoformat(),
        seal.key_id,
    ]
    return sha256(MARK + json.dumps(said, separators=(",", ":")).encode()).digest()


def split_entries(entries: bytes) -> Iterator[tuple[uuid.UUID, bytes]]:
    """Row id and leaf hash, in the seal's order."""
    size = _ID + HASH
    for start in range(0, len(entries), size):
        yield uuid.UUID(bytes=entries[start : start + _ID]), entries[start + _ID : start + size]


async def _anchor(platform: Platform, tenant: uuid.UUID, now: dt.datetime) -> None:
    """Anchors what is not anchored yet, also what an earlier run had no time for."""
    anchored = await asyncio.to_thread(platform.anchor.last, tenant)
    number = anchored.number if anchored else 0
    while True:
        async with platform.database.session(tenant) as session:
            seals = (await session.execute(_AFTER, {"t": tenant, "number": number})).all()
            before = await session.scalar(_BEFORE, {"t": tenant, "number": seals[0].number}) if seals else 0
        if not seals:
            return
        gap = before if before != seals[0].number - 1 else None
        heads = [head_of(seal, now, gap if seal is seals[0] else None) for seal in seals]
        await asyncio.to_thread(platform.anchor.append, tenant, heads)
        number = seals[-1].number


def head_of(seal: Any, now: dt.datetime, resumed_after: int | None = None) -> Head:
    """What of a seal lies outside."""
    return Head(
        tenant=str(seal.tenant_id),
        number=seal.number,
        hash=seal.hash.hex(),
        key=seal.key_id,
        signature=seal.signature.hex(),
        entries=seal.entry_count,
        sealed_at=seal.sealed_at.astimezone(dt.UTC).isoformat(),
        anchored_at=now.isoformat(),
        resumed_after=resumed_after,
    )

"""Checks a tenant's audit: the chain, its signatures and anchors, and every row; names the first thing that is wrong."""

import asyncio
import datetime as dt
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit.anchor import Head
from zhibu_core.audit.entries import Entry
from zhibu_core.audit.merkle import leaf_hash, root_of
from zhibu_core.audit.problems import Problem
from zhibu_core.audit.seals import LATE, MARK, SKEW, START, hash_of, rows_by_id, split_entries
from zhibu_core.platform import Platform
from zhibu_migrations.months import month_of

SEALS_AT_ONCE = 50
_SEALS = text("select * from audit_seal where tenant_id = :t and number > :number order by number limit :most")
_BY_DAY = text(
    """select (at at time zone 'UTC')::date as day, count(*) as times from audit_entry
    where tenant_id = :t group by 1 order by 1"""
)
_OF_DAY = text("select id, at from audit_entry where tenant_id = :t and at >= :since and at < :before order by at, id")
_COVERED = text("select entries from audit_seal where tenant_id = :t and sealed_at >= :since and number <= :number")


@dataclass
class Report:
    """What the check saw; `expired` rows are older than the retention and gone, `waiting` ones are not sealed yet.

    `lost` seals are gone with a restored backup, after which somebody had the chain go on.
    """

    seals: int = 0
    entries: int = 0
    expired: int = 0
    waiting: int = 0
    lost: int = 0
    head: str | None = None
    problem: Problem | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


@dataclass
class _Walk:
    """One pass over the chain; `days` counts sealed rows by their day, so that rows without a seal show."""

    platform: Platform
    tenant: uuid.UUID
    now: dt.datetime
    anchored: dict[int, Head]
    report: Report = field(default_factory=Report)
    previous: bytes = START
    last: Any = None
    days: Counter[dt.date] = field(default_factory=Counter)

    @property
    def number(self) -> int:
        """The number of the last seal walked."""
        return int(self.last.number) if self.last else 0

    @property
    def expired_before(self) -> dt.datetime:
        """Rows older than this may be gone."""
        first = month_of(self.now.date(), -self.platform.settings.audit_months)
        return dt.datetime.combine(first, dt.time(), dt.UTC)


async def verify_tenant(platform: Platform, tenant: uuid.UUID, *, now: dt.datetime) -> Report:
    """Walks the tenant's whole chain; stops at the first problem, in the order of seals and of rows in them."""
    try:
        heads = await asyncio.to_thread(platform.anchor.heads, tenant)
    except ValueError:
        return Report(problem=Problem("anchor_unreadable"))
    walk = _Walk(platform, tenant, now, {head.number: head for head in heads})
    async with platform.database.session(tenant) as session:
        async for seals in _batches(session, tenant):
            walk.report.problem = await _check_batch(walk, session, seals)
            if walk.report.problem:
                return walk.report
        walk.report.problem = _end_of_chain(walk) or await _rows_without_seal(walk, session)
    return walk.report


async def _batches(session: AsyncSession, tenant: uuid.UUID) -> AsyncIterator[Sequence[Any]]:
    number = 0
    while seals := (
        await session.execute(_SEALS, {"t": tenant, "number": number, "most": SEALS_AT_ONCE})
    ).all():  # fmt: skip
        yield seals
        number = seals[-1].number


async def _check_batch(walk: _Walk, session: AsyncSession, seals: Sequence[Any]) -> Problem | None:
    """Rows of many seals are fetched at once; the first problem of the earliest seal is returned."""
    covered = [entry for seal in seals for entry, _ in split_entries(seal.entries)]
    rows: dict[uuid.UUID, list[Entry]] = {}
    for row in await rows_by_id(session, walk.tenant, covered):
        rows.setdefault(row.id, []).append(row)
    for seal in seals:
        problem = _check_seal(walk, seal) or _check_rows(walk, seal, rows)
        if problem:
            return problem
        walk.previous, walk.last = seal.hash, seal
        walk.report.seals, walk.report.head = walk.report.seals + 1, seal.hash.hex()
    return None


def _check_seal(walk: _Walk, seal: Any) -> Problem | None:
    """The seal by itself, in the chain, and against its anchor."""
    sealing = walk.platform.sealing
    signed = sealing.is_signed(seal.key_id, MARK + seal.hash, seal.signature)
    anchored = walk.anchored.get(seal.number)
    leaves = [leaf for _, leaf in split_entries(seal.entries)]
    ids = [entry for entry, _ in split_entries(seal.entries)]
    if missing := seal.number - walk.number - 1:
        if anchored is None or anchored.resumed_after != walk.number:
            return Problem("seal_missing", seal=walk.number + 1)
        walk.report.lost += missing
    checks = (
        (anchored is None or anchored.hash == seal.hash.hex(), "chain_remade"),
        (seal.previous == walk.previous, "chain_broken"),
        (hash_of(seal) == seal.hash and (ids[0], ids[-1]) == (seal.first_entry, seal.last_entry), "seal_altered"),
        (root_of(leaves) == seal.root and len(leaves) == seal.entry_count, "entries_altered"),
        (signed is not None, "key_unknown"),
        (signed is not False, "signature_wrong"),
        (anchored is not None or walk.now - seal.sealed_at < LATE, "not_anchored"),
    )
    wrong = next((kind for holds, kind in checks if not holds), None)
    return Problem(wrong, seal=seal.number) if wrong else None


def _check_rows(walk: _Walk, seal: Any, rows: dict[uuid.UUID, list[Entry]]) -> Problem | None:
    for entry, leaf in split_entries(seal.entries):
        found = rows.get(entry, [])
        if len(found) > 1:
            return Problem("row_doubled", seal=seal.number, entry=entry)
        if not found:
            if _instant_of(entry) >= walk.expired_before + SKEW:
                return Problem("row_missing", seal=seal.number, entry=entry)
            walk.report.expired += 1
        elif leaf_hash(found[0].canonical()) != leaf:
            return _altered(seal, entry, leaf, rows)
        else:
            walk.report.entries += 1
            walk.days[found[0].at.date()] += 1
    return None


def _altered(seal: Any, entry: uuid.UUID, leaf: bytes, rows: dict[uuid.UUID, list[Entry]]) -> Problem:
    """Altered, or in another row's place: then that row has what this one must have."""
    for other, _ in split_entries(seal.entries):
        for row in rows.get(other, []) if other != entry else []:
            if leaf_hash(row.canonical(named=entry)) == leaf:
                return Problem("row_moved", seal=seal.number, entry=entry, other=other)
    return Problem("row_altered", seal=seal.number, entry=entry)


def _end_of_chain(walk: _Walk) -> Problem | None:
    """Whether the anchor knows seals after the last one."""
    beyond = [number for number in walk.anchored if number > walk.number]
    return Problem("seal_missing", seal=min(beyond)) if beyond else None


async def _rows_without_seal(walk: _Walk, session: AsyncSession) -> Problem | None:
    """Rows that no seal covers, though the sealer would have to: put there afterwards, or sealing stands still."""
    counted = (await session.execute(_BY_DAY, {"t": walk.tenant})).all()
    for day in [row.day for row in counted if row.times != walk.days[row.day]]:
        for entry, at in (await _uncovered(walk, session, day)).items():
            if walk.last is not None and at < walk.last.sealed_at - LATE:
                return Problem("row_added", entry=entry)
            if at < walk.now - LATE:
                return Problem("not_sealed", entry=entry)
            walk.report.waiting += 1
    return None


async def _uncovered(walk: _Walk, session: AsyncSession, day: dt.date) -> dict[uuid.UUID, dt.datetime]:
    """The rows of a day that are in none of the seals walked, with their instants, earliest first."""
    start = dt.datetime.combine(day, dt.time(), dt.UTC)
    asked = {"t": walk.tenant, "since": start, "before": start + dt.timedelta(days=1)}
    left = {row.id: row.at for row in await session.execute(_OF_DAY, asked)}
    seals = await session.execute(
        _COVERED, {"t": walk.tenant, "since": start - SKEW, "number": walk.number}
    )  # fmt: skip
    for seal in seals:
        for entry, _ in split_entries(seal.entries):
            left.pop(entry, None)
    return left


def _instant_of(entry: uuid.UUID) -> dt.datetime:
    """When a uuid of version 7 was made (RFC 9562, 5.7)."""
    return dt.datetime.fromtimestamp((entry.int >> 80) / 1000, dt.UTC)

"""Carries out what the console asked for, in a process that has the owner's address and no door to the outside."""

import asyncio
import contextlib
import datetime as dt
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import asyncpg
import structlog

from zhibu_core.database.ownership import owner_of
from zhibu_core.errors import InvalidInput, ZhibuError
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.limits import COMMAND, working_under
from zhibu_core.tenancy.scope import Actor, Tenant
from zhibu_core.words import Words
from zhibu_tenants.life.erasing import erase_tenant
from zhibu_tenants.life.states import resume, suspend

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
log = structlog.get_logger()
PAUSE = 2.0
"""Seconds between two looks."""

# Whoever holds the lock carries it out; where a process died amid it, nobody does, and the next one goes on.
_NEXT = """select id, tenant, slug, deed, reason, staff, asked_at from jobs.tenant_deed
  where state in ('waiting', 'running') order by asked_at, id"""
_LOCK = "select pg_try_advisory_lock(hashtextextended('zhibu tenant deed ' || $1::uuid::text, 0))"
_UNLOCK = "select pg_advisory_unlock(hashtextextended('zhibu tenant deed ' || $1::uuid::text, 0))"
_OPEN = "select state in ('waiting', 'running') from jobs.tenant_deed where id = $1"
_BEGUN = "update jobs.tenant_deed set state = 'running', taken_at = now() where id = $1"
_ENDED = """update jobs.tenant_deed set state = $2, finished_at = now(), told_zh = $3, told_en = $4 where id = $1"""
_STAFF = "select name from global_staff where id = $1 and off_since is null"


class _Asked:
    """One row of the list."""

    def __init__(self, row: asyncpg.Record) -> None:
        self.id: uuid.UUID = row["id"]
        self.tenant: uuid.UUID = row["tenant"]
        self.slug: str = row["slug"]
        self.deed: str = row["deed"]
        self.reason: str = row["reason"]
        self.staff: uuid.UUID = row["staff"]
        self.asked_at: dt.datetime = row["asked_at"]


async def carry_out(platform: Platform) -> int:
    """Everything that waits, one after the other; how many failed. Raises `Unavailable` without the owner's address."""
    failed = 0
    async with owner_of(platform) as owner:
        for row in await owner.fetch(_NEXT):
            asked = _Asked(row)
            async with _held(owner, asked) as mine:
                if mine:
                    failed += not await _carry_out(platform, owner, asked)
    return failed


async def follow(platform: Platform, stopped: asyncio.Event) -> None:
    """Looks every two seconds until told to stop; finishes what is under way. A database that is away is waited for."""
    while not stopped.is_set():
        try:
            await carry_out(platform)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("deeds_paused", error=type(error).__name__)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stopped.wait(), PAUSE)


@asynccontextmanager
async def _held(owner: Owner, asked: _Asked) -> AsyncIterator[bool]:
    """Whether the deed is this process's alone for the block, and still to be carried out."""
    if not await owner.fetchval(_LOCK, asked.id):
        yield False
        return
    try:
        yield bool(await owner.fetchval(_OPEN, asked.id))
    finally:
        await owner.execute(_UNLOCK, asked.id)


async def _carry_out(platform: Platform, owner: Owner, asked: _Asked) -> bool:
    await owner.execute(_BEGUN, asked.id)
    try:
        with working_under(COMMAND):
            told = await _done(platform, owner, asked)
    except Exception as error:  # whatever it is, the console must say that it did not happen
        log.exception("deed_failed", id=str(asked.id), deed=asked.deed)
        told = error.message if isinstance(error, ZhibuError) else Words(type(error).__name__, type(error).__name__)
        await owner.execute(_ENDED, asked.id, "failed", told.zh, told.en)
        return False
    await owner.execute(_ENDED, asked.id, "done", told and told.zh, told and told.en)
    return True


async def _done(platform: Platform, owner: Owner, asked: _Asked) -> Words | None:
    """Does it; returns what is to be told. Asked anew whether whoever asked is still of the staff, and of which tenant."""
    name = await owner.fetchval(_STAFF, asked.staff)
    if name is None:
        raise InvalidInput("staff_gone", Words("提出的人已不是平台运维人员。", "Who asked is no longer of the staff."))
    async with platform.database.system_session() as system:
        tenant = await find_tenant(system, asked.slug)
    if tenant.id != asked.tenant:
        raise InvalidInput("tenant_other", Words("租户已换。", "The slug is another tenant's by now."))
    by = Actor(asked.staff, name, f"staff:{name}")
    if asked.deed == "suspend":
        return await suspend(platform, tenant, asked.reason, by=by)
    if asked.deed == "resume":
        return await resume(platform, tenant, asked.reason, by=by)
    return await _erased(platform, tenant, asked)


async def _erased(platform: Platform, tenant: Tenant, asked: _Asked) -> Words:
    out = certificate_of(platform, tenant, asked.asked_at)
    await erase_tenant(platform, tenant, out)
    return Words(out.name, out.name)


def certificate_of(platform: Platform, tenant: Tenant, at: dt.datetime) -> Path:
    """Where the certificate of an erasure that was asked for at this instant lies."""
    place = platform.settings.data / "certificates"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place / f"{tenant.slug}-{at:%Y%m%d-%H%M%S}.json"

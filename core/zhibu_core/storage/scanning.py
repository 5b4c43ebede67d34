"""Asks clamd whether a file holds a virus (INSTREAM, clamd(8)); a file that does is refused and its content deleted."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Unavailable
from zhibu_core.platform import Platform
from zhibu_core.storage.models import File, FileObject
from zhibu_core.storage.objects import discard, open_object
from zhibu_core.storage.sealing import Damaged
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words

log = structlog.get_logger()
WITHIN = 60.0
"""Seconds that clamd may take for one file."""

AT_ONCE = 100


async def scan_file(platform: Platform, tenant: Tenant, file_id: uuid.UUID) -> str:
    """Scans a file that waits and returns its state; where clamd does not answer it goes on waiting for the next run."""
    async with platform.database.session(tenant.id) as session:
        file = await session.scalar(select(File).where(File.id == file_id))
        if file is None or file.state != "waiting" or not platform.settings.storage.clamd:
            return file.state if file else "gone"
        reader = await open_object(platform, session, file.sha256)
    try:
        virus = await ask_clamd(platform.settings.storage.clamd, reader.read())
    except Unavailable as error:
        log.warning("scan_postponed", file=str(file_id), error=error.code)
        return "waiting"
    return await _decide(platform, tenant, file, virus)


async def _decide(platform: Platform, tenant: Tenant, file: File, virus: str | None) -> str:
    """Every file of this content shares its fate."""
    scope, gone = Scope(tenant, frozenset()), None
    state = "refused" if virus else "clean"
    async with platform.database.session(tenant.id) as session:
        same = File.sha256 == file.sha256
        waiting = (same, File.state == "waiting") if not virus else (same,)
        values = {"state": state, "scanned_at": instant_of(session), "refused_for": virus}
        await session.execute(update(File).where(*waiting).values(values))
        if virus:
            gone = await session.scalar(select(FileObject).where(FileObject.sha256 == file.sha256).with_for_update())
            if gone is not None:
                await session.delete(gone)
            await note(session, scope, "file.refuse", "file", file.id, fields=["state"])
    if gone is not None:
        await discard(platform, gone.name)
    return state


async def scan_waiting(platform: Platform, tenant: Tenant) -> int:
    """Scans what waits in a tenant; how many it looked at."""
    async with platform.database.session(tenant.id) as session:
        waiting = await _waiting(session)
    for file_id in waiting:
        try:
            await scan_file(platform, tenant, file_id)
        except Damaged:
            log.warning("scan_damaged", file=str(file_id))
    return len(waiting)


async def _waiting(session: AsyncSession) -> list[uuid.UUID]:
    query = select(File.id).where(File.state == "waiting", File.withdrawn_at.is_(None))
    return list(await session.scalars(query.order_by(File.uploaded_at).limit(AT_ONCE)))


async def ask_clamd(address: str, content: AsyncIterator[bytes]) -> str | None:
    """The virus's name, None for none; `address` is host:port or the path of a socket. Raises `Unavailable`."""
    try:
        async with asyncio.timeout(WITHIN):
            return _verdict(await _instream(address, content))
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise _no_answer(type(error).__name__) from error


async def _instream(address: str, content: AsyncIterator[bytes]) -> str:
    if address.startswith("/"):
        reader, writer = await asyncio.open_unix_connection(address)
    else:
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
    try:
        await _send(writer, b"zINSTREAM\0")
        async for block in content:
            await _send(writer, len(block).to_bytes(4, "big") + block)
        await _send(writer, bytes(4))
        return (await reader.readuntil(b"\0"))[:-1].decode("utf-8", "replace")
    finally:
        writer.close()


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    # Where the scanner has hung up, uvloop says `RuntimeError` to whoever writes on.
    if writer.is_closing():
        raise ConnectionResetError
    writer.write(data)
    await writer.drain()


def _verdict(said: str) -> str | None:
    """`stream: OK`, `stream: NAME FOUND`, or an error such as a limit of clamd's own."""
    what = said.partition(": ")[2]
    if what == "OK":
        return None
    if what.endswith(" FOUND"):
        return what.removesuffix(" FOUND")
    raise _no_answer(said[:100])


def _no_answer(why: str) -> Unavailable:
    return Unavailable(
        "clamd", Words(f"病毒扫描服务没有给出结论（{why}）。", f"The virus scanner gave no verdict ({why}).")
    )

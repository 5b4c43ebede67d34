"""The embedded PostgreSQL: several commands share one server, and the last to leave stops what a command started."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from zhibu_core.database import locks, postmaster
from zhibu_core.database.access import Server, embedded_server
from zhibu_core.database.places import Places, check_major, places_of
from zhibu_core.errors import Unavailable
from zhibu_core.settings import Settings


@dataclass(frozen=True)
class Stopped:
    """What `stop` found: whether a server was running, and whether other commands were using it."""

    was_running: bool
    was_in_use: bool


@dataclass(frozen=True)
class Lease:
    """One user of the server; holds a shared lock on the lease file until it leaves."""

    places: Places
    handle: int
    service: bool
    server: Server


@asynccontextmanager
async def running(settings: Settings, *, keep: bool = False, service: bool = False) -> AsyncIterator[Server]:
    """The server, started where it is not running, while the block runs.

    The last of all processes to leave stops it, unless somebody asked to `keep` it (`zhibu dsn`). A `service` (`zhibu
    demo`) takes a server that a service started along when it ends, kept or not, as soon as nobody else uses it.
    Raises `Unavailable` with a sentence that says what to do.
    """
    joining = asyncio.ensure_future(asyncio.to_thread(join, settings, keep=keep, service=service))
    try:
        lease = await asyncio.shield(joining)
    except asyncio.CancelledError:  # Ctrl-C while the server starts: the thread goes on, so its lease is given back
        await asyncio.to_thread(leave, await joining)
        raise
    try:
        yield lease.server
    finally:
        await asyncio.to_thread(leave, lease)


@contextmanager
def running_sync(settings: Settings, *, keep: bool = False, service: bool = False) -> Iterator[Server]:
    """The same as `running` for code without an event loop."""
    lease = join(settings, keep=keep, service=service)
    try:
        yield lease.server
    finally:
        leave(lease)


def join(settings: Settings, *, keep: bool = False, service: bool = False) -> Lease:
    """Begins to use the server; every lease must be given back to `leave`, or ends with the process."""
    with _readable(), locks.only_one((places := places_of(settings)).gate):
        handle = locks.open_own(places.lease)
        try:
            locks.try_lock(handle, shared=True)  # never refused: exclusive locks are taken inside the gate only
            found = postmaster.settle(places)
            if found is None:
                _write(handle, {"kept": keep, "service": service})
                found = _start(places)
            elif keep:
                _write(handle, {**_read(handle), "kept": True})
            postmaster.trim_log(places)
        except BaseException:
            os.close(handle)
            raise
    server = embedded_server(found.socket_folder, places.programs, places.log)
    return Lease(places, handle, service, server)


def leave(lease: Lease) -> None:
    """Ends a use; stops the server where it was the last one and nobody asked to keep it."""
    with _readable(), locks.only_one(lease.places.gate):
        try:
            state = _read(lease.handle)
            if lease.service and state["service"]:
                state["kept"] = False
                _write(lease.handle, state)
            if not state["kept"] and locks.try_lock(lease.handle):
                postmaster.stop(lease.places)
        finally:
            os.close(lease.handle)


def stop(settings: Settings) -> Stopped:
    """Stops the server whoever uses it, and waits for it; open transactions are rolled back."""
    if not settings.data.exists():
        return Stopped(was_running=False, was_in_use=False)
    with _readable(), locks.only_one((places := places_of(settings)).gate):
        in_use = locks.is_held(places.lease)
        stopped = places.cluster.exists() and postmaster.stop(places)
        return Stopped(stopped, stopped and in_use)


def is_running(settings: Settings) -> bool:
    """Whether the server takes connections just now; starts nothing."""
    return settings.data.exists() and postmaster.find(places_of(settings)) is not None


def _start(places: Places) -> postmaster.Running:
    if not places.cluster.exists():
        postmaster.create(places)
    check_major(places)
    try:
        return postmaster.start(places)
    except KeyboardInterrupt:
        postmaster.stop(places)
        raise


def _read(handle: int) -> dict[str, bool]:
    text = os.pread(handle, 1000, 0)
    return {"kept": False, "service": False, **(json.loads(text) if text else {})}


def _write(handle: int, state: dict[str, bool]) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(state).encode(), 0)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(
            "database_files", f"The data folder cannot be used: {error.filename or 'a file in it'}: {error.strerror}."
        ) from error

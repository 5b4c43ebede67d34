"""File locks by which the commands of one installation share a server: a lock ends with the process that holds it."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhibu_core.errors import Unavailable

PAUSE = 0.01


def open_own(path: Path, flags: int = os.O_RDWR) -> int:
    """Opens or makes a file that only its owner reads; made by root it belongs to whoever owns the folder."""
    handle = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    owner = path.parent.stat()
    if os.geteuid() == 0 and os.fstat(handle).st_uid != owner.st_uid:
        os.fchown(handle, owner.st_uid, owner.st_gid)
    return handle


def try_lock(handle: int, *, shared: bool = False) -> bool:
    """Takes the lock if nobody else holds it, or changes the own lock's kind; says whether it did."""
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_lock(handle: int, seconds: float) -> bool:
    """Takes the lock as soon as it is free; false where that is not within `seconds`."""
    end = time.monotonic() + seconds
    while not try_lock(handle):
        if time.monotonic() > end:
            return False
        time.sleep(PAUSE)
    return True


def is_held(path: Path) -> bool:
    """Whether some process holds the lock of `path`."""
    handle = open_own(path)
    try:
        return not try_lock(handle)
    finally:
        os.close(handle)


@contextmanager
def only_one(path: Path, seconds: float = 60) -> Iterator[None]:
    """Nobody else is inside at the same time; raises `Unavailable` where that takes longer than `seconds`."""
    handle = open_own(path)
    try:
        if not wait_lock(handle, seconds):
            waited = f"Another command has been starting or stopping the database for {seconds:.0f} s ({path})."
            raise Unavailable("database_busy", waited)
        yield
    finally:
        os.close(handle)

"""Runs a command's coroutine, and a service's start; imports nothing that takes long."""

import asyncio
import gc
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a command's coroutine on uvloop where it is installed."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


@contextmanager
def uncollected() -> Iterator[None]:
    """Leaves what the block makes out of every collection of cycles, now and later: a start makes half a million objects
    that stay as long as the process does, and a seventh of its time would go into looking through them.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()

"""Serves the application with uvicorn until a signal says stop."""

import signal
import socket
from types import FrameType
from typing import Any

import uvicorn

GRACE = 25
LARGEST_MESSAGE = 256 * 1024


async def serve_until_stopped(app: Any, listening: socket.socket) -> None:
    """Serves on the socket; SIGINT and SIGTERM end it once what is under way is answered, after 25 s at the latest."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=False,  # a window for each of a thousand connections costs more than it saves
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        lifespan="on",
    )
    # uvicorn raises the signal anew once it has shut down; whatever surrounds it must still be cleaned up.
    before = {number: signal.signal(number, _stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        await uvicorn.Server(config).serve(sockets=[listening])
    except _StoppedError:
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _StoppedError(Exception):
    """A signal said stop."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _StoppedError

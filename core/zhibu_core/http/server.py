"""Listens on an address and serves the application with uvicorn until a signal says stop."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from zhibu_core.errors import Unavailable

GRACE = 10


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket; raises `Unavailable` naming the port where it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(1024)
        found.set_inheritable(False)
    except OSError as error:
        found.close()
        if error.errno == errno.EADDRINUSE:
            raise Unavailable(
                "port_taken", f"端口 {port} 已被占用(port {port} is in use)。请换一个,例如 PORT={port + 1}。"
            ) from error
        raise Unavailable("address", f"无法监听 {host}:{port}:{error.strerror}。") from error
    try:
        yield found
    finally:
        found.close()


async def serve_until_stopped(app: Any, listening: socket.socket) -> None:
    """Serves on the socket; SIGINT and SIGTERM end it once what is under way is answered, at the latest after ten seconds."""
    config = uvicorn.Config(
        app,
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        lifespan="on",
    )
    await uvicorn.Server(config).serve(sockets=[listening])

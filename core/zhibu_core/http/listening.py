"""Takes the port early, so that a busy one is named before anything is started."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from zhibu_core.errors import Unavailable
from zhibu_core.words import Words


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
                "port_taken",
                Words(
                    f"端口 {port} 已被占用（port {port} is in use）。请换一个，例如 PORT={port + 1}。",
                    f"Port {port} is in use. Choose another, for example PORT={port + 1}.",
                ),
            ) from error
        raise Unavailable(
            "address",
            Words(f"无法监听 {host}:{port}：{error.strerror}。", f"Cannot listen on {host}:{port}: {error.strerror}."),
        ) from error
    try:
        yield found
    finally:
        found.close()

"""Answers on the demo's port while its parts are still being fetched into memory: one plain page that says so."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

PAGE = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>正在启动 – Zhibu</title></head>
<body><main><h1>正在启动</h1><p>数据库和程序正在启动，随后载入示例数据：0%。</p><p><a href="/">再看一次</a></p></main></body>
</html>
"""
HEAD = (
    "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {length}\r\n"
    "Refresh: 1\r\nRetry-After: 1\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
)
LONGEST = 65536


@contextmanager
def answering(listening: socket.socket) -> Iterator[None]:
    """While the block runs, `/` is answered 200 with the page, anything else 503 with it."""
    done = threading.Event()
    thread = threading.Thread(target=_answer, args=(listening, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _answer(listening: socket.socket, done: threading.Event) -> None:
    while not done.is_set():
        readable, _, _ = select.select([listening], [], [], 0.1)
        if not readable:
            continue
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(2)
            try:
                _say(connection)
            except OSError:
                continue  # whoever asked has gone


def _say(connection: socket.socket) -> None:
    asked = connection.recv(LONGEST)
    status = "200 OK" if asked.startswith(b"GET / ") else "503 Service Unavailable"
    body = PAGE.encode()
    connection.sendall(HEAD.format(status=status, length=len(body)).encode() + body)

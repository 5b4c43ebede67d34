"""The floor: hand-written SQL behind a bare ASGI function on uvicorn, uvloop and httptools, by asyncpg."""

import os
import sys
import uuid
from typing import Any

import asyncpg
import msgspec

from bench.graphql.hand import STATEMENTS
from bench.graphql.identity import HEADER
from zhibu_core.cli.loop import run
from zhibu_core.http.listening import listen
from zhibu_core.http.server import serve_until_stopped

POOL = 12
NAMED = HEADER.encode()


class Given(msgspec.Struct):
    """What the bench tells the process."""

    dsn: str


class Floor:
    """Answers POST /<way>/<statement> with a JSON list of arguments: `read` in one round trip, `transaction` in four."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.pool: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        _, way, name = scope["path"].split("/")
        tenant = next(value for key, value in scope["headers"] if key == NAMED).decode()
        body = await _whole(receive)
        arguments = msgspec.json.decode(body, type=list[str | None])
        answer = await (self._read if way == "read" else self._transaction)(tenant, name, arguments)
        content = b'{"data":' + answer.encode() + b"}"
        head = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": content})

    async def _read(self, tenant: str, name: str, arguments: list[str | None]) -> str:
        async with self.pool.acquire() as connection:
            answer: str = await connection.fetchval("select app.read($1, $2, $3)", tenant, name, [tenant, *arguments])
            return answer

    async def _transaction(self, tenant: str, name: str, arguments: list[str | None]) -> str:
        statement = STATEMENTS[name]
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("select app.bind($1)", uuid.UUID(tenant))
            answer: str = await connection.fetchval(statement.cast, *statement.typed([tenant, *arguments]))
            return answer

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        # Connections are not reset between requests: every statement is a transaction of its own.
        self.pool = await asyncpg.create_pool(
            self.dsn, min_size=POOL, max_size=POOL, init=_prepare, reset=_leave, server_settings={"jit": "off"}
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.pool.close()
        await send({"type": "lifespan.shutdown.complete"})


async def _leave(_connection: Any) -> None:
    """Nothing to undo."""


async def _prepare(connection: Any) -> None:
    for name, statement in STATEMENTS.items():
        await connection.execute(f"prepare {name} ({', '.join(statement.types)}) as {statement.sql}")


async def _whole(receive: Any) -> bytes:
    body: bytes = b""
    while True:
        message: dict[str, Any] = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def main(given: Given, port: int) -> None:
    """Serves until told to stop."""
    with listen("127.0.0.1", port) as listening:
        print("{}", flush=True)
        await serve_until_stopped(Floor(given.dsn), listening)


if __name__ == "__main__":
    run(main(msgspec.json.decode(os.environ["BENCH"], type=Given), int(sys.argv[1])))

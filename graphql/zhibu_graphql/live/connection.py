"""One connection of graphql-transport-ws: several subscriptions, bounded, each in a task of its own."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from litestar.exceptions import WebSocketDisconnect

from zhibu_core.errors import Forbidden, Unauthenticated, ZhibuError
from zhibu_core.http.problems import as_domain_error
from zhibu_core.platform import Platform
from zhibu_graphql.asking import Asked
from zhibu_graphql.errors import RequestRefused, of_domain
from zhibu_graphql.live import messages
from zhibu_graphql.live.asker import Asker, Socket
from zhibu_graphql.live.messages import Closing, Said, message, read_message
from zhibu_graphql.live.subscription import Ended, answers

MOST = 20
"""Subscriptions of one connection."""

GREETING = 10.0
"""Seconds for `connection_init` to come."""

SENDING = 10.0
"""Seconds for the client to take what it is sent."""

log = structlog.get_logger()


@dataclass(eq=False)
class Connection:
    """The state of one; `run` returns when it is over."""

    platform: Platform
    socket: Socket
    asker: Asker
    prefix: str
    locale: str
    _running: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)
    _failed: "asyncio.Future[None] | None" = None
    _sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self) -> None:
        """Greets, then serves until the client goes or a rule is broken; closes with the reason."""
        self._failed = asyncio.get_running_loop().create_future()
        reading = asyncio.ensure_future(self._read())
        try:
            await asyncio.wait([reading, self._failed], return_when=asyncio.FIRST_COMPLETED)
            (reading if reading.done() else self._failed).result()
        except Closing as closing:
            await self._close(closing.code, closing.reason)
        except WebSocketDisconnect:
            pass
        finally:
            reading.cancel()
            for task in self._running.values():
                task.cancel()
            await asyncio.gather(reading, *self._running.values(), return_exceptions=True)

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(GREETING):
                await self._greet(read_message(await self.socket.receive_text()))
        except TimeoutError:
            raise Closing(messages.NOT_IN_TIME, "connection_init did not come in time.") from None
        while True:
            await self._take(read_message(await self.socket.receive_text()))

    async def _greet(self, said: Said) -> None:
        if said.type != "connection_init":
            raise Closing(messages.UNAUTHORIZED, "connection_init must come first.")
        self.asker.take(said.payload)
        await self._allowed()
        await self._send(message("connection_ack"))

    async def _take(self, said: Said) -> None:
        if said.type == "subscribe" and said.id:
            self._begin(said.id, said.payload)
        elif said.type == "complete" and said.id:
            if (task := self._running.pop(said.id, None)) is not None:
                task.cancel()
        elif said.type == "ping":
            await self._send(message("pong"))
        elif said.type == "connection_init":
            raise Closing(messages.TOO_MANY, "connection_init comes once.")
        elif said.type != "pong":
            raise Closing(messages.INVALID, f"There is no message {said.type[:40]}.")

    def _begin(self, key: str, payload: Any) -> None:
        if key in self._running:
            raise Closing(messages.TAKEN, f"Subscriber for {key[:80]} already exists.")
        if len(self._running) >= MOST:
            raise Closing(messages.TOO_MANY, f"A connection has at most {MOST} subscriptions.")
        try:
            asked = msgspec.convert(payload, Asked)
        except msgspec.ValidationError:
            raise Closing(messages.INVALID, "The payload of subscribe is an operation.") from None
        task = self._running[key] = asyncio.create_task(self._serve(key, asked))
        task.add_done_callback(lambda done: self._over(key, done))

    def _over(self, key: str, task: "asyncio.Task[None]") -> None:
        if self._running.get(key) is task:
            del self._running[key]
        if task.cancelled() or self._failed is None or self._failed.done():
            return
        if (error := task.exception()) is not None:
            self._failed.set_exception(error)

    async def _serve(self, key: str, asked: Asked) -> None:
        """Sends answers until the subscription is over; what concerns the connection goes up."""
        given = answers(self.platform, self.asker, asked, prefix=self.prefix, locale=self.locale)
        try:
            async with contextlib.aclosing(given):  # type: ignore[type-var]
                async for answer in given:
                    await self._send(message("next", key, answer))
            await self._send(message("complete", key))
        except Ended as ended:
            await self._send(message("error", key, ended.errors))
        except RequestRefused as refused:
            await self._send(message("error", key, refused.errors))
        except (Closing, WebSocketDisconnect):
            raise
        except Exception as raised:
            error = as_domain_error(raised)
            await self._look_at(error)
            await self._send(message("error", key, [of_domain(error, self.locale)]))

    async def _look_at(self, error: ZhibuError) -> None:
        """Ends the connection where the error came of the asker being nobody any more."""
        if isinstance(error, (Unauthenticated, Forbidden)):
            await self._allowed()

    async def _allowed(self) -> None:
        try:
            await self.asker.scope(time.monotonic())
        except Unauthenticated as error:
            raise Closing(messages.UNAUTHORIZED, error.message.en) from None
        except ZhibuError as error:
            raise Closing(messages.FORBIDDEN, error.message.en) from None

    async def _send(self, text: str) -> None:
        async with self._sending:
            await _in_time(self.socket.send_text(text))

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(SENDING):
                await self.socket.close(code=code, reason=reason.encode()[:120].decode(errors="ignore"))


async def _in_time(sending: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(SENDING):
            await sending
    except TimeoutError:
        raise Closing(messages.TOO_SLOW, f"The client did not take an answer within {SENDING:.0f} s.") from None

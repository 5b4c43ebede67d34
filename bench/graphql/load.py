"""The load generator: a number of clients, each sending the next request when the last one is answered, on raw sockets."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

END = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass
class Measured:
    """What one run of one server gave: seconds, seconds of each answer, bytes of all bodies, our own processor seconds.

    `busy` are the answers 503, "come again": no answers, but no failure of the bench.
    """

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    body_bytes: int = 0
    own_seconds: float = 0.0
    busy: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    @property
    def own_share(self) -> float:
        """How much of one core the generator itself took."""
        return self.own_seconds / self.seconds


class Refused(Exception):
    """A server answered something else than 200."""


async def load(
    port: int, requests: Sequence[bytes] | Iterator[bytes], clients: int, *, seconds: float = 0.0, count: int = 0
) -> Measured:
    """Sends the requests in turns, for so many seconds or so many of them; raises `Refused`.

    An iterator without end goes on where the last run left it.
    """
    loop = asyncio.get_running_loop()
    made = Measured()
    ended = loop.create_future()
    ends = time.perf_counter() + seconds if seconds else float("inf")
    endless = requests if isinstance(requests, Iterator) else cycle(requests)
    source = islice(endless, count) if count else endless
    opened = [
        await loop.create_connection(lambda: _Client(source, made, ends, ended), "127.0.0.1", port)
        for _ in range(clients)
    ]
    begun, own = time.perf_counter(), time.process_time()
    for _, client in opened:
        client.begin()
    try:
        while any(not client.done for _, client in opened):
            await asyncio.wait([ended], timeout=0.02)
            if ended.done():
                ended.result()
    finally:
        for transport, _ in opened:
            transport.close()
    made.seconds, made.own_seconds = time.perf_counter() - begun, time.process_time() - own
    return made


class _Client(asyncio.Protocol):
    """One connection. Bodies come with their length or in chunks, whose last one is empty."""

    def __init__(self, source: Iterator[bytes], made: Measured, ends: float, ended: "asyncio.Future[None]") -> None:
        self.source, self.made, self.ends, self.ended = source, made, ends, ended
        self.done = False
        self.is_busy = False
        self.received = bytearray()
        self.wanted = 0
        self.head = 0
        self.sent = 0.0
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done:
            self.done = True
            if not self.ended.done():
                self.ended.set_exception(Refused(f"the server closed a connection: {exc}"))

    def begin(self) -> None:
        """Sends the next request, or is done."""
        request = next(self.source, None) if time.perf_counter() < self.ends else None
        if request is None or self.transport is None:
            self.done = True
            return
        self.sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.received += data
        if not self.wanted:
            self._read_head()
        if (self.wanted > 0 and len(self.received) >= self.wanted) or (
            self.wanted < 0 and self.received.endswith(b"0" + END)
        ):
            self._answered()

    def _read_head(self) -> None:
        head = self.received.find(END)
        if head < 0:
            return
        self.head = head + len(END)
        self.is_busy = self.received[9:12] == b"503"
        if self.received[9:12] != b"200" and not self.is_busy:
            text = bytes(self.received).decode(errors="replace")
            self.done = True
            if not self.ended.done():
                self.ended.set_exception(Refused(text[:2000]))
            return
        at = self.received.lower().find(LENGTH, 0, head)
        self.wanted = (
            self.head + int(self.received[at + len(LENGTH) : self.received.find(b"\r", at)]) if at >= 0 else -1
        )

    def _answered(self) -> None:
        if self.is_busy:
            self.made.busy += 1
        else:
            self.made.times.append(time.perf_counter() - self.sent)
            self.made.body_bytes += len(self.received) - self.head
        self.received.clear()
        self.wanted = 0
        self.begin()


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One request as it goes over the wire."""
    named = {"Host": "127.0.0.1", "Content-Type": "application/json", "Content-Length": str(len(body))} | headers
    return (
        f"POST {path} HTTP/1.1\r\n{''.join(f'{k}: {v}{chr(13)}{chr(10)}' for k, v in named.items())}\r\n".encode()
        + body
    )


async def exchange(port: int, request: bytes) -> Any:
    """The JSON body of the answer to one request; raises `Refused` where it is none or says errors."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        head, _, body = (await reader.read()).partition(END)
    finally:
        writer.close()
    if b"chunked" in head.lower():
        body = b"".join(body.split(b"\r\n")[1::2])
    answer = json.loads(body)
    if not head.startswith(b"HTTP/1.1 200") or "errors" in answer:
        raise Refused(body[:2000].decode())
    return answer

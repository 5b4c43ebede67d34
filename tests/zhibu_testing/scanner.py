"""A virus scanner on loopback that speaks clamd's INSTREAM and knows one virus: the EICAR test file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless file that every scanner takes for a virus (eicar.org); in two pieces, so that none takes this module for it."""


@dataclass
class Scanner:
    """A running one: its address, the contents it was sent, and whether it hangs up on everybody."""

    limit: int
    address: str = ""
    away: bool = False
    seen: list[bytes] = field(default_factory=list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One session (clamd(8)): the command, blocks with their lengths, a length of zero, the verdict."""
        try:
            if not self.away and await reader.readuntil(b"\0") == b"zINSTREAM\0":
                content = await self._content(reader)
                writer.write(self._verdict(content))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _content(self, reader: asyncio.StreamReader) -> bytes:
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        return content

    def _verdict(self, content: bytes) -> bytes:
        if len(content) > self.limit:
            return b"INSTREAM size limit exceeded. ERROR\0"
        self.seen.append(content)
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


@asynccontextmanager
async def scanner(limit: int = 100 << 20) -> AsyncIterator[Scanner]:
    """A scanner for as long as the block runs."""
    found = Scanner(limit)
    server = await asyncio.start_server(found.answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    found.address = f"{host}:{port}"
    async with server:
        yield found

"""Seals content in chunks, so that a range is read by opening only the chunks that it lies in (tenancy-security.md 5.5).

A sealed object is chunk after chunk: nonce (12 random bytes), ciphertext, tag (16). A chunk holds 64 KiB of the content,
the last one less, and an empty content is one empty chunk. Each object has a key of its own; what belongs to a chunk besides its
content is authenticated: the object's id, the chunk's number and whether it is the last. So no chunk can be changed, moved, left out
or taken from another object, and no object can be cut off (the idea of STREAM: Hoang, Reyhanitabar, Rogaway, Vizár 2015).
"""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag

from zhibu_core.crypto.suites import NONCE, SUITES, TAG, Sealing
from zhibu_core.errors import Unavailable
from zhibu_core.storage.port import ObjectMissing, Store
from zhibu_core.words import Words

CHUNK = 64 * 1024
SEALED_CHUNK = NONCE + CHUNK + TAG
AT_ONCE = 16
"""Chunks that are fetched together: 1 MiB."""


class Damaged(Unavailable):
    """What lies in the store is not what was put there, or is gone."""


@dataclass(frozen=True)
class Seal:
    """How one object is sealed: its key under the suite "aes" or "sm4", and its id, which every chunk is bound to."""

    suite: str
    key: bytes
    object_id: uuid.UUID

    def sealing(self) -> Sealing:
        """The cipher."""
        return SUITES[self.suite].sealing(self.key)


def new_key(suite: str) -> bytes:
    """A key for one object."""
    return os.urandom(SUITES[suite].key_bytes)


async def sealed(seal: Seal, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The content's sealed chunks; holds two chunks at most, whatever the pieces of `content`."""
    cipher, rest, number = seal.sealing(), bytearray(), 0
    async for block in content:
        rest += block
        while len(rest) > CHUNK:  # a full chunk waits until it is known not to be the last
            yield _close(cipher, seal, bytes(rest[:CHUNK]), number, last=False)
            del rest[:CHUNK]
            number += 1
    yield _close(cipher, seal, bytes(rest), number, last=True)


async def opened(store: Store, name: str, seal: Seal, size: int, start: int, end: int) -> AsyncIterator[bytes]:
    """The content's bytes from `start` up to, not including, `end`, of `size`; raises `Damaged`."""
    if not 0 <= start <= end <= size:
        raise ValueError(f"no range of {size} bytes: {start}-{end}")
    cipher, last = seal.sealing(), chunks_of(size) - 1
    # Of an empty content its one empty chunk is opened: whether it is there and ours.
    first, until = start // CHUNK, chunks_of(end) if start < end or not size else 0
    for here in range(first, until, AT_ONCE):
        number = min(AT_ONCE, until - here)
        try:
            fetched = await store.read(name, here * SEALED_CHUNK, number * SEALED_CHUNK)
            plain = b"".join(_open(cipher, seal, fetched, here, number, last))
        except (InvalidTag, ObjectMissing):
            raise damaged() from None
        before = max(start - here * CHUNK, 0)
        if piece := plain[before : end - here * CHUNK]:
            yield piece


def chunks_of(size: int) -> int:
    """How many chunks a content of this many bytes has."""
    return max(1, -(-size // CHUNK))


def damaged() -> Damaged:
    """The error for a reader."""
    return Damaged(
        "file_damaged",
        Words(
            "这个文件在存储中已损坏或丢失，不能打开。请联系平台运维从备份恢复。",
            "This file is damaged or gone in the storage and cannot be opened. Ask who runs the platform to restore it.",
        ),
    )


def _close(cipher: Sealing, seal: Seal, plain: bytes, number: int, *, last: bool) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, plain, _bound(seal, number, last=last))


def _open(cipher: Sealing, seal: Seal, fetched: bytes, first: int, number: int, last: int) -> Iterator[bytes]:
    for place in range(number):
        chunk = fetched[place * SEALED_CHUNK : (place + 1) * SEALED_CHUNK]
        if len(chunk) < NONCE + TAG:
            raise InvalidTag
        bound = _bound(seal, first + place, last=first + place == last)
        yield cipher.decrypt(chunk[:NONCE], chunk[NONCE:], bound)


def _bound(seal: Seal, number: int, *, last: bool) -> bytes:
    return seal.object_id.bytes + number.to_bytes(8, "big") + bytes([last])

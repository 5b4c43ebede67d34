"""What a place for objects must do; a folder and an S3 server do it alike (one suite of tests runs against both)."""

import datetime as dt
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from zhibu_core.errors import Unavailable
from zhibu_core.words import Words


@dataclass(frozen=True)
class Stored:
    """One object: its whole name, its size in bytes and when it was put, UTC."""

    name: str
    size: int
    put_at: dt.datetime


class ObjectMissing(Exception):
    """There is no object of this name."""


class Store(Protocol):
    """Objects by name. Names are made by us (`objects_of`, `parts_of`); an object is put once and never changed."""

    async def put(self, name: str, content: AsyncIterator[bytes]) -> int:
        """Keeps what comes, whole or not at all, and returns its size in bytes."""
        ...

    async def read(self, name: str, start: int, length: int) -> bytes:
        """Bytes from `start`, at most `length` of them; raises `ObjectMissing`."""
        ...

    async def delete(self, name: str) -> bool:
        """Removes the object; whether there was one."""
        ...

    def below(self, prefix: str) -> AsyncIterator[Stored]:
        """All objects whose names begin with `prefix`, which ends in a slash, ordered by name."""
        ...


def prefix_of(tenant: uuid.UUID) -> str:
    """What all names of a tenant begin with."""
    return f"tenants/{tenant}/"


def objects_of(tenant: uuid.UUID) -> str:
    """What the names of whole files begin with."""
    return f"{prefix_of(tenant)}objects/"


def parts_of(tenant: uuid.UUID) -> str:
    """What the names of the parts of unfinished uploads begin with."""
    return f"{prefix_of(tenant)}parts/"


def store_unavailable(reason: str) -> Unavailable:
    """The error of a store that does not answer; `reason` is for the log and names no tenant's data."""
    return Unavailable(
        "storage",
        Words(
            f"文件存储暂时不可用，请稍后再试（{reason}）。",
            f"The storage of files does not answer just now. Try again later ({reason}).",
        ),
    )

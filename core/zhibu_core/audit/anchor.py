"""Where the heads of chains lie outside the database, so that a shortened or wholly re-made chain is noticed."""

import fcntl
import os
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

TAIL = 4096
"""Longer than any line."""


class Head(msgspec.Struct, frozen=True):
    """One seal as it is anchored; hash and signature in hexadecimal, instants in ISO 8601.

    `resumed_after` is set where somebody had the chain go on after a restored backup: the seals between are lost.
    """

    tenant: str
    number: int
    hash: str
    key: str
    signature: str
    entries: int
    sealed_at: str
    anchored_at: str
    resumed_after: int | None = None


class Anchor(Protocol):
    """A place that can be added to and read; a later one may be object storage with locked objects."""

    def append(self, tenant: uuid.UUID, heads: Sequence[Head]) -> None:
        """Adds heads, durable when this returns; may block. Raises OSError where the place does not answer."""

    def last(self, tenant: uuid.UUID) -> Head | None:
        """The newest head."""

    def heads(self, tenant: uuid.UUID) -> Sequence[Head]:
        """All heads in the order in which they were added."""


class FolderAnchor:
    """One file of JSON lines a tenant, each line on disk before the next step; put the folder on another machine's disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def append(self, tenant: uuid.UUID, heads: Sequence[Head]) -> None:
        """Adds lines that the file does not have yet; two processes wait for each other."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path(tenant), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.truncate(len(_whole_lines(self._path(tenant).read_bytes())))
            last = self.last(tenant)
            fresh = [head for head in heads if last is None or head.number > last.number]
            file.write(b"".join(msgspec.json.encode(head) + b"\n" for head in fresh))
            file.flush()
            os.fsync(file.fileno())
        self._keep_name()

    def last(self, tenant: uuid.UUID) -> Head | None:
        """Reads the file's end only."""
        path = self._path(tenant)
        if not path.exists():
            return None
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            lines = _whole_lines(file.read()).splitlines()
        return msgspec.json.decode(lines[-1], type=Head) if lines else None

    def heads(self, tenant: uuid.UUID) -> Sequence[Head]:
        """Raises ValueError where a line is none."""
        path = self._path(tenant)
        if not path.exists():
            return []
        return [msgspec.json.decode(line, type=Head) for line in _whole_lines(path.read_bytes()).splitlines()]

    def _path(self, tenant: uuid.UUID) -> Path:
        return self.folder / f"{tenant}.jsonl"

    def _keep_name(self) -> None:
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _whole_lines(content: bytes) -> bytes:
    """Without the line that a process was killed at; its head is added again."""
    return content[: content.rfind(b"\n") + 1]

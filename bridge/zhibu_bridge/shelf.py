"""Where things wait that are taken once: in the memory of one process, or sealed in a folder that several share."""

import contextlib
import os
import secrets
import time
import uuid
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zhibu_core.crypto.folder import FolderOfKeys, write_once

NONCE = 12
KEY = "waiting.key"
SWEEP_EVERY = 60.0
"""Seconds between two looks for what nobody took."""


class Shelf(Protocol):
    """Things by a secret key, each taken once and within its time."""

    def put(self, key: str, content: bytes) -> None:
        """Lays something down."""
        ...

    def take(self, key: str) -> bytes | None:
        """What lay there, for the first who asks; None for everybody else, and for what is too old."""
        ...


class InMemory:
    """Of one process, `most` things for `lasts` seconds: the oldest are forgotten."""

    def __init__(self, lasts: float, most: int) -> None:
        self._lasts, self._most = lasts, most
        self._things: dict[str, tuple[float, bytes]] = {}

    def put(self, key: str, content: bytes) -> None:
        """Lays something down."""
        while len(self._things) >= self._most:
            self._things.pop(next(iter(self._things)))
        self._things[key] = (time.time(), content)

    def take(self, key: str) -> bytes | None:
        """What lay there, once."""
        at, content = self._things.pop(key, (0.0, b""))
        return content if time.time() - at <= self._lasts else None


class InFolder:
    """One sealed file a thing, named by the hash of its key: whoever renames it has it, on whichever machine.

    The folder must be on a file system that all processes share and that renames at once, as POSIX and NFS do.
    """

    def __init__(self, folder: Path, cipher: AESGCM, lasts: float) -> None:
        self._folder, self._cipher, self._lasts = folder, cipher, lasts
        self._swept = 0.0
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, key: str, content: bytes) -> None:
        """Lays something down, instead of what lay under the key."""
        self._sweep()
        path, nonce = self._path(key), os.urandom(NONCE)
        draft = path.with_suffix(f".{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(nonce + self._cipher.encrypt(nonce, content, path.name.encode()))
        draft.replace(path)

    def take(self, key: str) -> bytes | None:
        """What lay there, once."""
        path = self._path(key)
        mine = path.with_suffix(f".{secrets.token_hex(8)}")
        try:
            path.rename(mine)
        except FileNotFoundError:
            return None
        sealed, at = mine.read_bytes(), mine.stat().st_mtime
        mine.unlink()
        if time.time() - at > self._lasts:
            return None
        with contextlib.suppress(InvalidTag):
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], path.name.encode())
        return None

    def _path(self, key: str) -> Path:
        return self._folder / sha256(key.encode()).hexdigest()

    def _sweep(self) -> None:
        now = time.time()
        if now - self._swept < SWEEP_EVERY:
            return
        self._swept = now
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if now - path.stat().st_mtime > self._lasts:
                    path.unlink()


def waiting_cipher(keys: Path, name: str) -> AESGCM:
    """What seals a source's things that wait: one key in the folder of keys, wrapped there, the same for every process."""
    seals, path = FolderOfKeys(keys), keys / f"{name}.{KEY}"
    bound = uuid.uuid5(uuid.NAMESPACE_URL, f"zhibu-bridge:{name}:waiting")
    if not path.exists():
        write_once(path, seals.wrap(AESGCM.generate_key(256), bound))
    return AESGCM(seals.unwrap(path.read_bytes(), bound))

"""Keeps wrapped keys in a folder of files that only their owner reads, and wraps with a master key that lies beside them."""

import datetime as dt
import fcntl
import os
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zhibu_core.crypto.suites import NONCE

MASTER = "master.key"


class FolderOfKeys:
    """The provider for laptops and small installations: key store and key-encryption key in one folder."""

    seen_within = 0.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def stamp(self, tenant: uuid.UUID) -> object:
        """Changes whenever the tenant's keys do."""
        for path in (self._path(tenant), self._first_form(tenant)):
            with suppress(FileNotFoundError):
                found = path.stat()
                return found.st_mtime_ns, found.st_ino
        return None

    def read(self, tenant: uuid.UUID) -> bytes | None:
        """What was kept for the tenant, None where nothing was."""
        with suppress(FileNotFoundError):
            return self._path(tenant).read_bytes()
        with suppress(FileNotFoundError):
            return _of_first_form(self._first_form(tenant))
        return None

    def write(self, tenant: uuid.UUID, content: bytes) -> None:
        """Keeps this instead of what was kept before."""
        path = self._path(tenant)
        with _draft(path, content) as draft:
            os.replace(draft, path)
        self._first_form(tenant).unlink(missing_ok=True)

    @contextmanager
    def locked(self, tenant: uuid.UUID) -> Iterator[None]:
        """Nobody else on this machine changes the tenant's keys inside the block."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / f"{tenant}.lock").open("wb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def wrap(self, plain: bytes, tenant: uuid.UUID) -> bytes:
        """The key under the master key, bound to its tenant."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._master()).encrypt(nonce, plain, tenant.bytes)

    def unwrap(self, wrapped: bytes, tenant: uuid.UUID) -> bytes:
        """The key; raises `InvalidTag` where it was wrapped for another tenant or by another master key."""
        return AESGCM(self._master()).decrypt(wrapped[:NONCE], wrapped[NONCE:], tenant.bytes)

    def _path(self, tenant: uuid.UUID) -> Path:
        return self.folder / f"{tenant}.json"

    def _first_form(self, tenant: uuid.UUID) -> Path:
        return self.folder / f"{tenant}.key"

    def _master(self) -> bytes:
        path = self.folder / MASTER
        if not path.exists():
            write_once(path, os.urandom(32))
        return path.read_bytes()


def _of_first_form(path: Path) -> bytes:
    """A file of version 0.1, one wrapped key and nothing else: it sealed as key 1 and made the blind indexes as well."""
    wrapped, made = path.read_bytes(), dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    key = {"number": 1, "suite": "aes", "made_at": made, "wrapped": wrapped}
    return msgspec.json.encode({"data": [key], "index_suite": "aes", "index_key": wrapped})


def write_once(path: Path, content: bytes) -> None:
    """Writes a key file that only its owner reads; where another process was first, its file stays."""
    if path.exists():
        return
    with _draft(path, content) as draft, suppress(FileExistsError):
        os.link(draft, path)


@contextmanager
def _draft(path: Path, content: bytes) -> Iterator[Path]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Not by process number: that is 1 in every container that shares the folder.
    draft = path.with_suffix(f".{secrets.token_hex(8)}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)

"""Encryption of sensitive fields: key-encryption key → data key of the tenant → subkey of table.column → AES-256-GCM."""

import hmac
import os
import uuid
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zhibu_core.errors import Unavailable

VERSION = b"\x01"
NONCE = 12
INDEX = 16


@dataclass(frozen=True)
class FieldCipher:
    """Seals and finds the values of one column of one tenant (tenancy-security.md 5); keep it, keys are costly to make."""

    name: bytes
    sealing: AESGCM
    index_key: bytes

    def seal(self, plain: bytes, row: uuid.UUID) -> bytes:
        """Version byte, nonce, ciphertext and tag; bound to tenant, table, column and row."""
        nonce = os.urandom(NONCE)
        return VERSION + nonce + self.sealing.encrypt(nonce, plain, self.name + row.bytes)

    def open(self, sealed: bytes, row: uuid.UUID) -> bytes:
        """The plain bytes; raises `Unavailable` where key or row do not fit."""
        try:
            if sealed[:1] != VERSION:
                raise InvalidTag
            return self.sealing.decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], self.name + row.bytes)
        except InvalidTag:
            raise Unavailable("sealed", "这项数据的密钥不匹配，无法读取。请联系平台运维。") from None

    def index(self, plain: str) -> bytes:
        """The blind index of a value: 16 bytes, equal for equal values of this tenant and column only."""
        return hmac.digest(self.index_key, plain.encode(), "sha256")[:INDEX]


class Keyring:
    """Data keys of tenants in a folder of files, each wrapped by the key-encryption key; apart from the database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ciphers: dict[tuple[uuid.UUID, str], FieldCipher] = {}
        self._data_keys: dict[uuid.UUID, bytes] = {}

    def cipher(self, tenant: uuid.UUID, column: str) -> FieldCipher:
        """The cipher of a column such as "person.sealed"; makes the tenant's data key on first use."""
        found = self._ciphers.get((tenant, column))
        if found is None:
            key = self._data_key(tenant)
            found = FieldCipher(
                tenant.bytes + column.encode(), AESGCM(_derive(key, f"seal|{column}")), _derive(key, f"index|{column}")
            )
            self._ciphers[tenant, column] = found
        return found

    def _data_key(self, tenant: uuid.UUID) -> bytes:
        if tenant not in self._data_keys:
            path = self.folder / f"{tenant}.key"
            wrapping = AESGCM(_read_or_make(self.folder / "master.key"))
            if not path.exists():
                nonce = os.urandom(NONCE)
                _write_once(path, nonce + wrapping.encrypt(nonce, os.urandom(32), tenant.bytes))
            wrapped = path.read_bytes()
            self._data_keys[tenant] = wrapping.decrypt(wrapped[:NONCE], wrapped[NONCE:], tenant.bytes)
        return self._data_keys[tenant]


def _derive(key: bytes, info: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info.encode()).derive(key)


def _read_or_make(path: Path) -> bytes:
    if not path.exists():
        _write_once(path, os.urandom(32))
    return path.read_bytes()


def _write_once(path: Path, content: bytes) -> None:
    """Writes a key file that only its owner reads; where another process was first, its file stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def fingerprint(content: bytes) -> str:
    """SHA-256 of a file's bytes in hexadecimal."""
    return sha256(content).hexdigest()

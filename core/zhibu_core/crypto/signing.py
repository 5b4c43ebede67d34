"""The installation's signing keys (Ed25519, RFC 8032): files in the folder of keys or, where tenants' keys lie in Vault, wrapped there."""

import os
import uuid
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from zhibu_core.crypto.folder import write_once
from zhibu_core.crypto.keyring import KeyProvider, KeysChanged
from zhibu_core.errors import Unavailable
from zhibu_core.words import Words

log = structlog.get_logger()
SEED = 32
"""Bytes of a private key."""


@dataclass(frozen=True)
class Purpose:
    """What a key signs: its file's name, and where it lies among the keys of tenants, under an id that no tenant has."""

    file: str
    place: uuid.UUID


ARCHIVES: Final = Purpose("signing.key", uuid.UUID("00000000-0000-8000-8000-000000000001"))
"""Archives and certificates, which are checked without Zhibu, and sign-ins of staff under way."""

SEALS: Final = Purpose("audit-signing.pem", uuid.UUID("00000000-0000-8000-8000-000000000002"))


@dataclass
class SigningKeys:
    """The keys of one installation; each is made on first use and then held by the process.

    With a `keeper` (Vault) they lie there, wrapped, and a file of the same purpose is taken over and deleted: its public key
    stays what it was. Raises `Unavailable` where the keeper does not answer, or wraps with another key than before.
    """

    folder: Path
    keeper: KeyProvider | None = None
    _held: dict[Purpose, Ed25519PrivateKey] = field(default_factory=dict, repr=False)

    def key(self, purpose: Purpose) -> Ed25519PrivateKey:
        """The private key of this purpose."""
        if purpose not in self._held:
            seed = self._of_file(purpose) if self.keeper is None else self._of_keeper(self.keeper, purpose)
            self._held[purpose] = Ed25519PrivateKey.from_private_bytes(seed)
        return self._held[purpose]

    def forget(self) -> None:
        """Reads the keys again when they are next asked for."""
        self._held.clear()

    def _of_file(self, purpose: Purpose) -> bytes:
        path = self.folder / purpose.file
        if not path.exists():
            write_once(path, _as_file(purpose, os.urandom(SEED)))
        return _of_file(path)

    def _of_keeper(self, keeper: KeyProvider, purpose: Purpose) -> bytes:
        file = self.folder / purpose.file
        kept = keeper.read(purpose.place)
        if kept is None:
            seed = _of_file(file) if file.exists() else os.urandom(SEED)
            try:
                with keeper.locked(purpose.place):
                    if keeper.read(purpose.place) is None:
                        keeper.write(purpose.place, keeper.wrap(seed, purpose.place))
            except KeysChanged:
                log.info("signing_key_made_elsewhere", file=purpose.file)
            kept = keeper.read(purpose.place)
        found = _unwrapped(keeper, kept or b"", purpose)
        if file.exists() and _of_file(file) == found:
            file.unlink()
            log.info("signing_key_taken_over", file=purpose.file)
        return found


def _unwrapped(keeper: KeyProvider, kept: bytes, purpose: Purpose) -> bytes:
    try:
        return keeper.unwrap(kept, purpose.place)
    except InvalidTag:
        raise Unavailable(
            "keys_wrong",
            Words(
                "平台的签名密钥不能解开：主密钥与保存它时的不是同一个。请联系平台运维。",
                "The signing key does not open: the key that wraps it is not the one it was kept under. Ask who runs the platform.",
            ),
        ) from None


def _of_file(path: Path) -> bytes:
    content = path.read_bytes()
    if len(content) == SEED:
        return content
    found = load_pem_private_key(content, None)
    if not isinstance(found, Ed25519PrivateKey):
        raise TypeError(f"{path.name} is no Ed25519 key")
    return found.private_bytes_raw()


def _as_file(purpose: Purpose, seed: bytes) -> bytes:
    if not purpose.file.endswith(".pem"):
        return seed
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(public: bytes) -> str:
    """How a public key is named: the first 16 hexadecimal digits of its SHA-256."""
    return sha256(public).hexdigest()[:16]

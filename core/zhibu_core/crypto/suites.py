"""The two families of algorithms a tenant may ask for: AES-256-GCM with SHA-256, SM4-GCM with SM3 (GB/T 32907, 32905)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12
TAG = 16


class Sealing(Protocol):
    """Authenticated encryption with 96-bit nonces; `decrypt` raises `InvalidTag`."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Ciphertext and tag."""
        ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """The plain bytes."""
        ...


class Sm4Gcm:
    """SM4 in Galois/counter mode (RFC 8998), with the interface of `AESGCM`."""

    def __init__(self, key: bytes) -> None:
        self._cipher = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """Ciphertext and tag."""
        encryptor = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data or b"")
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes:
        """The plain bytes; raises `InvalidTag`."""
        decryptor = Cipher(self._cipher, modes.GCM(nonce, data[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(associated_data or b"")
        return decryptor.update(data[:-TAG]) + decryptor.finalize()


@dataclass(frozen=True)
class Suite:
    """Algorithms that go together."""

    name: str
    key_bytes: int
    sealing: Callable[[bytes], Sealing]
    digest: hashes.HashAlgorithm

    def derive(self, key: bytes, info: str) -> bytes:
        """A subkey for one use (HKDF, RFC 5869)."""
        return HKDF(algorithm=self.digest, length=self.key_bytes, salt=None, info=info.encode()).derive(key)

    def mac(self, key: bytes, message: bytes) -> bytes:
        """The keyed hash of a message."""
        keyed = hmac.HMAC(key, self.digest)
        keyed.update(message)
        return keyed.finalize()


SUITES = {
    "aes": Suite("AES-256-GCM", 32, AESGCM, hashes.SHA256()),
    "sm4": Suite("SM4-GCM", 16, Sm4Gcm, hashes.SM3()),
}
"""By the name that policies and key files use."""

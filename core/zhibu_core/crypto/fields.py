"""Seals, opens and finds the values of one column of one tenant (tenancy-security.md 5)."""

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from sqlalchemy import LargeBinary

from zhibu_core.crypto.suites import NONCE, TAG, Sealing, Suite
from zhibu_core.errors import Unavailable
from zhibu_core.words import Words

INDEX = 16


class Sealed(LargeBinary):
    """The column type of ciphertext made by the cipher named "table.column" for the row's own id; rotation finds it by this."""

    inherit_cache = True


class BlindIndex(LargeBinary):
    """The column type of a blind index: no archive holds it, since the next key makes another."""

    inherit_cache = True


@dataclass(frozen=True)
class FieldCipher:
    """Seals with the tenant's newest key, opens with whichever it was; keep it, keys are costly to make."""

    name: bytes
    newest: int
    sealings: Mapping[int, Sealing]
    index_suite: Suite
    index_key: bytes

    def seal(self, plain: bytes, row: uuid.UUID) -> bytes:
        """One byte with the key's number, nonce, ciphertext and tag; bound to tenant, table, column and row."""
        nonce = os.urandom(NONCE)
        sealed = self.sealings[self.newest].encrypt(nonce, plain, self.name + row.bytes)
        return bytes([self.newest]) + nonce + sealed

    def open(self, sealed: bytes, row: uuid.UUID) -> bytes:
        """The plain bytes; raises `Unavailable` where key or row do not fit."""
        try:
            if len(sealed) < 1 + NONCE + TAG or sealed[0] not in self.sealings:
                raise InvalidTag
            nonce, rest = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
            return self.sealings[sealed[0]].decrypt(nonce, rest, self.name + row.bytes)
        except InvalidTag:
            raise Unavailable(
                "sealed",
                Words(
                    "这项数据的密钥不匹配，无法读取。请联系平台运维。",
                    "The key of this value does not fit, so it cannot be read. Ask who runs the platform.",
                ),
            ) from None

    def index(self, plain: str) -> bytes:
        """The blind index of a value: 16 bytes, equal for equal values of this tenant and column only."""
        return self.index_suite.mac(self.index_key, plain.encode())[:INDEX]


def fingerprint(content: bytes) -> str:
    """SHA-256 of a file's bytes in hexadecimal."""
    return sha256(content).hexdigest()

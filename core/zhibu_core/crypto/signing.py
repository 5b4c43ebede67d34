"""The installation's signing key: archives and certificates signed with it can be checked without Zhibu."""

import os
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from zhibu_core.crypto.folder import write_once

NAME = "signing.key"


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The key (Ed25519, RFC 8032) kept in the folder of keys; made on first use."""
    path = folder / NAME
    if not path.exists():
        write_once(path, os.urandom(32))
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(public: bytes) -> str:
    """How a public key is named: the first 16 hexadecimal digits of its SHA-256."""
    return sha256(public).hexdigest()[:16]

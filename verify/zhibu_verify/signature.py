"""Ed25519 signatures (RFC 8032) and the names of keys."""

from base64 import b64decode
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from zhibu_verify.faults import Fault


def check_signature(public: str, signature: str, content: bytes, expected: str | None) -> str:
    """The signer's name (the first 16 hexadecimal digits of the key's SHA-256); raises `Fault`."""
    try:
        key = b64decode(public, validate=True)
        Ed25519PublicKey.from_public_bytes(key).verify(b64decode(signature.strip(), validate=True), content)
    except (ValueError, InvalidSignature):
        raise Fault("the signature does not fit") from None
    name = sha256(key).hexdigest()[:16]
    if expected is not None and expected.lower() != name:
        raise Fault(f"signed by key {name}, not by {expected}")
    return name

"""Opaque ids: base64url of a type's tag and the row's key; no tenant inside, so a foreign one is as good as none."""

import base64
import binascii
import uuid

MARK = b":"
UUID_BYTES = 16


def global_id(tag: str, key: bytes) -> str:
    """The id of a row; `tag` is its type's."""
    return encode(tag.encode() + MARK + key)


def split_id(text: str) -> tuple[str, bytes] | None:
    """Tag and key of an id, None for what is no id."""
    raw = decode(text)
    if raw is None or MARK not in raw:
        return None
    tag, _, key = raw.partition(MARK)
    return (tag.decode(), key) if tag.isascii() else None


def read_id(text: str, tag: str) -> uuid.UUID | None:
    """The row's uuid, None for an id of another type and for what is no id at all."""
    found = split_id(text)
    return uuid.UUID(bytes=found[1]) if found and found[0] == tag and len(found[1]) == UUID_BYTES else None


def encode(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes | None:
    """The bytes of a base64url text, None for what is not one in its only form."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if encode(raw) == text else None

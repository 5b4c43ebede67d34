"""Identifiers: uuid7, made here and never by the database (scale.md: no volatile default)."""

import os
import time
import uuid

_MASK_74 = (1 << 74) - 1
_last = 0


def new_id() -> uuid.UUID:
    """A uuid of version 7 (RFC 9562, 5.7): milliseconds, then 74 random bits; ascending within one process."""
    global _last
    value = (time.time_ns() // 1_000_000) << 74 | int.from_bytes(os.urandom(10), "big") & _MASK_74
    _last = value if value > _last else _last + 1
    high, low = _last >> 74, _last & _MASK_74
    return uuid.UUID(int=high << 80 | 7 << 76 | (low >> 62) << 64 | 2 << 62 | low & ((1 << 62) - 1))

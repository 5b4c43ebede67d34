"""Merkle trees as RFC 6962, 2.1 defines them: leaves and nodes are hashed apart, so that neither passes for the other."""

from collections.abc import Sequence
from hashlib import sha256

HASH = 32


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 ‖ data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes in order; of none it is SHA-256 of nothing.

    Pairs are joined level by level and an odd last one goes up as it is, which is the RFC's split at the largest power
    of two below the number of leaves.
    """
    if not leaves:
        return sha256().digest()
    level = list(leaves)
    while len(level) > 1:
        joined = [node_hash(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        level = joined + level[len(joined) * 2 :]
    return level[0]

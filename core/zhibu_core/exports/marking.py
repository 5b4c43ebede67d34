"""The covert mark: unseen signs after the text of a cell, which only the recipient's key can have put there.

Each marked cell carries twelve bits of BLAKE2b over its own visible text, keyed by the recipient (RFC 7693): neither rows nor
columns need to keep their place or their company. docs/explanation/exports.md says what this survives and what it does not.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

SIGNS = ("\u200b", "\u200c")
"""Zero-width space for 0, zero-width non-joiner for 1: neither shows, joins or breaks anything at the end of a cell."""

BITS = 12
_TAILS = tuple("".join(SIGNS[bits >> place & 1] for place in reversed(range(BITS))) for bits in range(1 << BITS))
_UNSEEN = {ord(sign): None for sign in "\u200b\u200c\u200d\u2060\ufeff"}
_VALUE = {sign: bit for bit, sign in enumerate(SIGNS)}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

LEAST = -30.0
"""Log2 of the probability at which a recipient is named: less than one in a thousand million."""


@dataclass(frozen=True)
class Mark:
    """What a cell of a found file says: its visible text and the bits behind it."""

    text: str
    bits: int


def bare(cell: str) -> str:
    """The visible text of a cell, whatever program has saved it: no unseen signs, no blanks around, no guard of formulas."""
    shown = cell.translate(_UNSEEN).strip()
    return shown[1:] if shown[:1] == "'" and shown[1:2] in _FORMULA and shown[1:2] else shown


def harmless(cell: str) -> str:
    """A cell of a CSV file that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell[:1] in _FORMULA and cell else cell


def bits_of(key: bytes, text: str) -> int:
    """The bits that this recipient's file has behind this text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=2, key=key).digest(), "big") >> (16 - BITS)


def marked(key: bytes, cell: str) -> str:
    """The cell with the recipient's bits behind it; an empty one stays empty."""
    text = bare(cell)
    return cell + _TAILS[bits_of(key, text)] if text else cell


def mark_in(cell: str) -> Mark | None:
    """The mark of a cell, if it ends in one."""
    trimmed = cell.rstrip(" \u3000\t\r\n")
    tail = trimmed[-BITS:]
    if len(trimmed) <= BITS or not all(sign in _VALUE for sign in tail):
        return None
    return Mark(bare(trimmed), sum(_VALUE[sign] << place for place, sign in enumerate(reversed(tail))))


def marks_in(cells: Iterable[str]) -> frozenset[Mark]:
    """The different marks of all cells."""
    return frozenset(mark for cell in cells if (mark := mark_in(cell)) is not None and mark.text)


def agreeing(key: bytes, marks: Iterable[Mark]) -> int:
    """How many of the marks are this recipient's."""
    return sum(bits_of(key, mark.text) == mark.bits for mark in marks)


def chance(different: int, agree: int, tried: int) -> float:
    """Log2 of a bound on the probability that so many of so many different marks agree with any of the recipients tried,
    none of whom had the file: the union bound over recipients and over sets of marks, 2^-12 for each mark.
    """
    if not agree:
        return 0.0
    sets = math.lgamma(different + 1) - math.lgamma(agree + 1) - math.lgamma(different - agree + 1)
    return min(0.0, sets / math.log(2) - BITS * agree + math.log2(max(tried, 1)))


def digest_of(key: bytes, cells: Iterable[str]) -> bytes:
    """Eight bytes that know a whole line by its visible texts, in whatever order its columns stand."""
    return blake2b("\x1f".join(sorted(filter(None, map(bare, cells)))).encode(), digest_size=8, key=key).digest()

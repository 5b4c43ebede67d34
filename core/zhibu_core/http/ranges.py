"""Range requests (RFC 9110, 14): which bytes of a file a request asks for."""

import re
from dataclasses import dataclass

_ONE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class Span:
    """Bytes from `start` up to, not including, `end`, of `size`."""

    start: int
    end: int
    size: int

    @property
    def content_range(self) -> str:
        """The header's value."""
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


class Unsatisfiable(ValueError):
    """No byte of what is asked for exists."""


def span_of(header: str | None, size: int) -> Span | None:
    """The span that a Range header asks for; None for the whole.

    A header in another unit, of several ranges or that cannot be read is ignored, as the RFC allows. Raises `Unsatisfiable`.
    """
    found = _ONE.fullmatch(header.strip()) if header else None
    if found is None or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        start, end = max(size - int(last), 0), size
        if not int(last):
            raise Unsatisfiable
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, end, size)

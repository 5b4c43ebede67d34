"""Compares what was expected with what came out: every expected key, numbers within 1e-6."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TOLERANCE = 1e-6
# Codes of findings and vetoes are sets written as lists.
UNORDERED = ("codes", "veto")


@dataclass(frozen=True, slots=True)
class Difference:
    """A key whose value is not the expected one."""

    key: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"{self.key}: expected {self.expected!r}, got {self.got!r}"


def differences(expected: Any, got: Any, key: str = "") -> Iterator[Difference]:
    """All differences, deepest keys named; keys that nobody expected are left aside."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for name, value in expected.items():
            inner = f"{key}.{name}".strip(".")
            if name in got:
                yield from differences(*_ordered(name, value, got[name]), inner)
            else:
                yield Difference(inner, value, "nothing")
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for place, (one, other) in enumerate(zip(expected, got, strict=True)):
            yield from differences(one, other, f"{key}[{place}]")
    elif not same(expected, got):
        yield Difference(key, expected, got)


def same(expected: Any, got: Any) -> bool:
    """Whether two plain values are equal, numbers within the tolerance; true is not 1."""
    if _is_number(expected) and _is_number(got):
        return bool(abs(expected - got) <= TOLERANCE)
    return type(expected) is type(got) and bool(expected == got)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _ordered(name: str, expected: Any, got: Any) -> tuple[Any, Any]:
    if name in UNORDERED and isinstance(expected, list) and isinstance(got, list):
        return sorted(expected), sorted(got)
    return expected, got

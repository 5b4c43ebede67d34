"""The small-number rule: counts of one to four persons are not shown, nor anything that would give them away.

Pages, GraphQL and exports all ask here (interface.md 4.6 and 9.9). It concerns persons, not organizations, and is left
out where the reader may open the named list anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SMALL = 5
COMPARABLE_UNITS = 5
DISTRIBUTION_UNITS = 8


@dataclass(frozen=True)
class Row:
    """Counts of one breakdown as they may be shown; `None` stands for a hidden one."""

    cells: tuple[int | None, ...]
    total: int | None


def is_small(count: int) -> bool:
    """Whether a count of persons is too small to be shown; zero may be."""
    return 0 < count < SMALL


def may_show_share(part: int, whole: int) -> bool:
    """Whether a share may be shown: over five persons or more, neither side of it too small to be named."""
    return whole >= SMALL and not is_small(part) and not is_small(whole - part)


def may_compare(units: int) -> bool:
    """Whether a type of organization has enough units for its median to be shown."""
    return units >= COMPARABLE_UNITS


def may_distribute(units: int) -> bool:
    """Whether a type has enough units for its distribution to be drawn."""
    return units >= DISTRIBUTION_UNITS


def protect(cells: Sequence[int]) -> Row:
    """Hide small cells, then as few others as keep anybody from working them out by subtracting from the total."""
    hidden = {place for place, count in enumerate(cells) if is_small(count)}
    total: int | None = sum(cells)
    if is_small(sum(cells)):
        total = None
    while total is not None and _solvable(cells, hidden):
        rest = [place for place in range(len(cells)) if place not in hidden and cells[place]]
        if not rest:
            total = None
            break
        hidden.add(min(rest, key=lambda place: (cells[place], place)))
    return Row(tuple(None if place in hidden else count for place, count in enumerate(cells)), total)


def _solvable(cells: Sequence[int], hidden: set[int]) -> bool:
    """Whether a reader who knows the rule and the sum of the hidden cells could work out a small one."""
    bounds = {place: (1, SMALL - 1) if is_small(cells[place]) else (SMALL, None) for place in hidden}
    left = sum(cells[place] for place in hidden)
    for place in hidden:
        low, high = bounds[place]
        if high is None:
            continue
        others = [bounds[other] for other in hidden if other != place]
        least = sum(bound[0] for bound in others)
        most = None if any(bound[1] is None for bound in others) else sum(bound[1] or 0 for bound in others)
        lowest = low if most is None else max(low, left - most)
        if lowest == min(high, left - least):
            return True
    return False

"""The dot strip: where the units of one type lie on a scale that ends at 100, worked out for a drawing by the server."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

TOP = 100
PITCH = 0.5
"""The usual height of a dot in rem; less where many stand on one value, so that no stack is higher than `STACK`."""
STACK = 7.5
LABELS = 3.0
"""Room above the dots for two rows of words, in rem."""
BELOW = 2.0
"""Room below the dots for the axis and its figures, in rem."""
EDGE = 30
"""So near to an edge, in per cent, a word would grow over it."""
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Dot:
    """One unit: `x` in per cent of the width, `y` in rem from the top."""

    x: str
    y: str


@dataclass(frozen=True)
class Label:
    """A word above its line: `of` is median or own, `row` 1 (upper) or 2, `anchor` says to which side it grows."""

    of: Literal["median", "own"]
    x: str
    anchor: Anchor = "middle"
    row: Literal[1, 2] = 1

    def place(self) -> float:
        """Where it stands, in per cent."""
        return float(self.x)

    @property
    def top(self) -> float:
        """Where its line begins, in rem from the top."""
        return self.row * 1.4

    @property
    def y(self) -> float:
        """The foot of the word, in rem from the top."""
        return self.top - 0.4


@dataclass(frozen=True)
class DotStrip:
    """Whole values from 0 to 100 of the units of one type, the middle half of them, their median, and our own value.

    Across it is measured in per cent, so that dots and words keep their size at every width; down in rem, so that
    they grow with the letters.
    """

    values: tuple[int, ...]
    low: int
    median: int
    high: int
    own: int

    @property
    def start(self) -> int:
        """Where the scale begins: at 60, 40, 20 or 0, the highest that leaves room for the lowest value."""
        return max(0, min(60, (min((*self.values, self.own)) - 4) // 20 * 20))

    @property
    def ticks(self) -> tuple[int, ...]:
        """The figures below the axis."""
        return tuple(range(self.start, TOP + 1, 10 if self.start >= 60 else 20))

    @property
    def base(self) -> float:
        """The height of the axis in rem from the top."""
        highest = max(Counter(self.values).values(), default=1)
        return LABELS + max(3.0, min(STACK, highest * PITCH) + 1)

    @property
    def height(self) -> float:
        """The height of the whole drawing in rem."""
        return self.base + BELOW

    @property
    def dots(self) -> tuple[Dot, ...]:
        """One for each unit, those of one value above one another."""
        counted = Counter(self.values)
        pitch = min(PITCH, STACK / max(counted.values(), default=1))
        return tuple(
            Dot(self.x(value), f"{self.base - PITCH / 2 - place * pitch:.2f}")
            for value in sorted(counted)
            for place in range(counted[value])
        )

    def x(self, value: float) -> str:
        """The place of a value in per cent of the width, with some room at both ends."""
        return f"{2 + 96 * (value - self.start) / (TOP - self.start):.1f}"

    @property
    def wide(self) -> str:
        """The width of the middle half in per cent."""
        return f"{96 * (self.high - self.low) / (TOP - self.start):.1f}"

    @property
    def labels(self) -> tuple["Label", "Label"]:
        """The words for the median and for our own value, in two rows: the line of the upper one passes the lower."""
        first, second = sorted((Label("median", self.x(self.median)), Label("own", self.x(self.own))), key=Label.place)
        if first.place() >= EDGE or second.place() > 100 - EDGE:
            low, high = first, second
            side: Anchor = "end" if first.place() >= EDGE else "start"
        else:
            low, high, side = second, first, "start"
        away: Anchor = "end" if high.place() > 100 - EDGE else "start" if high.place() < EDGE else "middle"
        found = replace(low, anchor=side, row=2), replace(high, anchor=away)
        return found if low.of == "median" else (found[1], found[0])

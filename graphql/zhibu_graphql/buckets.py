"""A bucket of points for each client of each tenant, in this process: an operation takes what it may cost before it runs."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from zhibu_core.bounded import Bounded
from zhibu_core.errors import LimitExceeded
from zhibu_core.rates import Rate
from zhibu_core.words import Words

Owner = tuple[uuid.UUID, str]
"""Tenant and client."""

KEPT = 10_000
"""Buckets remembered: the one that was not asked of for longest is forgotten, which is to say full."""


class BucketEmpty(LimitExceeded):
    """The client has asked for too much lately; `seconds` from now there are points enough."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "points",
            Words(
                f"近期请求过多，点数不足。请在 {seconds} 秒后重试。",
                f"Too much was asked for lately and the points do not suffice. Try again in {seconds} s.",
            ),
        )
        self.seconds = seconds


@dataclass
class Buckets:
    """The points of all clients; those that nothing was taken from are full."""

    clock: Callable[[], float] = time.monotonic
    _left: Bounded[Owner, tuple[float, float]] = field(default_factory=lambda: Bounded(KEPT))

    def level(self, owner: Owner, rate: Rate) -> float:
        """The points that are there now."""
        left, at = self._left.get(owner) or (float(rate.most), self.clock())
        return min(rate.most, left + (self.clock() - at) * rate.each_second)

    def take(self, owner: Owner, rate: Rate, points: int) -> None:
        """Takes points; raises `BucketEmpty` where there are fewer, and takes none."""
        level = self.level(owner, rate)
        if level < points:
            raise BucketEmpty(max(1, ceil((points - level) / rate.each_second)))
        self._left.put(owner, (level - points, self.clock()))

    def give_back(self, owner: Owner, rate: Rate, points: int) -> int:
        """Puts back what an operation did not need (below zero: takes what it needed more); returns what is there now."""
        level = min(rate.most, self.level(owner, rate) + points)
        self._left.put(owner, (level, self.clock()))
        return int(level)

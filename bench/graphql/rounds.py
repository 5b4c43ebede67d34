"""Runs the servers in turns, round by round, so that what disturbs one disturbs all; ratios are medians over rounds."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.graphql.load import Measured, load


@dataclass(frozen=True)
class Contender:
    """A server with the requests that it is sent."""

    name: str
    port: int
    requests: Sequence[bytes]


@dataclass(frozen=True)
class Outcome:
    """All rounds of all contenders, by name; rounds in order."""

    runs: Mapping[str, Sequence[Measured]]

    def rate(self, name: str) -> float:
        """Median answers a second."""
        return statistics.median(run.rate for run in self.runs[name])

    def ratio(self, name: str, against: str) -> float:
        """Median over rounds of one's rate by the other's in the same round."""
        return statistics.median(
            a.rate / max(b.rate, 1e-9) for a, b in zip(self.runs[name], self.runs[against], strict=True)
        )

    def time(self, name: str, hundredth: int) -> float:
        """Milliseconds within which so many of a hundred answers came, median over rounds."""
        return 1000 * statistics.median(_quantile(run.times, hundredth) for run in self.runs[name])

    def body(self, name: str) -> float:
        """Bytes of an answer's body, on average."""
        runs = self.runs[name]
        return sum(run.body_bytes for run in runs) / max(1, sum(len(run.times) for run in runs))

    def busy(self, name: str) -> float:
        """The share of requests that were told to come again."""
        runs = self.runs[name]
        refused = sum(run.busy for run in runs)
        return refused / max(1, refused + sum(len(run.times) for run in runs))

    @property
    def generator(self) -> float:
        """The largest share of a core that the load generator took itself."""
        return max(run.own_share for runs in self.runs.values() for run in runs)


def _quantile(times: Sequence[float], hundredth: int) -> float:
    return statistics.quantiles(times, n=100)[hundredth - 1] if len(times) > 1 else float("inf")


async def compare(contenders: Sequence[Contender], clients: int, rounds: int, seconds: float) -> Outcome:
    """Runs all contenders in each round, another one first each time; a round before them warms up and is not counted."""
    runs: dict[str, list[Measured]] = {one.name: [] for one in contenders}
    for number in range(rounds + 1):
        shift = number % len(contenders)
        for one in (*contenders[shift:], *contenders[:shift]):
            measured = await load(one.port, one.requests, clients, seconds=seconds if number else seconds / 3)
            if number:
                runs[one.name].append(measured)
    return Outcome(runs)


async def compare_once(contenders: Sequence[Contender], clients: int, parts: int) -> Outcome:
    """Sends every request once: a part of them to each contender in each round."""
    runs: dict[str, list[Measured]] = {one.name: [] for one in contenders}
    for part in range(parts):
        for one in contenders if part % 2 else reversed(contenders):
            size = len(one.requests) // parts
            requests = one.requests[part * size : (part + 1) * size]
            runs[one.name].append(await load(one.port, requests, clients, count=size))
    return Outcome(runs)

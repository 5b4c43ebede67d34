"""Each operation, every server, at 1, 16 and 64 clients: a line each, and the ratios that targets are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.graphql.contending import Counted, contenders_of
from bench.graphql.operations import OPERATIONS, PEER
from bench.graphql.rounds import Outcome, compare
from bench.graphql.stage import Stage

CLIENTS = (1, 16, 64)


@dataclass(frozen=True)
class Pace:
    """How long is measured: rounds, and seconds of each server in each."""

    rounds: int
    seconds: float


Outcomes = dict[tuple[str, int], Outcome]


async def compare_all(stage: Stage, pace: Pace, counted: Counted, numbers: Sequence[int]) -> Outcomes:
    """The outcomes by operation and number of clients; prints as it goes."""
    made: Outcomes = {}
    for operation in OPERATIONS:
        print(f"\n{operation.title}", flush=True)
        contenders = await contenders_of(stage, operation)
        for clients in numbers:
            made[operation.name, clients] = await compare(contenders, clients, pace.rounds, pace.seconds)
            _print(clients, made[operation.name, clients], counted[operation.name])
    return made


def _print(clients: int, outcome: Outcome, counted: Mapping[str, float]) -> None:
    for name in outcome.runs:
        print(
            f"  {clients:>2} clients  {name:<26}{outcome.rate(name):>9.0f}/s {outcome.ratio(name, PEER):>7.2f} x"
            f"  p50 {outcome.time(name, 50):>7.2f} ms  p99 {outcome.time(name, 99):>7.2f} ms"
            f"  {counted[name]:>5.1f} statements {outcome.body(name):>8.0f} bytes"
            + (f"  {outcome.busy(name):.1%} busy" if outcome.busy(name) else "")
        )
    print(f"     the load generator took at most {outcome.generator:.0%} of a core", flush=True)

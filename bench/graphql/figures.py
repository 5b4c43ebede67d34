"""The targets of issue 6, each with what was measured for it."""

import statistics
from typing import Any

from bench.graphql.comparing import Outcomes
from bench.graphql.endurance import Memory
from bench.graphql.operations import OPERATIONS, OURS, PEER, READ, TRANSACTION
from bench.graphql.watchers import MANY, Heard

Figure = dict[str, Any]
AT = 16
"""Clients at which targets hold."""

TOLD = 3.0
"""Seconds: changes are gathered for a fifth of one."""

FLAT = 1.1
"""How much more memory may be in use at the end than after two tenths, when all caches are full."""


def of_outcomes(outcomes: Outcomes) -> list[Figure]:
    """Q1 and Q2 against PostGraphile and against hand-written SQL, Q3 against PostGraphile; the slowest answers."""
    made = []
    for name, label in (("member", "Q1"), ("below", "Q2")):
        outcome = outcomes[name, AT]
        made += [
            ratio(f"{label} / PostGraphile, {AT} clients", outcome.ratio(OURS, PEER), 2.5),
            ratio(f"{label} / hand-written SQL, app.read, {AT} clients", outcome.ratio(OURS, READ), 0.95),
            ratio(f"{label} / hand-written SQL, transaction, {AT} clients", outcome.ratio(OURS, TRANSACTION), 0.95),
        ]
    made.append(ratio(f"Q3 / PostGraphile, {AT} clients", outcomes["dashboard", AT].ratio(OURS, PEER), 20.0))
    slowest = max(outcomes[one.name, AT].time(OURS, 99) / outcomes[one.name, AT].time(OURS, 50) for one in OPERATIONS)
    return [*made, value(f"p99 / p50 at {AT} clients, the worst operation", slowest, 5.0)]


def of_watchers(heard: Heard) -> list[Figure]:
    """As many subscriptions as were opened, every one told of a change."""
    return [
        {
            "bench": "subscriptions open on one process and told",
            "value": heard.told,
            "target": MANY,
            "holds": heard.told >= MANY,
        },
        value("their memory, MiB", heard.mebibytes, 100.0),
        value("the last of them told, seconds after the commit", heard.seconds, TOLD),
    ]


def of_memory(memory: list[Memory]) -> list[Figure]:
    """Growth from two tenths of the requests to the last three."""
    before, after = memory[1], memory[-3:]
    service = statistics.median(one.service for one in after) / before.service
    backend = statistics.median(one.backend for one in after) / before.backend
    return [
        value("memory of the service, end / after a fifth", service, FLAT),
        value("memory of a backend, end / after a fifth", backend, FLAT),
    ]


def ratio(bench: str, measured: float, target: float) -> Figure:
    """A figure that should be at least its target."""
    return {"bench": bench, "ratio": round(measured, 3), "target": target, "holds": measured >= target}


def value(bench: str, measured: float, target: float) -> Figure:
    """A figure that should be at most its target."""
    return {"bench": bench, "value": round(measured, 3), "target": target, "holds": measured <= target}

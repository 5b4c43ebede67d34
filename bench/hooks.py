"""What a hook call costs: thirty plugins installed, half of them on, each call contained."""

import time
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from bench.world import World
from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.host import PluginHost
from zhibu_core.plugins.manifest import CONTRACT, FactKind, Manifest
from zhibu_core.words import Words

PLUGINS = 30
TARGET = 30.0
"""Microseconds a call may take."""


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """The best of several rounds, in microseconds a call: what other processes take of the machine is not ours."""
    del world
    host = thirty_plugins()
    enabled = frozenset(key for n, key in enumerate(sorted(host.switchable)) if n % 2)
    best = min(microseconds(host, enabled, calls=200 if short else 1000) for _ in range(10 if short else 30))
    return [{"bench": "hook call, 30 plugins, microseconds", "value": best, "target": TARGET, "holds": best <= TARGET}]


def microseconds(host: PluginHost, enabled: frozenset[str], *, calls: int) -> float:
    """How long one call with all its answers takes."""
    begun = time.perf_counter()
    for _ in range(calls):
        for _, answer in host.call("fact_kinds", enabled):
            assert answer
    return (time.perf_counter() - begun) / calls * 1e6


def thirty_plugins() -> PluginHost:
    """A host of synthetic plugins that all implement one hook."""
    host = PluginHost()
    for number in range(PLUGINS):
        host.add(f"p{number}", synthetic(f"p{number}"))
    return host


def synthetic(key: str) -> ModuleType:
    """A plugin module with a card and one hook."""
    kinds = (FactKind(f"{key}.done", Words(key, key)),)
    card = Manifest(key, "1", CONTRACT, Words(key, key), Words(key, key), "bench")

    @hookimpl
    def manifest() -> Manifest:
        return card

    @hookimpl
    def fact_kinds() -> Sequence[FactKind]:
        return kinds

    module = ModuleType(key)
    module.__dict__.update(manifest=manifest, fact_kinds=fact_kinds)
    return module

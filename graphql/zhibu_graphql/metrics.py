"""What /metrics says of the endpoint: which way operations went, and how often the caches knew.

Counts are kept as numbers and written when they are asked for: a counter that locks costs as much as the look it counts.
"""

from collections.abc import Iterator

from prometheus_client.core import REGISTRY, CounterMetricFamily
from prometheus_client.registry import Collector

CACHES = ("texts", "documents", "plans")
WAYS = ("compiled", "resolvers")
_cache = {(cache, found): 0 for cache in CACHES for found in (True, False)}
_way = dict.fromkeys(WAYS, 0)


def looked_up(cache: str, found: bool) -> None:
    """One look into a cache."""
    _cache[cache, found] += 1


def went(way: str) -> None:
    """One operation that ran."""
    _way[way] += 1


class _Counts(Collector):
    def collect(self) -> Iterator[CounterMetricFamily]:
        looks = CounterMetricFamily(
            "zhibu_graphql_cache", "Looks into the caches of compiled reads.", labels=["cache", "found"]
        )
        for (cache, found), number in _cache.items():
            looks.add_metric([cache, str(found).lower()], number)
        ran = CounterMetricFamily(
            "zhibu_graphql_operations", "Operations that ran, by the way they went.", labels=["way"]
        )
        for way, number in _way.items():
            ran.add_metric([way], number)
        yield from (looks, ran)


REGISTRY.register(_Counts())

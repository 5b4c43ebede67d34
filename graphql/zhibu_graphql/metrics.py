"""What /metrics says of the endpoint: which way operations went, and how often the caches knew."""

from prometheus_client import Counter

CACHES = ("texts", "documents", "plans")
WAYS = ("compiled", "resolvers")
_LOOKED_UP = Counter("zhibu_graphql_cache", "Looks into the caches of compiled reads.", ["cache", "found"])
_OPERATIONS = Counter("zhibu_graphql_operations", "Operations that ran, by the way they went.", ["way"])
_CACHE = {(cache, found): _LOOKED_UP.labels(cache, str(found).lower()) for cache in CACHES for found in (True, False)}
_WAY = {way: _OPERATIONS.labels(way) for way in WAYS}


def looked_up(cache: str, found: bool) -> None:
    """One look into a cache."""
    _CACHE[cache, found].inc()


def went(way: str) -> None:
    """One operation that ran."""
    _WAY[way].inc()

"""What an operation costs more that the service has never seen: parsed, checked, compiled, its plan prepared."""

import statistics
import time

from bench.graphql.load import exchange
from bench.graphql.operations import OURS
from bench.graphql.stage import Stage
from bench.graphql.texts import documents, sent


async def cold_milliseconds(stage: Stage, number: int) -> float:
    """Median over new documents of the first request's time less that of the next ones."""
    port, place = stage.port(OURS), stage.places[0]
    differences = []
    for text in documents(number):
        request = sent(OURS, place, text, {"number": "N0000001"})
        times = [await _seconds(port, request) for _ in range(6)]
        differences.append(times[0] - statistics.median(times[1:]))
    return 1000 * statistics.median(differences)


async def _seconds(port: int, request: bytes) -> float:
    begun = time.perf_counter()
    await exchange(port, request)
    return time.perf_counter() - begun

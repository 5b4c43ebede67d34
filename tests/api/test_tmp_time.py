import time
from typing import Any
from zhibu_graphql.engine import Operation, engine_for
from zhibu_testing.fixtures import all_powers
import zhibu_graphql
Q = '{ organization(code: "111") { name } }'
BAD = '{ members(first: 1, after: "zz") { totalCount } organization(code: "111") { name parent { name } terms { number } } }'
async def test_a(api: Any, platform: Any) -> None:
    print(zhibu_graphql.__file__)
    scope = await all_powers(platform, api.home.tenant)
    e = engine_for(platform.host)
    best = []
    for _ in range(6):
        t = time.process_time()
        for _ in range(500):
            await e.by_statement(platform, scope, Operation(Q))
        best.append((time.process_time() - t) / 500 * 1e6)
    print("engine us", min(best))
    best = []
    for _ in range(6):
        t = time.process_time()
        for _ in range(200):
            await api.ask(Q)
        best.append((time.process_time() - t) / 200 * 1e6)
    print("http us", min(best))
    t = time.process_time()
    for _ in range(20):
        await api.ask(BAD)
    print("bad us", (time.process_time() - t) / 20 * 1e6)

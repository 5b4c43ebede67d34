"""The board with 10,000 offers and needs of 1,000 tenants: its first page as a browser gets it, and matching one need."""

import asyncio
import datetime as dt
import json
import random
import time
import uuid
from typing import Any

from sqlalchemy import text

from bench.visitor import Visitor, furnish, visitor
from bench.world import World
from zhibu_core.identity.sessions import cookie_name
from zhibu_core.spaces.board import CATEGORIES, Line, place_key
from zhibu_core.spaces.board_matching import matches_of
from zhibu_core.tenancy.ids import new_id
from zhibu_demo.worlds import TODAY

TENANTS, LINES_EACH = 1_000, 10
FIRST_PAGE, MATCHING = 100.0, 50.0
"""Milliseconds."""

PLACES = tuple(
    f"{province}{city}{district}"
    for province in ("甲省", "乙省", "丙省")
    for city in ("东市", "西市")
    for district in ("一区", "二区", "")
)
FILTERS = ("", "?kind=offer", "?category=lecture", "?kind=need&category=base&place=东市")

_OPEN = text("select app.open_tenant(:id, :slug, :name, 'enterprise', null)")
_SAY = text("select app.say_on_board(null, cast(:said as jsonb))")


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """The 95th percentile over pages with and without filters, and over needs of every kind."""
    chance = random.Random(7)
    await _fill(world, chance)
    tenant = await world.tenant()
    secret = await furnish(world.platform, tenant)
    rounds = 10 if short else 40
    async with visitor(world.platform, secret) as somebody:
        for query in FILTERS:
            await _page(somebody, tenant.slug, query)
        pages = [await _page(somebody, tenant.slug, FILTERS[n % len(FILTERS)]) for n in range(rounds * len(FILTERS))]
    matching = [await _match(world, tenant.id, _line(chance)) for _ in range(rounds * 3)]
    return [
        _figure("board of 10,000 lines, first page, p95, milliseconds", pages, FIRST_PAGE),
        _figure("board of 10,000 lines, matching one need, p95, milliseconds", matching, MATCHING),
    ]


async def _fill(world: World, chance: random.Random) -> None:
    database = world.platform.database
    limit = asyncio.Semaphore(4)

    async def one(number: int) -> None:
        key = new_id()
        async with limit:
            async with database.system_session() as system:
                await system.execute(_OPEN, {"id": key, "slug": f"board-{number}", "name": f"单位{number}"})
            said = [
                vars(line) | {"place_key": place_key(line.place)} for line in (_line(chance) for _ in range(LINES_EACH))
            ]
            async with database.session(key) as session:
                await session.execute(_SAY, {"said": json.dumps(said, default=str)})

    await asyncio.gather(*(one(number) for number in range(TENANTS)))


def _line(chance: random.Random) -> Line:
    starts = TODAY + dt.timedelta(days=chance.randrange(-60, 120)) if chance.random() < 0.7 else None
    return Line(
        id=uuid.UUID(int=chance.getrandbits(128)),
        organization=f"第{chance.randrange(40)}党支部",
        code=f"{chance.randrange(1000):03}",
        kind=chance.choice(("offer", "need")),
        category=chance.choice(list(CATEGORIES)),
        title="共建活动",
        about="说明" * chance.randrange(40),
        place=chance.choice(PLACES),
        starts_on=starts,
        ends_on=starts + dt.timedelta(days=chance.randrange(1, 90)) if starts and chance.random() < 0.8 else None,
        capacity=chance.choice((None, 20, 40, 80, 200)),
        valid_until=TODAY + dt.timedelta(days=chance.randrange(-20, 300)),
        said_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=chance.randrange(400_000)),
    )


async def _page(somebody: Visitor, slug: str, query: str) -> float:
    headers = {"Cookie": f"{cookie_name(slug)}={somebody.secret}", "Accept": "text/html"}
    begun = time.perf_counter()
    answer = await somebody.http.get(f"/t/{slug}/partnership/board{query}", headers=headers)
    taken = (time.perf_counter() - begun) * 1000
    assert answer.status_code == 200
    return taken


async def _match(world: World, tenant: uuid.UUID, line: Line) -> float:
    async with world.platform.database.session(tenant) as session:
        begun = time.perf_counter()
        await matches_of(session, line, TODAY)
        return (time.perf_counter() - begun) * 1000


def _figure(name: str, taken: list[float], target: float) -> dict[str, Any]:
    value = sorted(taken)[int(len(taken) * 0.95) - 1]
    return {"bench": name, "value": value, "target": target, "holds": value <= target}

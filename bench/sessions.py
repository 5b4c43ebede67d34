"""How often a signed-in request asks the database about its session: once, whatever else it asks."""

from typing import Any

from bench.visitor import furnish, visitor
from bench.world import World
from zhibu_testing.counting import counted

ROUND_TRIPS = 1.0


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """The statements on sessions of one request, on a process that has answered before."""
    del short
    tenant = await world.tenant()
    async with visitor(world.platform, await furnish(world.platform, tenant)) as somebody:
        await somebody.list_members(tenant.slug)
        with counted(world.platform) as statements:
            await somebody.list_members(tenant.slug)
    value = float(sum("session" in one for one in statements))
    return [
        {"bench": "round trips to look up a session", "value": value, "target": ROUND_TRIPS, "holds": 0 < value <= ROUND_TRIPS}
    ]  # fmt: skip

"""How many statements a request costs, as PostgreSQL's own log has them: the same way of counting for every server."""

from bench.graphql.contending import Counted, contenders_of
from bench.graphql.load import load
from bench.graphql.operations import OPERATIONS
from bench.graphql.rounds import Contender
from bench.graphql.shape import Place, Shape
from bench.graphql.stage import Stage, set_stage
from bench.world import World, as_administrator

MARKS = (" statement: ", " execute ")
REQUESTS = 20


async def count_statements(world: World, size: Shape, places: list[Place]) -> Counted:
    """Statements a request by operation and server, on connections that have prepared what they need.

    Servers of their own are counted: what is logged is a matter of the role and set when it signs in.
    """
    await as_administrator(world, "alter role app_rt set log_statement = 'all'")
    try:
        async with set_stage(world, size, places) as stage:
            return {
                operation.name: {one.name: await _counted(stage, one) for one in await contenders_of(stage, operation)}
                for operation in OPERATIONS
            }
    finally:
        await as_administrator(world, "alter role app_rt reset log_statement")


async def _counted(stage: Stage, one: Contender) -> float:
    await load(one.port, one.requests, 1, count=5 * REQUESTS)
    log = stage.world.server.log
    assert log is not None
    begun = log.stat().st_size
    await load(one.port, one.requests, 1, count=REQUESTS)
    with log.open("rb") as file:
        file.seek(begun)
        lines = file.read().decode(errors="replace").splitlines()
    return sum(any(mark in line for mark in MARKS) for line in lines) / REQUESTS

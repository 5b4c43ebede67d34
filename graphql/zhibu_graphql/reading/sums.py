"""Reads sums of nodes, all that are asked for in one step by one statement."""

from functools import partial
from typing import Any

from zhibu_core.tallies.sums import SUMS_OF_ONE, Sums, parameters_on, sums_below
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.context import Context
from zhibu_graphql.sql import Made


def _on_the_day(name: str, scope: Scope) -> Any:
    return parameters_on(scope.today)[name]


SUMS = Made(
    SUMS_OF_ONE,
    ("path",),
    {
        name: (kind, partial(_on_the_day, name))
        for name, kind in (("months", "date[]"), ("since", "date"), ("today", "date"), ("year", "date"))
    },
)


async def sums_of(context: Context, path: str) -> Sums | None:
    """The sums at and below a path."""

    async def fetch(paths: list[str]) -> dict[str, Sums]:
        async with context.turn() as session:
            return await sums_below(session, paths, context.scope.today)

    return await context.load("sums", path, fetch)

"""What a permission check costs: a scope with one, five or twenty grants, asked at nodes five levels deep."""

import random
import statistics
import time
from typing import Any

from bench.world import World
from zhibu_core.errors import Forbidden
from zhibu_core.identity.permissions import Policy
from zhibu_core.organization.tree import label_of
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Actor, Grant, Scope

TARGET = 20.0
"""Microseconds a check may take."""

DEPTH = 5
ROLES = ("member", "secretary", "organizer", "auditor")
ACTIONS = ("member.read", "duty.read", "member.unmask", "export.make", "organization.write")


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """Medians over rounds of different questions to the same scope; half of the nodes are below a grant."""
    tenant = await world.tenant()
    policy = world.platform.scopes.policy(world.platform.host.switchable)
    figures = []
    for grants in (1, 5, 20):
        scope = Scope(tenant, frozenset(), Actor(new_id(), "测量人"), held(policy, grants))
        value = statistics.median(_microseconds(scope, number) for number in range(15 if short else 60))
        figures.append(
            {"bench": f"permission check, grants {grants}, microseconds", "value": value, "target": TARGET, "holds": value <= TARGET}
        )  # fmt: skip
    return figures


def held(policy: Policy, count: int) -> tuple[Grant, ...]:
    """So many grants, each of another role at another node."""
    chance = random.Random(count)
    return tuple(
        Grant(role, new_id(), _node(chance, DEPTH - number % 3), policy.of_role(role))
        for number, role in enumerate(ROLES[number % len(ROLES)] for number in range(count))
    )


def _microseconds(scope: Scope, seed: int) -> float:
    chance = random.Random(seed)
    asked = [(chance.choice(ACTIONS), _place(chance, scope)) for _ in range(500)]
    begun = time.process_time()
    for action, path in asked:
        try:
            scope.require(action, path)
        except Forbidden:
            continue
    return (time.process_time() - begun) / len(asked) * 1e6


def _place(chance: random.Random, scope: Scope) -> str:
    return chance.choice(scope.grants).path + label_of("999") if chance.random() < 0.5 else _node(chance, DEPTH)


def _node(chance: random.Random, depth: int) -> str:
    return "".join(label_of(f"{chance.randrange(1000):03}") for _ in range(depth))

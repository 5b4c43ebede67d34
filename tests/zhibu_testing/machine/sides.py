"""What a story of several tenants goes on: each side with what it wrote, and the agreements between them."""

import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Tenant
from zhibu_graphql.context import Context
from zhibu_graphql.engine import Engine, Operation, engine_for
from zhibu_testing.fixtures import all_powers

SIDES = st.integers(0, 2)


@dataclass
class Side:
    """One tenant, and all that was written there."""

    tenant: Tenant
    organizations: dict[str, uuid.UUID] = field(default_factory=dict)
    people: dict[str, uuid.UUID] = field(default_factory=dict)
    facts: set[uuid.UUID] = field(default_factory=set)
    meetings: dict[str, set[str]] = field(default_factory=dict)
    roles: set[uuid.UUID] = field(default_factory=set)
    settings: set[str] = field(default_factory=set)
    off: set[str] = field(default_factory=set)
    notes: set[uuid.UUID] = field(default_factory=set)


@dataclass
class Pact:
    """An agreement of two sides: who signed it, whether it is over, which notes each side gave under it, and whose each is."""

    sides: tuple[Side, Side]
    space: uuid.UUID
    signed: set[uuid.UUID] = field(default_factory=set)
    is_over: bool = False
    given: dict[uuid.UUID, set[str]] = field(default_factory=dict)
    sent: dict[str, tuple[Side, uuid.UUID]] = field(default_factory=dict)

    def readable(self, side: Side) -> set[str]:
        """The books that this side may read of the other's notes."""
        other = next(one for one in self.sides if one is not side)
        holds = len(self.signed) == 2 and not self.is_over and "example" not in side.off
        return self.given.get(other.tenant.id, set()) if holds else set()


class Acting(RuleBasedStateMachine):
    """What every part of the machine knows."""

    platform: Platform
    done: ClassVar[set[str]] = set()
    run: Callable[[Coroutine[Any, Any, Any]], Any]
    sides: list[Side]
    pacts: list[Pact]
    number: int
    turn: int

    def _next(self, taken: dict[str, Any], letter: str) -> str:
        return f"{letter}{len(taken) + 1:03}"

    async def _ask(self, side: Side, query: str, *, keep: bool = False, **variables: Any) -> dict[str, Any]:
        scope = await all_powers(self.platform, side.tenant)
        async with self.platform.database.session(side.tenant.id) as session:
            engine = Engine(engine_for(self.platform.host).schemas)
            answer = await engine.run(Context(self.platform, session, scope), Operation(query, variables))
            if not keep:
                await session.rollback()
        assert "errors" not in answer, answer
        found: dict[str, Any] = answer["data"]
        return found

"""Who asks, while a plan is made: what the permissions allow is known, the tenant, the person, the places are parameters."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from zhibu_core.bounded import Bounded
from zhibu_core.organization.tree import bounds
from zhibu_core.tenancy.scope import Actor, Grant, Scope, Tenant
from zhibu_graphql.compiled.parameters import Given, Parameters, Placeholder
from zhibu_graphql.sql import Span

Powers = frozenset[tuple[str, int]]
"""Each action held and at how many places; 0 for the whole tenant. Plans are the same where these are."""


@dataclass(frozen=True, slots=True)
class Held:
    """The powers of a set of grants, and the places behind them."""

    powers: Powers
    places: dict[str, tuple[str, ...]]


_KNOWN: Bounded[int, tuple[tuple[Grant, ...], Held]] = Bounded(2_000)


def held(grants: tuple[Grant, ...]) -> Held:
    """What grants come to; found by the very object, as the grants of a request are those of the last one."""
    known = _KNOWN.get(id(grants))
    return _KNOWN.put(id(grants), (grants, _held(grants)))[1] if known is None else known[1]


@lru_cache(maxsize=2_000)
def _held(grants: tuple[Grant, ...]) -> Held:
    scope = Scope(Tenant(uuid.UUID(int=0), "", "", ""), frozenset(), grants=grants)
    places = {action: scope.paths(action) for action in scope.actions}
    return Held(frozenset((action, 0 if "" in at else len(at)) for action, at in places.items()), places)


class Asker(Scope):
    """A scope whose tenant, person, day and places are parameters of the plan."""

    parameters: Parameters

    @classmethod
    def of(cls, scope: Scope, parameters: Parameters) -> "Asker":
        """The asker of a plan that is made for somebody with these powers."""
        tenant: Any = parameters.add(uuid.UUID, lambda given: given.scope.tenant.id, "tenant")
        me: Any = parameters.add(uuid.UUID, _me, "me") if scope.actor else None
        actor = None if scope.actor is None else Actor(me, "")
        made = cls(Tenant(tenant, "", "", ""), scope.plugins, actor, scope.grants)
        object.__setattr__(made, "parameters", parameters)
        return made

    @property
    def today(self) -> dt.date:
        day: Any = self.parameters.add(dt.date, lambda given: given.scope.today, "today")
        return day  # type: ignore[no-any-return]

    def paths(self, action: str) -> tuple[Any, ...]:
        places = held(self.grants).places.get(action, ())
        return ("",) if "" in places else tuple(self._place(action, number) for number in range(len(places)))

    def _place(self, action: str, number: int) -> Span:
        return Span(*(self._bound(action, number, end) for end in (0, 1)))

    def _bound(self, action: str, number: int, end: int) -> Placeholder:
        return self.parameters.add(str, _bound_of(action, number, end), ("place", action, number, end))


def _me(given: Given) -> uuid.UUID | None:
    return given.scope.actor.person_id if given.scope.actor else None


def _bound_of(action: str, number: int, end: int) -> Callable[[Given], str]:
    return lambda given: bounds(held(given.scope.grants).places[action][number])[end]

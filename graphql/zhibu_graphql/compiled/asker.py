"""Who asks, while a plan is made: what the permissions allow is known, the tenant, the person, the places are parameters."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

from zhibu_core.tenancy.scope import Actor, Scope, Tenant
from zhibu_graphql.compiled.parameters import Given, Parameters, Placeholder
from zhibu_graphql.compiled.powers import Subtree, held
from zhibu_graphql.sql import Place


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
        known = held(self.grants)
        group = known.group_of.get(action)
        if group is None:
            return ()
        return tuple(self._place(group, number, at) for number, at in enumerate(known.groups[group])) or ("",)

    def _place(self, group: int, number: int, at: Subtree) -> Place:
        return Place(self._bound(group, number, 0), self._bound(group, number, 1), at.is_top)

    def _bound(self, group: int, number: int, end: int) -> Placeholder:
        return self.parameters.add(str, _bound_of(group, number, end), ("place", group, number, end))


def _me(given: Given) -> uuid.UUID | None:
    return given.scope.actor.person_id if given.scope.actor else None


def _bound_of(group: int, number: int, end: int) -> Callable[[Given], str]:
    return lambda given: given.held.groups[group][number].bounds[end]

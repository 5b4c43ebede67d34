"""What somebody holds: the powers that a plan is made for, and the places behind them, which are its parameters."""

import uuid
from dataclasses import dataclass
from functools import lru_cache

from zhibu_core.bounded import Bounded
from zhibu_core.organization.tree import bounds, is_top
from zhibu_core.tenancy.scope import Grant, Scope, Tenant

Powers = frozenset[tuple[str, int, tuple[bool, ...]]]
"""Each action held, the number of its group (actions of one group are held at the same places) and of each of these places
whether it is a root; none for the whole tenant. Plans are the same where these are.
"""
Places = tuple[tuple[str, str], ...]
"""Subtrees, each as the bounds of its paths; none for the whole tenant."""


@dataclass(frozen=True, slots=True)
class Held:
    """The powers of a set of grants: the number of each action's group, the places of the groups, and which are roots."""

    powers: Powers
    group_of: dict[str, int]
    groups: tuple[Places, ...]
    tops: tuple[tuple[bool, ...], ...]


_KNOWN: Bounded[int, tuple[tuple[Grant, ...], Held]] = Bounded(2_000)


def held(grants: tuple[Grant, ...]) -> Held:
    """What grants come to; found by the very object, as the grants of a request are those of the last one."""
    known = _KNOWN.get(id(grants))
    return _KNOWN.put(id(grants), (grants, _held(grants)))[1] if known is None else known[1]


@lru_cache(maxsize=2_000)
def _held(grants: tuple[Grant, ...]) -> Held:
    scope = Scope(Tenant(uuid.UUID(int=0), "", "", ""), frozenset(), grants=grants)
    paths = {action: scope.paths(action) for action in sorted(scope.actions)}
    known = {action: () if "" in at else at for action, at in paths.items()}
    groups = tuple(dict.fromkeys(known.values()))
    group_of = {action: groups.index(at) for action, at in known.items()}
    tops = tuple(tuple(map(is_top, at)) for at in groups)
    powers = frozenset((action, group, tops[group]) for action, group in group_of.items())
    return Held(powers, group_of, tuple(tuple(map(bounds, at)) for at in groups), tops)

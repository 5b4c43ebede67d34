"""What somebody holds: the powers that a plan is made for, and the places behind them, which are its parameters."""

import uuid
from dataclasses import dataclass
from functools import lru_cache

from zhibu_core.bounded import Bounded
from zhibu_core.organization.tree import bounds
from zhibu_core.tenancy.scope import Grant, Scope, Tenant

Powers = frozenset[tuple[str, int, int]]
"""Each action held, the number of its group (actions of one group are held at the same places) and how many places these
are; 0 for the whole tenant. Plans are the same where these are.
"""
Places = tuple[tuple[str, str], ...]
"""Subtrees, each as the bounds of its paths; none for the whole tenant."""


@dataclass(frozen=True, slots=True)
class Held:
    """The powers of a set of grants: the number of each action's group, and the places of the groups."""

    powers: Powers
    group_of: dict[str, int]
    groups: tuple[Places, ...]


_KNOWN: Bounded[int, tuple[tuple[Grant, ...], Held]] = Bounded(2_000)


def held(grants: tuple[Grant, ...]) -> Held:
    """What grants come to; found by the very object, as the grants of a request are those of the last one."""
    known = _KNOWN.get(id(grants))
    return _KNOWN.put(id(grants), (grants, _held(grants)))[1] if known is None else known[1]


@lru_cache(maxsize=2_000)
def _held(grants: tuple[Grant, ...]) -> Held:
    scope = Scope(Tenant(uuid.UUID(int=0), "", "", ""), frozenset(), grants=grants)
    places = {action: _places(scope.paths(action)) for action in sorted(scope.actions)}
    groups = tuple(dict.fromkeys(places.values()))
    group_of = {action: groups.index(at) for action, at in places.items()}
    return Held(frozenset((action, group, len(groups[group])) for action, group in group_of.items()), group_of, groups)


def _places(paths: tuple[str, ...]) -> Places:
    return () if "" in paths else tuple(map(bounds, paths))

"""What somebody holds: the powers that a plan is made for, and the places behind them, which are its parameters."""

import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from zhibu_core.bounded import Bounded
from zhibu_core.organization.tree import bounds, is_top
from zhibu_core.tenancy.scope import Grant, Scope, Tenant

Powers = frozenset[tuple[str, int, tuple[bool, ...]]]
"""Each action held, the number of its group (actions of one group are held at the same places) and of each of these places
whether it is a root; none for the whole tenant. Plans are the same where these are.
"""


class Subtree(NamedTuple):
    """The bounds of a subtree's paths, and whether it begins at a root."""

    bounds: tuple[str, str]
    is_top: bool


@dataclass(frozen=True, slots=True)
class Held:
    """The powers of a set of grants: the number of each action's group, and the groups' places, none for the whole tenant."""

    powers: Powers
    group_of: dict[str, int]
    groups: tuple[tuple[Subtree, ...], ...]


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
    powers = frozenset((action, group_of[action], tuple(one.is_top for one in at)) for action, at in places.items())
    return Held(powers, group_of, groups)


def _places(paths: tuple[str, ...]) -> tuple[Subtree, ...]:
    return () if "" in paths else tuple(Subtree(bounds(path), is_top(path)) for path in paths)

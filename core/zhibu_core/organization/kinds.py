"""The kinds of party organization and which may stand below which (domain.md 2.1), as data."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of organization: where it may stand (`parents`; `root`: also on top of a tenant's tree) and what it is.

    `branch`: holds members and organizational life. `elects`: has a leading body with a term of office; a sent working
    committee, a temporary branch and a group have one that is appointed or proposed.
    """

    key: str
    parents: frozenset[str]
    branch: bool = False
    elects: bool = True
    root: bool = False


_COMMITTEES = frozenset({"committee", "working_committee"})
_BRANCH_PARENTS = _COMMITTEES | {"general_branch"}

BRANCH_TYPES: Final[tuple[str, ...]] = (
    "branch",
    "direct_branch",
    "joint_branch",
    "temporary_branch",
    "mobile_branch",
    "functional_branch",
)
"""The kinds that hold organizational life; a general branch only has them below it."""

_ALL = (
    Kind("committee", _COMMITTEES, root=True),
    Kind("working_committee", _COMMITTEES, elects=False, root=True),
    Kind("general_branch", _COMMITTEES, root=True),
    Kind("branch", _BRANCH_PARENTS, branch=True, root=True),
    Kind("direct_branch", _COMMITTEES, branch=True, root=True),
    Kind("joint_branch", _BRANCH_PARENTS, branch=True),
    Kind("temporary_branch", _BRANCH_PARENTS, branch=True, elects=False),
    Kind("mobile_branch", _BRANCH_PARENTS, branch=True),
    Kind("functional_branch", _BRANCH_PARENTS, branch=True),
    Kind("group", frozenset(BRANCH_TYPES), elects=False),
)

KINDS: Final[dict[str, Kind]] = {kind.key: kind for kind in _ALL}


def is_branch(kind: str) -> bool:
    """Whether an organization of this kind holds members and organizational life itself."""
    return kind in BRANCH_TYPES


def may_stand_below(child: str, parent: str | None) -> bool:
    """Whether a `child` kind may stand below a `parent` kind, or on top of the tree when there is no parent."""
    kind = KINDS.get(child)
    if kind is None:
        return False
    return kind.root if parent is None else parent in kind.parents


def children_of(parent: str) -> tuple[str, ...]:
    """The kinds that may stand below a kind."""
    return tuple(kind.key for kind in _ALL if parent in kind.parents)

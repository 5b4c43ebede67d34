"""What one may be allowed to do with partnerships, and who is unless the tenant says otherwise."""

from typing import Final

from zhibu_core.plugins.manifest import Action
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

BOARD: Final = "partnership.board.read"
DECIDE: Final = "partnership.board.decide"
READ: Final = "partnership.entry.read"
WRITE: Final = "partnership.entry.write"
READ_ACTIVITY: Final = "partnership.activity.read"
RECORD: Final = "partnership.activity.record"
CONFIRM: Final = "partnership.activity.confirm"

_WRITERS = frozenset({"organizer", "secretary"})
_READERS = _WRITERS | {"auditor", "system"}

ACTIONS: Final = (
    Action(BOARD, Words("查看共建供需板", "read the board"), _READERS),
    Action(DECIDE, Words("决定本单位是否登上供需板", "decide whether the board shows us"), frozenset({"system"})),
    Action(READ, Words("查看本单位的资源和需求", "read offers and needs"), _READERS),
    Action(WRITE, Words("登记本单位的资源和需求", "write offers and needs"), _WRITERS),
    Action(READ_ACTIVITY, Words("查看共同活动", "read joint activities"), _WRITERS | {"auditor"}),
    Action(RECORD, Words("邀请、记录共同活动", "invite to and record joint activities"), _WRITERS),
    Action(CONFIRM, Words("确认共同活动", "confirm joint activities"), _WRITERS),
)


def require(scope: Scope, action: str, path: str) -> None:
    """As `Scope.require`; commands and answers to events have nobody signed in: there the platform itself acts."""
    if scope.actor is not None or scope.grants:
        scope.require(action, path)


def reach(scope: Scope, action: str) -> tuple[str, ...]:
    """The subtrees in which the action is held; the whole tenant for the platform itself."""
    return ("",) if scope.actor is None and not scope.grants else scope.paths(action)

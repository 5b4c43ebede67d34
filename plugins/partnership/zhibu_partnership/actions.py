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
READ_PLAN: Final = "partnership.plan.read"
WRITE_PLAN: Final = "partnership.plan.write"
OWN_TASK: Final = "partnership.task.own"

READ_ATTACHMENT: Final = "partnership.attachment.read"
READ_OWN_ATTACHMENT: Final = "partnership.attachment.read_own"
OFFER_ATTACHMENT: Final = "partnership.attachment.offer"
HOST_ATTACHMENT: Final = "partnership.attachment.host"

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
    Action(READ_PLAN, Words("查看共建计划和年度总结", "read plans and yearly reviews"), _WRITERS | {"auditor"}),
    Action(WRITE_PLAN, Words("制定共建计划、安排任务", "write plans and tasks"), _WRITERS),
    Action(
        OWN_TASK,
        Words("查看、办理自己负责的共建任务", "see and finish one's own tasks"),
        _WRITERS | {"member", "auditor"},
    ),
    Action(READ_ATTACHMENT, Words("查看流动党员挂靠", "read second attachments"), _WRITERS | {"auditor"}),
    Action(
        READ_OWN_ATTACHMENT,
        Words("查看本人的挂靠", "read one's own second attachment"),
        frozenset({"member", "secretary"}),
    ),
    Action(
        OFFER_ATTACHMENT,
        Words("派出流动党员、定期联系", "offer members for second attachment and keep in touch"),
        _WRITERS,
    ),
    Action(
        HOST_ATTACHMENT,
        Words("接收流动党员、登记到会", "host members of other tenants and mark their attendance"),
        _WRITERS,
    ),
)


def require(scope: Scope, action: str, path: str) -> None:
    """As `Scope.require`; commands and answers to events have nobody signed in: there the platform itself acts."""
    if scope.actor is not None or scope.grants:
        scope.require(action, path)


def reach(scope: Scope, action: str) -> tuple[str, ...]:
    """The subtrees in which the action is held; the whole tenant for the platform itself."""
    return ("",) if scope.actor is None and not scope.grants else scope.paths(action)

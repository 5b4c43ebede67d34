"""What one may be allowed to do with meetings, and who is unless the tenant says otherwise."""

from typing import Final

from zhibu_core.plugins.manifest import Action
from zhibu_core.words import Words

READ: Final = "orglife.meeting.read"
PLAN: Final = "orglife.meeting.plan"
RECORD: Final = "orglife.meeting.record"
APPROVE: Final = "orglife.meeting.approve"
WITHDRAW: Final = "orglife.meeting.withdraw"
READ_ROLL: Final = "orglife.roll.read"
CONFIRM: Final = "orglife.attendance.confirm"

_WRITERS = frozenset({"organizer", "secretary"})

ACTIONS: Final = (
    Action(READ, Words("查看组织生活", "read meetings"), _WRITERS | {"member", "auditor"}),
    Action(READ_ROLL, Words("查看全部到会情况", "read whole rolls"), _WRITERS | {"auditor"}),
    Action(PLAN, Words("安排组织生活", "plan meetings"), _WRITERS),
    Action(RECORD, Words("记录组织生活", "record meetings"), _WRITERS),
    Action(APPROVE, Words("审定组织生活记录", "approve records"), _WRITERS),
    Action(WITHDRAW, Words("撤回组织生活记录", "withdraw records"), _WRITERS),
    Action(CONFIRM, Words("确认本人到会", "confirm one's own attendance"), frozenset({"member", "secretary"})),
)

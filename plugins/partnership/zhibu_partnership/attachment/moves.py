"""The moves of a second attachment and its words: offered by home, accepted and hosted by the host, returned by either."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from zhibu_core.spaces.cases.protocol import Move, Protocol
from zhibu_core.words import Words

OFFERED, ACCEPTED, REFUSED, WITHDRAWN, HOSTED, RETURNED = (
    "offered", "accepted", "refused", "withdrawn", "hosted", "returned",
)  # fmt: skip

LENDING: Final = Protocol(
    (
        Move(
            OFFERED, Words("已提出，待接收方答复", "offered, waiting for the host"), Words("提出挂靠", "offered"), "opener",
            due="answer_by", lapses=True,
        ),
        Move(
            ACCEPTED, Words("已接受，待报到", "accepted, not arrived yet"), Words("接受", "accepted"), "other", (OFFERED,),
            due="starts_on",
        ),
        Move(
            REFUSED, Words("接收方未接受", "not accepted"), Words("不接受", "not accepted"), "other", (OFFERED, ACCEPTED),
            is_end=True,
        ),
        Move(
            WITHDRAWN, Words("派出方已撤回", "withdrawn by home"), Words("撤回", "withdrawn"), "opener", (OFFERED, ACCEPTED),
            is_end=True,
        ),
        Move(
            HOSTED, Words("在接收支部", "with the host branch"), Words("报到", "arrived"), "other", (ACCEPTED,), due="until_on",
        ),
        Move(RETURNED, Words("已返回原支部", "home again"), Words("返回", "returned"), "either", (HOSTED,), is_end=True),
    ),
    undo_for=dt.timedelta(days=3),
)  # fmt: skip
"""A transfer would be another protocol of the same kind, in which the host's receipt ends the case."""

MARKS: Final[Mapping[str, Words]] = {
    "present": Words("到会", "present"),
    "late": Words("迟到", "late"),
    "leave": Words("请假", "on leave"),
    "absent": Words("缺席", "absent"),
}
"""How a guest was at a meeting of the host branch."""

WAYS: Final[Mapping[str, Words]] = {
    "visit": Words("走访面谈", "visit"),
    "phone": Words("电话", "telephone"),
    "video": Words("视频", "video call"),
    "letter": Words("书信或短信", "letter or message"),
}
"""How the home branch got in touch."""

ATTENDED: Final[Mapping[str, Words]] = {
    "member_meeting": Words("党员大会", "member meeting"),
    "group_meeting": Words("党小组会", "group meeting"),
    "party_class": Words("党课", "party class"),
    "theme_day": Words("主题党日", "theme day"),
    "org_life_meeting": Words("组织生活会", "organizational life meeting"),
    "member_evaluation": Words("民主评议党员", "evaluation of members"),
    "volunteering": Words("志愿服务", "volunteering"),
    "co_building": Words("支部共建", "co-building"),
    "service": Words("为民服务", "service to people"),
    "study": Words("集中学习", "group study"),
}
"""The kinds of meeting of the host branch that a guest's attendance names at home."""

"""What of a joint activity crosses: the words that both sides confirm, how far this side is, and how many came; nobody by name."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.declared import Projection, Shareable, ShareField
from zhibu_core.spaces.proposal import AskedField, AskedShare
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import RECORD
from zhibu_partnership.joint.words import KINDS, TITLES
from zhibu_partnership.models import Activity

KIND: Final = "partnership.activity"
OF_WORDS: Final = Words("共同安排并确认活动", "to plan and confirm the activity together")
STATES: Final[Mapping[str, Words]] = {
    "invited": Words("已邀请", "invited"),
    "accepted": Words("已接受", "agreed to"),
    "declined": Words("已谢绝", "declined"),
    "settled": Words("各方已确认", "confirmed by all sides"),
    "one_sided": Words("单方办结", "closed by one side alone"),
    "cancelled": Words("已取消", "called off"),
}


async def project_activities(
    session: AsyncSession, _: Scope, ids: Sequence[uuid.UUID], fields: frozenset[str]
) -> Mapping[uuid.UUID, Projection]:
    """The agreed fields of these records (one statement)."""
    rows = await session.scalars(select(Activity).where(Activity.id.in_(ids)))
    return {
        row.id: Projection(
            row.organization_id,
            {key: value for key, value in _values(row).items() if key in fields},
            lasting_id=row.series,
        )
        for row in rows
    }


def _values(row: Activity) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in TITLES}
    confirmed = row.confirmed_digest or ""
    return {"series": str(row.series), **said, "state": row.state, "people": row.people, "confirms": confirmed}


def _field(key: str, title: Words) -> ShareField:
    if key == "kinds":
        return ShareField(key, title, "texts", words=KINDS)
    return ShareField(key, title, "date" if key == "held_on" else "text")


ACTIVITY = Shareable(
    kind=KIND,
    title=Words("共同活动", "Joint activity"),
    fields=(
        ShareField("series", Words("活动编号", "Number of the activity"), is_mark=True),
        *(_field(key, title) for key, title in TITLES.items()),
        ShareField("state", Words("办理状态", "How far it is"), words=STATES),
        ShareField("people", Words("参加人数", "How many came"), "number"),
        ShareField("confirms", Words("所确认内容的摘要", "Digest of what is confirmed"), is_mark=True),
    ),
    action=RECORD,
    project=project_activities,
    reason=OF_WORDS,
)
NEEDED: Final = frozenset({"series", "state", "confirms", *TITLES})
"""Without these fields in the agreement there can be no joint record."""

REASONS: Final[Mapping[str, Words]] = {
    "series": Words("对上同一次活动", "so that both sides speak of the same activity"),
    "state": Words("知道对方办到哪一步", "to know how far the other side is"),
    "people": Words("汇总共建成效", "to sum up the outcome"),
    "confirms": Words("双方确认同一份记录", "so that both sides confirm the same words"),
}


def asked_share(locale: str = "zh_CN") -> AskedShare:
    """Joint activities as an agreement names them, with a reason for each field."""
    fields = (AskedField(one.key, REASONS.get(one.key, OF_WORDS).of(locale)) for one in ACTIVITY.fields)
    return AskedShare(KIND, tuple(fields))

"""What a tenant sets for its organizational life."""

from zhibu_core.tenancy.tenant_settings import Setting
from zhibu_core.words import Words

SECOND_PERSON = Setting(
    "approval.second_person",
    Words("记录须由另一人审定", "A second person approves records"),
    Words(
        "组织生活记录不能由提交人自己审定。",
        "Nobody approves a record of organizational life that they handed in themselves.",
    ),
    "setting.write",
    default=False,
)
LOCK_DAYS = Setting(
    "meeting.lock_days",
    Words("记录可直接更正的天数", "Days in which a record is corrected without a reason"),
    Words(
        "提交后超过这么多天，更正须写明理由。",
        "Later than so many days after it was handed in, a correction needs a reason.",
    ),
    "setting.write",
    default=7,
    low=1,
    high=90,
)

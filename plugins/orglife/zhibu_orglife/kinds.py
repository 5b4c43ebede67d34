"""The kinds of organizational life and the marks of a roll (domain.md 4.1, 4.3), as data."""

from typing import Final

from zhibu_core.words import Words

KINDS: Final[dict[str, Words]] = {
    "member_meeting": Words("党员大会", "member meeting"),
    "committee_meeting": Words("支委会", "committee meeting"),
    "group_meeting": Words("党小组会", "group meeting"),
    "party_class": Words("党课", "party class"),
    "theme_day": Words("主题党日", "theme day"),
    "org_life_meeting": Words("组织生活会", "organizational life meeting"),
    "member_evaluation": Words("民主评议党员", "evaluation of members"),
    "heart_talk": Words("谈心谈话", "heart-to-heart talk"),
    "dem_life_meeting": Words("民主生活会", "democratic life meeting"),
    "volunteering": Words("志愿服务", "volunteering"),
    "co_building": Words("支部共建", "co-building"),
    "service": Words("为民服务", "service to people"),
    "double_org_life": Words("双重组织生活", "double organizational life"),
    "oath": Words("入党宣誓", "admission oath"),
    "political_birthday": Words("政治生日", "political birthday"),
    "study": Words("集中学习", "group study"),
}
"""What a record may say was held, in the order of the import profile; each is also a kind of fact."""

HELD_TOGETHER: Final = frozenset({"co_building", "theme_day", "party_class", "volunteering", "service", "study"})
"""What two tenants' organizations hold together as well; then the facts come from the record of that."""

_ORDER: Final = {kind: place for place, kind in enumerate(KINDS)}
HEART_TALK: Final = "heart_talk"
MEMBER_MEETING: Final = "member_meeting"
COMMITTEE: Final = "committee_meeting"
GROUP: Final = "group_meeting"
OF_LEADING_BODIES: Final = frozenset({"dem_life_meeting"})
"""What organizations above the branch hold themselves."""

MARKS: Final[dict[str, Words]] = {
    "present": Words("到会", "present"),
    "late": Words("迟到", "late"),
    "online": Words("线上", "online"),
    "leave": Words("请假", "on leave"),
    "absent": Words("缺席", "absent"),
    "makeup": Words("缺席后补学", "absent, studied later"),
    "leave_makeup": Words("请假后补学", "on leave, studied later"),
}
THERE: Final = frozenset({"present", "late", "online"})
"""The marks of people who took part."""

STUDIED_LATER: Final[dict[str, str]] = {"absent": "makeup", "leave": "leave_makeup"}
"""What absence and leave become when the person studied later."""


def in_order(kinds: tuple[str, ...] | list[str]) -> list[str]:
    """Known kinds, each once, in one order: so that two records of the same kinds are written alike."""
    return sorted(dict.fromkeys(kinds), key=_ORDER.__getitem__)


def kinds_in_words(kinds: list[str] | tuple[str, ...]) -> Words:
    """The kinds as one lists them: 主题党日、党课."""
    return Words("、".join(KINDS[kind].zh for kind in kinds), ", ".join(KINDS[kind].en for kind in kinds))

"""The doors of the shell: which a role sees first, what stands behind them, and where plugins may add (interface.md 2.1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from zhibu_core.plugins.slots import Door, NavItem, Panel
from zhibu_core.words import Words

__all__ = [
    "MOST_DOORS",
    "PLUGIN_DOORS",
    "ROLE_DOORS",
    "Door",
    "DoorEntry",
    "NavItem",
    "Panel",
    "behind",
    "door_of",
    "doors_for",
    "placed",
]

MOST_DOORS: Final = 6
MOST_BEHIND: Final = 7
PLUGIN_DOORS: Final[tuple[Door, ...]] = (
    "life",
    "learning",
    "development",
    "people",
    "oversight",
    "data",
    "together",
    "exchange",
    "rules",
)


@dataclass(frozen=True)
class DoorEntry:
    """A first-level entry: `key` is a plugin door or one of the shell's own; `short` is for the phone's bar."""

    key: str
    label: Words
    short: Words
    href: str = ""

    def at(self, href: str) -> "DoorEntry":
        """The same door, leading somewhere."""
        return DoorEntry(self.key, self.label, self.short, href)


def _door(key: str, zh: str, en: str, zh_short: str = "", en_short: str = "") -> DoorEntry:
    return DoorEntry(key, Words(zh, en), Words(zh_short or zh, en_short or en))


_HOME = _door("home", "待办", "To do")
_OVERVIEW = _door("overview", "概况", "Overview")
_MINE = _door("mine", "我的", "Mine")
_LIFE = _door("life", "组织生活", "Organizational life", "活动", "Activities")
_LEARNING = _door("learning", "学习", "Learning")
_DEVELOPMENT = _door("development", "发展", "Development", en_short="Cases")
_DATA = _door("data", "数据", "Data")
_TOGETHER = _door("together", "共建", "Together")
_RULES = _door("rules", "规则", "Rules")
_EXCHANGE = _door("exchange", "数据进出", "Data exchange", "进出", "Exchange")
_MEMBERS = _door("people", "党员", "Members")
_BRANCH = _door("people", "支部", "Branch")
_SETTINGS = _door("settings", "设置", "Settings")
_OVERSIGHT = _door("oversight", "督办", "Supervision", en_short="Orders")

ROLE_DOORS: Final[Mapping[str, tuple[DoorEntry, ...]]] = {
    "member": (_HOME, _LIFE, _LEARNING, _BRANCH, _MINE),
    "group_leader": (_HOME, _LIFE, _LEARNING, _BRANCH, _door("group", "小组", "Group"), _MINE),
    "applicant": (_HOME, _door("development", "入党进程", "My steps", "进程", "Steps"), _LEARNING, _MINE),
    "secretary": (
        _HOME,
        _door("life", "工作台", "Workbench", "工作", "Bench"),
        _MEMBERS,
        _DEVELOPMENT,
        _TOGETHER,
        _DATA,
    ),
    "organizer": (_HOME, _door("oversight", "审核", "Review"), _DEVELOPMENT, _MEMBERS, _EXCHANGE, _DATA),
    "department": (_HOME, _door("people", "支部", "Branches"), _OVERSIGHT, _DEVELOPMENT, _DATA, _TOGETHER),
    "org_department": (
        _HOME,
        _door("people", "组织", "Organizations", en_short="Units"),
        _OVERSIGHT,
        _DATA,
        _RULES,
        _TOGETHER,
    ),
    "admin": (
        _OVERVIEW,
        _door("people", "人员与权限", "People and permissions", "人员", "People"),
        _door("plugins", "插件", "Plugins"),
        _RULES,
        _EXCHANGE,
        _SETTINGS,
    ),
    "security": (
        _OVERVIEW,
        _door("people", "人员与权限", "People and permissions", "人员", "People"),
        _door("review", "权限复核", "Access review", "复核", "Access"),
        _RULES,
        _EXCHANGE,
        _SETTINGS,
    ),
    "system": (
        _OVERVIEW,
        _door("people", "组织", "Organizations", en_short="Units"),
        _door("plugins", "插件", "Plugins"),
        _RULES,
        _EXCHANGE,
        _SETTINGS,
    ),
    "staff": (
        _OVERVIEW,
        _door("people", "组织", "Organizations", en_short="Units"),
        _door("plugins", "插件", "Plugins"),
        _RULES,
        _door("audit", "审计", "Audit"),
    ),
    "auditor": (
        _OVERVIEW,
        _door("audit", "审计", "Audit"),
        _door("isolation", "隔离证明", "Isolation proof", "隔离", "Isolation"),
        _door("exchange", "导出登记", "Export register", "导出", "Exports"),
        _door("review", "权限复核", "Access review", "复核", "Access"),
        _SETTINGS,
    ),
}
"""First-level navigation by role, in order."""

OWN_ROLE_DOORS: Final[tuple[DoorEntry, ...]] = (_HOME, _LIFE, _DEVELOPMENT, _MEMBERS, _EXCHANGE, _DATA)
"""What a role of a tenant's own sees: the work, as far as it may open it."""


STAND_INS: Final[Mapping[str, str]] = {
    "data": "people",
    "review": "people",
    "exchange": "people",
    "together": "exchange",
}
"""Where entries stand for a role that lacks their own door: a member finds the portrait behind the own branch."""


AFTER_ALL: Final = 1_000


def door_of(role: str, door: str) -> str:
    """The door behind which a role finds what belongs to `door`."""
    own = {entry.key for entry in ROLE_DOORS.get(role, OWN_ROLE_DOORS)}
    other = STAND_INS.get(door, door)
    return other if door not in own and other in own else door


def placed(role: str, items: Sequence[NavItem]) -> list[NavItem]:
    """The entries behind the doors that a role has; a guest behind another's door comes after what belongs there."""
    doors = {item.door: cast("Door", door_of(role, item.door)) for item in items}
    return [
        item if doors[item.door] == item.door else replace(item, door=doors[item.door], order=item.order + AFTER_ALL)
        for item in items
    ]


def doors_for(role: str, pages: Mapping[str, str]) -> tuple[DoorEntry, ...]:
    """The doors of a role that lead somewhere: `pages` gives the start page of each door this person may open."""
    return tuple(door.at(pages[door.key]) for door in ROLE_DOORS.get(role, OWN_ROLE_DOORS) if door.key in pages)


def all_behind(door: str, items: Iterable[NavItem]) -> tuple[NavItem, ...]:
    """Every second-level entry behind a door, in order."""
    return tuple(sorted((item for item in items if item.door == door), key=lambda item: (item.order, item.href)))


def behind(door: str, items: Iterable[NavItem]) -> tuple[NavItem, ...]:
    """Those that have room in the navigation, at most seven; the page of all doors has the others as well."""
    return all_behind(door, items)[:MOST_BEHIND]

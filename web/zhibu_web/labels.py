"""The words for keys that tables hold: kinds, classes, states, posts; pages never show a key itself."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from zhibu_core.glossary import glossary
from zhibu_core.platform import Platform
from zhibu_core.words import Words

CLASSES: Final[Mapping[str, Words]] = {
    "full_member": Words("正式党员", "full member"),
    "probationary": Words("预备党员", "probationary member"),
}
STATUSES: Final[Mapping[str, Words]] = {
    "normal": Words("正常", "normal"),
    "stopped": Words("停止党籍", "stopped"),
    "restored": Words("恢复党籍", "restored"),
    "ended": Words("出党", "ended"),
}
SEXES: Final[Mapping[str, Words]] = {"male": Words("男", "male"), "female": Words("女", "female")}
GRADES: Final[Mapping[str, Words]] = {
    "confirmed": Words("由本人确认", "confirmed by the person"),
    "recorded": Words("仅点名", "roll only"),
    "code": Words("口令", "code of the day"),
    "makeup": Words("补学", "studied later"),
    "imported": Words("来自导入的表格", "from an imported sheet"),
    "document": Words("来自文件", "from a document"),
}
MARKS: Final[Mapping[str, Words]] = {
    "present": Words("到会", "present"),
    "late": Words("迟到", "late"),
    "online": Words("线上", "online"),
    "leave": Words("请假", "on leave"),
    "absent": Words("缺席", "absent"),
    "makeup": Words("补学", "studied later"),
    "leave_makeup": Words("请假后补学", "on leave, studied later"),
}
IMPORT_STATES: Final[Mapping[str, Words]] = {
    "checking": Words("正在检查", "being checked"),
    "checked": Words("已检查，还没有写入", "checked, not written yet"),
    "writing": Words("正在写入", "being written"),
    "written": Words("已写入", "written"),
    "failed": Words("没有写入", "not written"),
    "expired": Words("已过期，没有写入", "expired, not written"),
}
POSTS: Final[Mapping[str, Words]] = {
    "youth_commissioner": Words("青年委员", "youth commissioner"),
    "mass_commissioner": Words("群工委员", "mass work commissioner"),
    "study_commissioner": Words("学习委员", "study commissioner"),
    "united_front_commissioner": Words("统战委员", "united front commissioner"),
    "security_commissioner": Words("保密委员", "security commissioner"),
    "other_commissioner": Words("委员", "commissioner"),
}
"""Posts that the glossary does not explain."""

COMMITTEE_POSTS: Final = frozenset(
    {"secretary", "deputy_secretary", "org_commissioner", "pub_commissioner", "disc_commissioner", *POSTS}
)
"""The posts that are seats of a branch committee."""

LAST_DIGITS: Final = 4


def kind_name(key: str) -> Words:
    """The kind of an organization: 党支部, branch."""
    return _of_glossary(key)


def post_name(key: str) -> Words:
    """A post: 书记, secretary; free text as it stands."""
    return POSTS.get(key) or _of_glossary(key)


def told_apart(people: Sequence[tuple[uuid.UUID, str, str | None]]) -> dict[uuid.UUID, str]:
    """Names of (person, name, staff number); the same ones told apart by the end of the number (interface.md 5)."""
    seen = [name for _, name, _ in people]
    return {
        person: f"{name}（{number[-LAST_DIGITS:]}）" if number and seen.count(name) > 1 else name
        for person, name, number in people
    }


def fact_names(platform: Platform, plugins: Iterable[str]) -> dict[str, Words]:
    """What the enabled plugins call their kinds of fact."""
    names = {"term": Words("任期", "term of office")}
    return names | {kind.key: kind.title for _, kind in platform.host.collect("fact_kinds", plugins)}


def _of_glossary(key: str) -> Words:
    entry = glossary().get(key)
    return Words(entry.zh, entry.en) if entry else Words(key, key)

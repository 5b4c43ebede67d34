"""The words of a joint activity that both sides confirm: their fields, their digest, and in what two sides differ."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from hashlib import sha256
from typing import Any, Final

import msgspec

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words

CO_BUILDING: Final = Words("支部共建", "co-building")
KINDS: Final[Mapping[str, Words]] = {
    "theme_day": Words("主题党日", "theme day"),
    "party_class": Words("党课", "party class"),
    "volunteering": Words("志愿服务", "volunteering"),
    "service": Words("为民服务", "service to people"),
    "study": Words("集中学习", "group study"),
}
"""What a joint activity may be besides co-building itself; each is a kind of fact."""

TITLES: Final[Mapping[str, Words]] = {
    "title": Words("名称", "Title"),
    "kinds": Words("类型", "Kinds"),
    "held_on": Words("日期", "Day"),
    "starts_at": Words("开始时间", "Start"),
    "ends_at": Words("结束时间", "End"),
    "place": Words("地点", "Place"),
    "summary": Words("内容和成果", "What was done"),
}
"""The fields that both sides confirm, in the order in which they are shown."""

LONGEST = {"title": 60, "place": 60, "summary": 2000}
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class Agreed:
    """What happened, as one side says it; `kinds` are keys of `KINDS`, times are like 14:30 or empty."""

    title: str
    kinds: tuple[str, ...]
    held_on: dt.date
    starts_at: str = ""
    ends_at: str = ""
    place: str = ""
    summary: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the words: what a side confirms."""
        return sha256(msgspec.json.encode(self.values(), order="deterministic")).hexdigest()

    def values(self) -> dict[str, Any]:
        """The words by field."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def tidy(self) -> "Agreed":
        """The same with blanks taken out and kinds in one order; raises `InvalidInput` naming the field that is wrong."""
        found = Agreed(
            title=" ".join(self.title.split()),
            kinds=tuple(kind for kind in KINDS if kind in self.kinds),
            held_on=self.held_on,
            starts_at=self.starts_at.strip(),
            ends_at=self.ends_at.strip(),
            place=" ".join(self.place.split()),
            summary=self.summary.strip(),
        )
        _check(found, self.kinds)
        return found


@dataclass(frozen=True)
class Differing:
    """A field in which two sides differ."""

    field: str
    title: Words
    ours: Any
    theirs: Any


def differing(ours: Agreed, theirs: Agreed) -> list[Differing]:
    """The fields in which the sides differ, in the order in which they are shown."""
    return [
        Differing(name, title, getattr(ours, name), getattr(theirs, name))
        for name, title in TITLES.items()
        if getattr(ours, name) != getattr(theirs, name)
    ]


def _check(found: Agreed, given: tuple[str, ...]) -> None:
    if not found.title:
        raise _wrong("title", "请填写活动名称。", "Give the activity a title.")
    for name, most in LONGEST.items():
        if len(getattr(found, name)) > most:
            raise _wrong(name, f"不能超过{most}个字。", f"At most {most} characters.")
    if set(given) - set(KINDS):
        raise _wrong("kinds", "请从列出的类型中选择。", "Choose from the kinds that are listed.")
    for name in ("starts_at", "ends_at"):
        if (clock := getattr(found, name)) and not _CLOCK.fullmatch(clock):
            raise _wrong(name, "时间请写成 14:30 的样子。", "Write the time like 14:30.")
    if found.starts_at and found.ends_at and found.ends_at <= found.starts_at:
        raise _wrong("ends_at", "结束时间应晚于开始时间。", "It must end after it starts.")


def _wrong(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(field, Words(zh, en), field=field)

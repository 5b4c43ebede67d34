"""The goals of a year, as one side says them: their fields, what cannot be a goal, and in what two sides differ."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words

NUMBERS: Final[Mapping[str, Words]] = {
    "held": Words("共同活动", "Joint activities"),
    "people": Words("参加人次", "People who come"),
    "needs": Words("解决需求", "Needs met"),
    "offers": Words("使用资源", "Resources used"),
}
"""What a year's results are counted in; each of them can be a goal, nought being none."""

TITLES: Final[Mapping[str, Words]] = {"aim": Words("全年目标", "What the year is for"), **NUMBERS}
"""The fields on which the sides agree, in the order in which they are shown."""

LONGEST_AIM = 600
MOST: Final = 1_000_000


@dataclass(frozen=True)
class Goals:
    """What a year is for, and how much of it: activities held, people who come (each time counted), needs met, resources used."""

    aim: str = ""
    held: int = 0
    people: int = 0
    needs: int = 0
    offers: int = 0

    def values(self) -> dict[str, Any]:
        """The goals by field."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def tidy(self) -> "Goals":
        """The same with blanks at the ends taken out; raises `InvalidInput` naming the field that is wrong."""
        found = Goals(**(self.values() | {"aim": self.aim.strip()}))
        if len(found.aim) > LONGEST_AIM:
            raise wrong("aim", f"不能超过{LONGEST_AIM}个字。", f"At most {LONGEST_AIM} characters.")
        for name, title in NUMBERS.items():
            if not 0 <= getattr(found, name) <= MOST:
                raise wrong(
                    name,
                    f"“{title.zh}”请填写0到{MOST}之间的整数。",
                    f"“{title.en}” is a whole number from 0 to {MOST}.",
                )
        if not any(found.values().values()):
            raise wrong("held", "请至少填写一项目标。", "Name at least one goal.")
        return found


@dataclass(frozen=True)
class Differing:
    """A goal in which two sides differ."""

    field: str
    title: Words
    ours: Any
    theirs: Any


def differing(ours: Goals, theirs: Goals) -> list[Differing]:
    """The goals in which the sides differ, in the order in which they are shown."""
    return [
        Differing(name, title, getattr(ours, name), getattr(theirs, name))
        for name, title in TITLES.items()
        if getattr(ours, name) != getattr(theirs, name)
    ]


def goals_in(given: Mapping[str, Any]) -> Goals:
    """Goals as a record or another side's copy has them; what it lacks is none."""
    numbers = {name: int(given.get(name) or 0) for name in NUMBERS}
    return Goals(str(given.get("aim") or ""), **numbers)


def wrong(field: str, zh: str, en: str) -> InvalidInput:
    """A refusal that names the field."""
    return InvalidInput(field, Words(zh, en), field=field)

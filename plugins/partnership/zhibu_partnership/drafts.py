"""An offer or a need as somebody writes it down, and what cannot stand on a board."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from zhibu_core.errors import InvalidInput
from zhibu_core.spaces.board import CATEGORIES
from zhibu_core.words import Words

KINDS: Final = {"offer": Words("资源", "offer"), "need": Words("需求", "need")}
LONGEST_TITLE = 60
LONGEST_ABOUT = 600
LONGEST_PLACE = 60
LONGEST_DAYS = 366
MOST_PEOPLE = 100_000


@dataclass(frozen=True)
class EntryDraft:
    """The fields of an entry; `organization_id` is whose it is."""

    organization_id: uuid.UUID
    kind: str
    category: str
    title: str
    valid_until: dt.date
    about: str = ""
    place: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    capacity: int | None = None

    def tidy(self) -> "EntryDraft":
        """The same with blanks at the ends and double ones taken out of lines."""
        line = {name: " ".join(getattr(self, name).split()) for name in ("title", "place")}
        return EntryDraft(**{**self.__dict__, **line, "about": self.about.strip()})


def check(draft: EntryDraft, today: dt.date) -> None:
    """Raises `InvalidInput` naming the first field that is wrong."""
    if draft.kind not in KINDS:
        raise _wrong("kind", "请选择资源或需求。", "Choose offer or need.")
    if draft.category not in CATEGORIES:
        raise _wrong("category", "请选择一个类别。", "Choose a category.")
    if not 0 < len(draft.title) <= LONGEST_TITLE:
        raise _wrong(
            "title", f"请填写标题，不超过{LONGEST_TITLE}个字。", f"Give a title of at most {LONGEST_TITLE} characters."
        )
    for name, most in (("about", LONGEST_ABOUT), ("place", LONGEST_PLACE)):
        if len(getattr(draft, name)) > most:
            raise _wrong(name, f"不能超过{most}个字。", f"At most {most} characters.")
    if draft.capacity is not None and not 0 < draft.capacity <= MOST_PEOPLE:
        raise _wrong(
            "capacity",
            "人数请填写1到100000之间的整数，或者留空。",
            "A whole number of people from 1 to 100000, or none.",
        )
    _check_days(draft, today)


def _check_days(draft: EntryDraft, today: dt.date) -> None:
    if draft.starts_on and draft.ends_on and draft.ends_on < draft.starts_on:
        raise _wrong(
            "ends_on",
            f"结束日期{draft.ends_on}早于开始日期{draft.starts_on}。",
            f"The end, {draft.ends_on}, is before the start, {draft.starts_on}.",
        )
    if draft.ends_on and draft.ends_on < today:
        raise _wrong("ends_on", f"{draft.ends_on}已经过去。", f"{draft.ends_on} is already over.")
    latest = today + dt.timedelta(days=LONGEST_DAYS)
    if not today <= draft.valid_until <= latest:
        raise _wrong(
            "valid_until",
            f"有效期请填写今天到{latest}之间的日期。",
            f"It may stand until a day from today to {latest}.",
        )


def _wrong(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(field, Words(zh, en), field=field)

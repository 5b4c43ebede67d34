"""Words for joint activities: states, kinds, when and where, and the lines of a table."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from zhibu_core.i18n import _L, Lazy
from zhibu_partnership.joint.reading import Joint
from zhibu_partnership.joint.stages import Stage, stage_of
from zhibu_partnership.joint.words import KINDS, TITLES, Agreed
from zhibu_web.components import Cell, Column, Fact, Option, Row, State
from zhibu_web.render import reader

STATES: Final[Mapping[str, tuple[Lazy, State]]] = {
    "invited": (_L("Invited", "activity"), "doing"),
    "accepted": (_L("Agreed to", "activity"), "doing"),
    "declined": (_L("Declined", "activity"), "waived"),
    "settled": (_L("Confirmed by both sides", "activity"), "met"),
    "one_sided": (_L("Closed by us alone", "activity"), "late"),
    "cancelled": (_L("Called off", "activity"), "waived"),
}
STAGES: Final[Mapping[Stage, tuple[Lazy, State]]] = {
    "away": (_L("The other side does not come", "activity"), "cannot"),
    "agreed": (_L("The other side agreed", "activity"), "doing"),
    "confirm": (_L("Waits for our confirmation", "activity"), "open"),
    "confirmed": (_L("Waits for the other side’s confirmation", "activity"), "waiting"),
}
COLUMNS: Final = (
    Column(_L("Activity")),
    Column(_L("State")),
    Column(_L("Day")),
    Column(_L("Place")),
    Column(_L("Ours present")),
)
KIND_OPTIONS: Final = tuple(Option(key, words) for key, words in KINDS.items())


def activity_rows(found: Sequence[Joint], today: dt.date, prefix: str, locale: str) -> list[Row]:
    """Our records as rows."""
    rows = []
    for one in found:
        activity = one.activity
        said, shape = state_of(one, today, locale)
        cells = (
            Cell(said, state=shape, lead=True),
            activity.held_on.isoformat(),
            activity.place,
            activity.people if activity.recorded_on else "",
        )
        rows.append(Row(activity.title, cells, f"{prefix}/partnership/activities/{activity.id}"))
    return rows


def state_of(joint: Joint, today: dt.date, locale: str) -> tuple[str, State]:
    """How far it is, in words that say who acts next; where the sides differ, in what."""
    words, stage = reader(locale), stage_of(joint, today)
    if stage == "differs":
        titles = dict.fromkeys(one.title.of(locale) for _, found in joint.differences for one in found)
        named = words.pgettext("list", ", ").join(titles)
        return words.gettext("The sides differ: %(fields)s") % {"fields": named}, "wrong"
    word, shape = STAGES[stage] if stage in STAGES else STATES[joint.activity.state]
    return words.pgettext("activity", word.msgid), shape


def value_in_words(field: str, value: Any, locale: str) -> str:
    """A field's value as one reads it."""
    words = reader(locale)
    if field == "kinds":
        return words.pgettext("list", ", ").join(KINDS[kind].of(locale) for kind in value) or words.gettext(
            "co-building only"
        )
    return str(value) or words.gettext("not said")


def facts_of(said: Agreed, locale: str) -> list[Fact]:
    """The words of an activity, as on a printed form."""
    return [
        Fact(title, value_in_words(name, getattr(said, name), locale))
        for name, title in TITLES.items()
        if name != "title"
    ]

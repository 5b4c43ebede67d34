"""Words for joint activities: states, kinds, when and where, and the lines of a table."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from zhibu_core.i18n import _L, Lazy
from zhibu_core.words import Words
from zhibu_partnership.joint.reading import Here
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
COLUMNS: Final = (
    Column(_L("Activity")),
    Column(_L("State")),
    Column(_L("Day")),
    Column(_L("Place")),
    Column(_L("Ours present")),
)
KIND_OPTIONS: Final = tuple(Option(key, words) for key, words in KINDS.items())


def activity_rows(
    found: Sequence[Here], differ: Mapping[uuid.UUID, Sequence[Words]], prefix: str, locale: str
) -> list[Row]:
    """Our records as rows; where another side says otherwise, that is named in place of the state."""
    words = reader(locale)
    rows = []
    for one, _ in found:
        word, shape = STATES[one.state]
        said = words.pgettext("activity", word.msgid)
        if one.id in differ:
            titles = words.pgettext("list", ", ").join(dict.fromkeys(title.of(locale) for title in differ[one.id]))
            said, shape = words.gettext("The sides differ: %(fields)s") % {"fields": titles}, "wrong"
        state = Cell(said, state=shape, lead=True)
        cells = (state, one.held_on.isoformat(), one.place, one.people if one.recorded_on else "")
        rows.append(Row(one.title, cells, f"{prefix}/partnership/activities/{one.id}"))
    return rows


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

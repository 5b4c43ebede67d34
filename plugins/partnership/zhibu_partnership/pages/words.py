"""Words that several pages share: an offer or need as facts, its term, its number of people, and the options of forms."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from zhibu_core.i18n import _L
from zhibu_core.spaces.board import CATEGORIES, Line
from zhibu_core.spaces.models import SpaceParty
from zhibu_partnership.drafts import KINDS
from zhibu_web.components import Fact, Option
from zhibu_web.render import reader

KIND_OPTIONS = tuple(Option(key, words) for key, words in KINDS.items())
CATEGORY_OPTIONS = tuple(Option(key, words) for key, words in CATEGORIES.items())


def term_words(starts: dt.date | None, ends: dt.date | None, locale: str) -> str:
    """From when to when, in one line."""
    words = reader(locale)
    if starts and ends:
        return words.gettext("%(start)s to %(end)s") % {"start": starts, "end": ends}
    if starts:
        return words.gettext("from %(day)s") % {"day": starts}
    return words.gettext("until the end of %(day)s") % {"day": ends} if ends else words.gettext("any time")


def people_words(capacity: int | None, locale: str) -> str:
    """For how many people."""
    words = reader(locale)
    if capacity is None:
        return words.gettext("any number")
    return words.ngettext("%(num)s person", "%(num)s people", capacity) % {"num": capacity}


def facts_of(line: Line, locale: str, **more: str) -> list[Fact]:
    """Everything that the board shows of a line, as on a printed form; `more` are organization and tenant as links."""
    anywhere = reader(locale).gettext("anywhere")
    values: list[tuple[Any, Any]] = [
        (_L("What"), KINDS[line.kind]),
        (_L("Category"), CATEGORIES[line.category]),
        (_L("Organization"), line.organization),
        *((_L("Unit", "tenant"), value) for value in more.values()),
        (_L("Place"), line.place or anywhere),
        (_L("Time"), term_words(line.starts_on, line.ends_on, locale)),
        (_L("People"), people_words(line.capacity, locale)),
        (_L("Stands until"), line.valid_until.isoformat()),
    ]
    return [Fact(label, value) for label, value in values]


def others_in_words(parties: Sequence[SpaceParty], locale: str) -> str:
    """The organizations of the other sides, each with its tenant."""
    words = reader(locale)
    named = ({"name": one.name or one.code, "unit": one.tenant_name} for one in parties if not one.is_own)
    return words.pgettext("list", ", ").join(words.gettext("%(name)s (%(unit)s)") % one for one in named)

"""Words that several pages share: names of kinds, marks, states, evidence, and when something was."""

import datetime as dt
from collections.abc import Sequence

from zhibu_core.i18n import _L, Lazy
from zhibu_core.ledger.duties import Duty
from zhibu_core.words import Words
from zhibu_orglife.kinds import KINDS, MARKS
from zhibu_orglife.models import Meeting
from zhibu_web.components import State
from zhibu_web.formats import clock, date_long, inside, is_english, period_name
from zhibu_web.render import reader

GRADES: dict[str, Lazy] = {
    "confirmed": _L("Called, and confirmed by the person"),
    "recorded": _L("Called only"),
    "code": _L("Code of the day"),
    "makeup": _L("Studied later"),
    "imported": _L("From a workbook"),
    "document": _L("From a paper"),
}
FACT_WORDS: dict[str, Words] = {
    **KINDS,
    "activity": Words("开展组织生活", "activity held"),
    "attendance": Words("到会情况", "attendance"),
    "talk": Words("谈心谈话参加人", "person talked with"),
}
LEAVE_REASONS: tuple[Lazy, ...] = (
    _L("On duty"),
    _L("Ill"),
    _L("Abroad"),
    _L("Family matter"),
    _L("Other reason"),
)
"""Kinds of leave (domain.md 4.3), one tap each."""

STATES: dict[str, tuple[State, Lazy]] = {
    "planned": ("upcoming", _L("Planned", "meeting")),
    "draft": ("doing", _L("Draft", "meeting")),
    "submitted": ("waiting", _L("Waits for approval")),
    "approved": ("met", _L("In force", "meeting")),
    "replaced": ("waived", _L("Corrected since")),
    "withdrawn": ("waived", _L("Withdrawn", "meeting")),
}
"""How the state of a record reads, and with which shape."""


def kinds_text(kinds: Sequence[str], locale: str) -> str:
    """The kinds as a list: 主题党日、党课."""
    joint = reader(locale).pgettext("enumeration", ", ")
    text = joint.join(KINDS[kind].of(locale) for kind in kinds if kind in KINDS)
    return text[:1].upper() + text[1:] if is_english(locale) else text


def title_of(meeting: Meeting, locale: str) -> str:
    """What a meeting is called in lists: its kinds, and the group that met."""
    text = kinds_text(meeting.kinds, locale)
    if not meeting.grp:
        return text
    opening, closing = (" (", ")") if is_english(locale) else ("（", "）")
    return f"{text}{opening}{meeting.grp}{closing}"


def when_text(starts: dt.datetime, ends: dt.datetime | None, locale: str) -> str:
    """2026年10月20日（周二）14:00–15:30, in the zone of the values."""
    day = date_long(starts.date(), locale, weekday=True)
    joint = ", " if is_english(locale) else ""
    return f"{day}{joint}{clock(starts)}" + (f"–{clock(ends)}" if ends else "")


def window_text(duty: Duty, locale: str, today: dt.date) -> str:
    """The window of a duty in words, without the year where it is today's; two ends where months were taken together."""
    first, _, last = duty.window.partition("..")
    return "–".join(_span(name, locale, today) for name in (first, last) if name)


def _span(name: str, locale: str, today: dt.date) -> str:
    named = period_name(name, locale)
    short = named.removeprefix(f"{today.year}年").removesuffix(f" {today.year}").removesuffix(" of")
    return short if short != named and short else named


def duty_text(duty: Duty, locale: str, today: dt.date) -> str:
    """Window and kind: 10月支委会; the group behind it."""
    title = KINDS[duty.kind].of(locale) if duty.kind in KINDS else duty.version.rule.title.of(locale)
    named, english = window_text(duty, locale, today), is_english(locale)
    text = f"{title[:1].upper()}{title[1:]}, {inside(named, locale)}" if english else f"{named}{title}"
    return f"{text}{reader(locale).pgettext('list', ', ')}{duty.group}" if duty.group else text


def mark_text(mark: str, locale: str) -> str:
    """A mark of the roll in words."""
    text = MARKS[mark].of(locale)
    return text[:1].upper() + text[1:] if is_english(locale) else text

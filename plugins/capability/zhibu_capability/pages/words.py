"""Words of the portrait: what its numbers are called, how far records carry them, and what would raise them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from zhibu_capability.measure.inputs import Inputs
from zhibu_capability.shares import Measure
from zhibu_capability.weights import Weights
from zhibu_core.i18n import _L, Lazy
from zhibu_core.words import Words
from zhibu_web.formats import date_short, number, period_name, persons, persons_share, share
from zhibu_web.render import reader

PARTS: Mapping[str, Lazy] = {
    "a": _L("Activity participation"),
    "b": _L("Learning completion"),
    "c": _L("Organizational vitality"),
}
MEASURES: Mapping[str, Lazy] = {
    "attendance": PARTS["a"],
    "training": PARTS["b"],
    "regularity": _L("Held when due"),
    "closure": _L("Records and tasks in time"),
    "breadth": _L("Useful kinds of activity"),
    "talks": _L("Heart-to-heart talks"),
    "order": _L("Time limits kept"),
}
SHORT: Mapping[str, Lazy] = {
    "attendance": _L("Activity", "axis"),
    "training": _L("Study", "axis"),
    "regularity": _L("Regular", "axis"),
    "closure": _L("Closed", "axis"),
    "talks": _L("Talks", "axis"),
    "order": _L("Order", "axis"),
}
INDEX = _L("Capability")
PAGES: Mapping[str, str] = {"attendance": "a", "training": "b"}
"""Where the number of a measure opens, where not under its own key."""
BANDS: Mapping[str, Lazy] = {
    "good": _L("good", "band"),
    "fairly_good": _L("fairly good", "band"),
    "average": _L("average", "band"),
    "poor": _L("poor", "band"),
}
VETOES: Mapping[str, Lazy] = {
    "term_overdue_1y": _L("The election is more than a year overdue"),
    "development_invalid": _L("A resolution on development is invalid"),
    "dues_misuse": _L("Misuse of dues was confirmed"),
}
KINDS: Mapping[str, Words] = {
    "member_meeting": Words("党员大会", "members' meeting"),
    "committee_meeting": Words("支委会", "committee meeting"),
    "group_meeting": Words("党小组会", "group meeting"),
    "party_class": Words("党课", "party class"),
    "theme_day": Words("主题党日", "theme day"),
    "org_life_meeting": Words("组织生活会", "organizational life meeting"),
    "member_evaluation": Words("民主评议党员", "evaluation of members"),
    "talk": Words("谈心谈话", "heart-to-heart talk"),
    "volunteering": Words("志愿服务", "volunteering"),
    "co_building": Words("共建", "co-building"),
    "service": Words("服务群众", "service"),
}
OTHER_KIND = Words("其他活动", "another activity")

SENTENCES: Mapping[str, Lazy] = {
    "attendance": _L("%(got)s points of %(of)s expected, by the weight of the sessions"),
    "regularity": _L("%(of)s meetings required, %(got)s held when due"),
    "closure": _L("%(of)s records and tasks, %(got)s in time"),
    "breadth": _L("%(got)s of %(of)s useful kinds of activity"),
    "order": _L("%(of)s open time limits, %(got)s not past"),
}
"""What a measure is made of, said in a sentence."""


@dataclass(frozen=True)
class Reading:
    """For whom words are made: the language, and whether the reader may open the lists of names (`named`)."""

    locale: str
    named: bool

    def say(self, text: str, **values: object) -> str:
        """A text in the reader's language."""
        return reader(self.locale).gettext(text) % values

    def named_as(self, text: Lazy) -> str:
        """A lazy text in the reader's language."""
        return reader(self.locale).text(text)

    @property
    def joint(self) -> str:
        """What stands between parts of a sentence."""
        return reader(self.locale).pgettext("list", ", ")

    @property
    def stop(self) -> str:
        """What ends a sentence."""
        return reader(self.locale).pgettext("end of sentence", ". ").strip()

    def people(self, count: int) -> str:
        """A count of persons under the small-number rule."""
        return persons(count, self.locale, open_list=self.named)

    def people_share(self, part: int, whole: int) -> str:
        """A share of persons under the small-number rule."""
        return persons_share(part, whole, self.say("people"), self.locale, open_list=self.named)

    def figure(self, value: float | None, digits: int = 0) -> str:
        """A number; an unknown one in words."""
        return number(value, self.locale, digits=digits)


def whole(value: float | None) -> int | None:
    """A score as pages show it: rounded, halves up."""
    return None if value is None else int(Decimal(str(value)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def page_of(measure: str) -> str:
    """The page on which a measure's number opens."""
    return PAGES.get(measure, measure)


def kinds_text(kinds: tuple[str, ...], locale: str) -> str:
    """Kinds of activity as a list."""
    joint = reader(locale).pgettext("enumeration", ", ")
    text = joint.join(KINDS.get(kind, OTHER_KIND).of(locale) for kind in kinds)
    return text[:1].upper() + text[1:]


def carried(part: str, inputs: Inputs, read: Reading) -> str:
    """How far the records carry a part."""
    if part == "a":
        return _share(read, inputs.sessions_listed, inputs.sessions, "sessions", read.say("sessions have a roll"))
    if part == "b":
        if not inputs.learners:
            return read.say("nobody has a target")
        return f"{read.people_share(inputs.learners_recorded, inputs.learners)}{read.joint}{read.say('have records')}"
    return _share(read, inputs.records_handed_in, inputs.records, "records", read.say("records were handed in"))


def _share(read: Reading, part: int, total: int, unit: str, rest: str) -> str:
    if not total:
        return read.say("nothing was recorded")
    return f"{share(part, total, read.say(unit), read.locale)}{read.joint}{rest}"


def helps(measure: Measure, inputs: Inputs, weights: Weights, read: Reading) -> str:
    """What would raise a measure, verb first; empty where it is full."""
    if measure.missing <= 1e-9:
        return ""
    c = inputs.c
    late = c.records - c.records_in_time + c.tasks - c.tasks_in_time
    match measure.key:
        case "attendance":
            return read.say("Arrange later study for those who were absent")
        case "training":
            return read.say(
                "Confirm the required courses of %(count)s members", count=read.people(inputs.asked - inputs.confirmed)
            )
        case "regularity":
            return read.say(
                "Hold the required meetings in time: %(count)s were not", count=c.windows_required - c.windows_credited
            )
        case "closure":
            days = weights.handed_in_days
            return read.say(
                "Hand in records within %(days)s days and close tasks: %(count)s late", days=days, count=late
            )
        case "breadth":
            return read.say("Hold activities of further useful kinds, such as volunteering")
        case "talks":
            return read.say("Talk with %(count)s members", count=read.people(c.members - c.members_with_talk))
        case _:
            return read.say("Settle what is past its time limit: %(count)s", count=c.timers_overdue)


def made_of(measure: Measure, read: Reading) -> str:
    """What a measure's share is made of, in words: 17/20 people."""
    if measure.got is None or measure.of is None:
        return ""
    if measure.key == "attendance" and not read.named:  # points tell who was late or absent where few were
        return ""
    if not measure.of:
        return read.say("nothing was asked for")
    if measure.key in ("training", "talks"):
        return read.people_share(int(measure.got), int(measure.of))
    digits = 1 if measure.key == "attendance" else 0
    got, of = read.figure(measure.got, digits), read.figure(measure.of, digits)
    return reader(read.locale).text(SENTENCES[measure.key]) % {"got": got, "of": of}


def quotient(measure: Measure, read: Reading) -> str:
    """The figures of a measure's share: 15 ÷ 17; those of persons under the small-number rule."""
    if not measure.of or measure.got is None or (measure.key == "attendance" and not read.named):
        return ""
    if measure.key in ("training", "talks"):
        return read.people_share(int(measure.got), int(measure.of))
    digits = 1 if measure.key == "attendance" else 0
    return f"{read.figure(measure.got, digits)} ÷ {read.figure(measure.of, digits)}"


def day_and_kinds(day: dt.date, kinds: tuple[str, ...], read: Reading) -> str:
    """9月8日党课; 8 September: party class."""
    joint = "" if read.locale.startswith("zh") else reader(read.locale).pgettext("before an explanation", ": ")
    return f"{date_short(day, read.locale)}{joint}{kinds_text(kinds, read.locale)}"


def window_words(window: str, locale: str) -> str:
    """The window of a duty: 2026年9月; two ends where months were taken together."""
    first, _, last = window.partition("..")
    named = period_name(first, locale)
    return f"{named}–{period_name(last, locale)}" if last else named

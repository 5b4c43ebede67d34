"""Study hours of one person in a period: which entries count, the target by months, and whether it is met."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from zhibu_core.ledger.shapes import Hours
from zhibu_core.periods import Period, unit_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of training; either `hours` or `minutes` is given.

    `form`: session, certificate, online, self_study. `signed`: there is a sign-in list. `concentrated`, `completed`:
    an online course marked by the organization as concentrated training, and finished. `evidence`: what proves it.
    """

    day: date
    form: str
    hours: Fraction | None = None
    minutes: Fraction | None = None
    signed: bool = True
    concentrated: bool = False
    completed: bool = False
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """When a person was in the branch; None: before or after the period as well."""

    since: date | None = None
    until: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class StudyHours:
    """The result: `ratio` is hours / target (1 where the target is 0) and may exceed 1."""

    months: int
    target: Fraction
    hours: Fraction

    @property
    def ratio(self) -> float:
        """Hours / target."""
        return float(self.hours / self.target) if self.target else 1.0

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.hours >= self.target


def study_hours(
    period: Period, entries: Iterable[Entry], rule: Hours, *, stay: Stay | None = None, post_holder: bool = False
) -> StudyHours:
    """What a person studied in a period against what is asked (education rules Art. 20)."""
    months = months_counted(period, stay or Stay())
    return StudyHours(months, target(months, rule, post_holder=post_holder), counted_hours(period, entries, rule))


def months_counted(period: Period, stay: Stay) -> int:
    """The calendar months whose 15th lies in the period and in the stay."""
    month, count = unit_of("month", period.start), 0
    while month.start <= period.end:
        middle = month.start.replace(day=15)
        count += middle in period and middle in stay
        month = unit_of("month", date.fromordinal(month.end.toordinal() + 1))
    return count


def target(months: int, rule: Hours, *, post_holder: bool = False) -> Fraction:
    """The year's hours for so many months, rounded up to the rule's step."""
    yearly, step = _exact(rule.yearly_post_holder if post_holder else rule.yearly), _exact(rule.step)
    return ceil(yearly * months / 12 / step) * step


def counted_hours(period: Period, entries: Iterable[Entry], rule: Hours) -> Fraction:
    """Hours of the period that count: proven entries, one for one evidence and day, and at most the cap a day."""
    days: dict[date, dict[object, Fraction]] = {}
    for place, entry in enumerate(entries):
        if entry.day in period and counts(entry, rule):
            proofs = days.setdefault(entry.day, {})
            # An entry without evidence stands for itself.
            proof = entry.evidence or place
            proofs[proof] = max(proofs.get(proof, Fraction(0)), hours_of(entry, rule))
    cap = _exact(rule.day_cap)
    return sum((min(cap, sum(proofs.values(), Fraction(0))) for proofs in days.values()), Fraction(0))


def counts(entry: Entry, rule: Hours) -> bool:
    """Whether an entry's form counts: lists for sessions, online only when marked as concentrated and completed."""
    if entry.form not in rule.forms:
        return False
    if entry.form in rule.listed_forms and not entry.signed:
        return False
    return entry.form not in rule.marked_forms or (entry.concentrated and entry.completed)


def hours_of(entry: Entry, rule: Hours) -> Fraction:
    """The study hours of an entry: given, or its minutes in hours of the rule's length."""
    if entry.hours is not None:
        return entry.hours
    return (entry.minutes or Fraction(0)) / rule.minutes_per_hour


def _exact(number: float) -> Fraction:
    """Rule packs hold decimal numbers; the nearest decimal is what was meant."""
    return Fraction(str(number))

"""The deadlines of a development case as data, and those that are open on a day (domain.md 3.1, 9.5).

`TIMERS` is the whole rule: a timer runs from its start step, is open from the step `needs` (mostly the start step)
until any step of `closed_by` is recorded, and ends with the case. The ledger's rule pack mirrors this table.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from zhibu_affairs.development.cases import Case
from zhibu_affairs.development.steps import TEXT_2026_FROM, from_step_on
from zhibu_core.calendar import add_months

# With this outcome the case goes on; every other outcome ends it, and its timers with it.
GOES_ON = "probation_extended"


@dataclass(frozen=True, slots=True)
class TimerRule:
    """A deadline: due `months` after `starts`, warned of `lead_days` before, critical after `critical_months`.

    `closed_by` names the step it waits for and every later one, so a forgotten step does not keep it open;
    `exists_from` is the first day on which it is looked at; `half_yearly` restarts with each recorded observation,
    `extendable` grows by the months of an extension.
    """

    code: str
    starts: str
    needs: str
    closed_by: tuple[str, ...]
    months: int
    lead_days: int
    article: str
    critical_months: int | None = None
    exists_from: date | None = None
    half_yearly: bool = False
    extendable: bool = False


TIMERS = (
    TimerRule("DEV-TALK", "applied", "applied", from_step_on("talk"), 1, 7, "7"),
    TimerRule("DEV-HALF", "activist", "activist", from_step_on("proposed"), 6, 14, "10", half_yearly=True),
    TimerRule("DEV-MEET", "prereview", "prereview", from_step_on("vote_on"), 1, 10, "19", exists_from=TEXT_2026_FROM),
    TimerRule("DEV-APPR", "vote_on", "vote_on", from_step_on("approved"), 3, 15, "25", critical_months=6),
    TimerRule("DEV-OATH", "approved", "approved", from_step_on("oath"), 1, 0, "29", exists_from=TEXT_2026_FROM),
    TimerRule("DEV-FULL", "vote_on", "approved", from_step_on("full_vote"), 12, 30, "31", extendable=True),
    TimerRule("DEV-FULL-APPR", "full_vote", "full_vote", from_step_on("full_approved"), 3, 15, "33"),
)


class Timer(msgspec.Struct, frozen=True, omit_defaults=True):
    """An open deadline: `due` is the last day in time, `overdue` when today is later; `critical` where there is one."""

    code: str
    due: date
    warn_from: date
    overdue: bool
    critical: date | None = None


def open_timers(case: Case, today: date) -> tuple[Timer, ...]:
    """The deadlines that run on a day, in the order of the steps.

    The steps are taken as recorded; to look back, leave out what came later (`steps.until`).
    """
    if case.facts.outcome and case.facts.outcome != GOES_ON:
        return ()
    return tuple(_timer(rule, case, today) for rule in TIMERS if _is_open(rule, case, today))


def _is_open(rule: TimerRule, case: Case, today: date) -> bool:
    steps = case.steps
    if rule.starts not in steps or rule.needs not in steps:
        return False
    if rule.exists_from is not None and today < rule.exists_from:
        return False
    return steps.keys().isdisjoint(rule.closed_by)


def _timer(rule: TimerRule, case: Case, today: date) -> Timer:
    start, months = case.steps[rule.starts], rule.months
    if rule.half_yearly:
        start = max((start, *case.facts.half_year_reviews))
    if rule.extendable:
        months += sum(extension.months for extension in case.facts.extensions)
    due = add_months(start, months)
    critical = add_months(start, rule.critical_months) if rule.critical_months else None
    return Timer(rule.code, due, due - timedelta(days=rule.lead_days), today > due, critical)

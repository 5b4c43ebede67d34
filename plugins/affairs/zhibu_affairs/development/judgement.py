"""Judges one development case: state, dates, open deadlines, broken rules, and the text each step falls under."""

from datetime import date

import msgspec

from zhibu_affairs.development import dates
from zhibu_affairs.development.cases import Case
from zhibu_affairs.development.checks import view
from zhibu_affairs.development.steps import ALL_STEPS, STATES, Text, furthest, text_on
from zhibu_affairs.development.timers import Timer, open_timers
from zhibu_affairs.development.violations import Violation, violations


class CaseJudgement(msgspec.Struct, frozen=True):
    """What the rules say of a case on a day; `provisional` while the notice was counted without a holiday calendar."""

    state: str
    joined_on: date | None
    probation_end_on: date | None
    standing_from: date | None
    may_propose_from: date | None
    notice_working_days: int | None
    provisional: bool
    timers: tuple[Timer, ...]
    violations: tuple[Violation, ...]
    order_pairs: tuple[tuple[str, str], ...]
    rule_versions: dict[str, Text]


def judge_case(case: Case, today: date) -> CaseJudgement:
    """Judges a case by the rules of domain.md 3 and vectors/README.md; reads no clock and no database."""
    seen = view(case)
    state = _state(case, seen.furthest)
    return CaseJudgement(
        state=state,
        joined_on=dates.joined_on(case),
        probation_end_on=seen.probation_end if "approved" in case.steps else None,
        standing_from=dates.standing_from(case),
        may_propose_from=dates.may_propose_from(case, state),
        notice_working_days=seen.notice.count if seen.notice else None,
        provisional=seen.notice.provisional if seen.notice else False,
        timers=open_timers(case, today),
        violations=violations(seen),
        order_pairs=seen.reversed_pairs,
        rule_versions={step: text_on(day) for step, day in case.steps.items() if step in ALL_STEPS},
    )


def state_of(case: Case) -> str:
    """The state by the outcome, else by the furthest step; an extension shows while probation lasts."""
    return _state(case, furthest(case.steps))


def _state(case: Case, reached: str | None) -> str:
    if case.facts.outcome:
        return case.facts.outcome
    state = STATES[reached or "applied"]
    return "probation_extended" if state == "probationary" and case.facts.extensions else state

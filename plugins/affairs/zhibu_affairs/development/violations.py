"""The rules of development as a table: code, level, step, article, text; and what a case breaks (domain.md 3.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

from zhibu_affairs.development import checks
from zhibu_affairs.development.cases import Case
from zhibu_affairs.development.checks import View, view
from zhibu_affairs.development.steps import MAIN_LINE, Text, date_or_next, text_on

Level = Literal["stop", "warn", "invalid"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, with step and article in the numbering of the 2026 text; `text` is the first text that has it.

    It is looked at once the step `since` or a later one of the main line is recorded. A rule that only the 2026 text
    has applies by the date of the step `dated_by`, or of the first later step when that is missing.
    """

    code: str
    level: Level
    step: int | None
    article: str
    since: str
    broken: Callable[[View], bool]
    text: Text = "2014"
    dated_by: str | None = None


RULES = (
    Rule("AGE18", "stop", 1, "5", "applied", checks.under_age),
    Rule("ORDER", "stop", None, "P", "applied", checks.dates_reversed),
    Rule("TALK1M", "warn", 2, "7", "talk", checks.talk_late),
    Rule("ACTIVIST12", "stop", 7, "13", "proposed", checks.activist_too_short),
    Rule("HIGHER_AGREE", "stop", 8, "13", "agreed", checks.higher_did_not_agree, "2026", "agreed"),
    Rule("NOTICE5", "stop", 8, "13", "notice_to", checks.notice_too_short, "2026", "notice_to"),
    Rule("NOTICE_PLACES", "stop", 8, "13", "notice_to", checks.notice_in_one_place, "2026", "notice_to"),
    Rule("INTRO2", "stop", 9, "14", "prereview", checks.not_two_introducers),
    Rule("INTRO_FULL", "stop", 9, "14", "prereview", checks.introducer_not_full),
    Rule("INTRO_RIGHTS", "stop", 9, "14", "prereview", checks.introducer_without_rights),
    Rule("INTRO_EFFECT", "warn", 9, "14", "prereview", checks.introducer_disciplined),
    Rule("REVIEW", "stop", 10, "16", "prereview", checks.review_not_passed),
    Rule("TRAINING", "stop", 11, "17", "prereview", checks.training_too_short),
    Rule("PREREVIEW", "stop", 13, "18", "vote_on", checks.no_prereview),
    Rule("LEAVING3", "warn", 13, "18", "prereview", checks.leaving_soon),
    Rule("MEETING1M", "warn", 15, "19", "vote_on", checks.meeting_late, "2026", "vote_on"),
    Rule("VOTE_QUORUM", "invalid", 15, "19", "vote_on", checks.vote_without_quorum),
    Rule("VOTE_MAJORITY", "invalid", 15, "20", "vote_on", checks.vote_without_majority),
    Rule("VOTE_SECRET", "invalid", 15, "20", "vote_on", checks.vote_not_secret),
    Rule("VOTE_SINGLE", "invalid", 15, "20", "vote_on", checks.vote_on_several),
    Rule("TALK_BEFORE", "invalid", 16, "23", "approved", checks.no_talk_before_approval),
    Rule("APPROVER", "invalid", 17, "22", "approved", checks.approver_not_entitled),
    Rule("JOINT_VOTE", "invalid", 17, "24", "approved", checks.approval_not_joint),
    Rule("APPROVAL_SINGLE", "invalid", 17, "24", "approved", checks.approval_of_several),
    Rule("APPROVAL3", "warn", 17, "25", "approved", checks.approval_late),
    Rule("APPROVAL6", "stop", 17, "25", "approved", checks.approval_too_late),
    Rule("OATH1M", "warn", 20, "29", "oath", checks.oath_late, "2026", "oath"),
    Rule("PROBATION12", "stop", 23, "31", "full_vote", checks.full_too_early),
    Rule("EXTEND_TWICE", "stop", 23, "31", "applied", checks.extended_twice),
    Rule("EXTEND_LENGTH", "stop", 23, "31", "applied", checks.extension_out_of_range),
    Rule("FULL_APPROVAL3", "warn", 24, "33", "full_approved", checks.full_approval_late),
)


class Violation(msgspec.Struct, frozen=True):
    """A rule that a case breaks; `step` counts as in domain.md 3.1, None where it is not one step's."""

    code: str
    level: Level
    step: int | None
    article: str


def _looked_at(furthest: str) -> tuple[tuple[Rule, Violation], ...]:
    """The rules a case with this furthest step is judged by, sorted by code, each with the one object that says so."""
    reached = MAIN_LINE[: MAIN_LINE.index(furthest) + 1]
    rules = sorted((rule for rule in RULES if rule.since in reached), key=lambda rule: rule.code)
    return tuple((rule, _FOUND[rule.code]) for rule in rules)


# Made once: judging thousands of cases looks at few rules and makes no new objects.
_FOUND = {rule.code: Violation(rule.code, rule.level, rule.step, rule.article) for rule in RULES}
_BY_FURTHEST = {step: _looked_at(step) for step in MAIN_LINE}


def find_violations(case: Case) -> tuple[Violation, ...]:
    """The rules a case breaks, sorted by code; what an import needs of a row, without dates and timers."""
    return violations(view(case))


def violations(seen: View) -> tuple[Violation, ...]:
    """The rules broken, sorted by code, each by the text in force on its step's own date."""
    looked_at = _BY_FURTHEST[seen.furthest or MAIN_LINE[0]]
    return tuple(violation for rule, violation in looked_at if rule.broken(seen) and _applies(rule, seen))


def _applies(rule: Rule, seen: View) -> bool:
    if rule.dated_by is None:
        return True
    day = date_or_next(seen.steps, rule.dated_by)
    return day is not None and text_on(day) == "2026"

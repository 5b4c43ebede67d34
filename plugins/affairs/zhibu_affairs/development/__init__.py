"""The development of members, steps 1 to 25, as pure rules on dated steps (domain.md 3, both texts)."""

from zhibu_affairs.development.cases import Ballot, Case, CaseFacts, Extension, Introducer, approver_from_name, facts_of
from zhibu_affairs.development.judgement import CaseJudgement, judge_case, state_of
from zhibu_affairs.development.steps import ALL_STEPS, MAIN_LINE, TEXT_2026_FROM, text_on, until
from zhibu_affairs.development.timers import TIMERS, Timer, TimerRule, open_timers
from zhibu_affairs.development.violations import RULES, Rule, Violation, find_violations

__all__ = [
    "ALL_STEPS",
    "MAIN_LINE",
    "RULES",
    "TEXT_2026_FROM",
    "TIMERS",
    "Ballot",
    "Case",
    "CaseFacts",
    "CaseJudgement",
    "Extension",
    "Introducer",
    "Rule",
    "Timer",
    "TimerRule",
    "Violation",
    "approver_from_name",
    "facts_of",
    "find_violations",
    "judge_case",
    "open_timers",
    "state_of",
    "text_on",
    "until",
]

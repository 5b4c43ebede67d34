"""Deadlines of development: when each opens, closes and runs late; and properties of any case."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_affairs.development import (
    ALL_STEPS,
    MAIN_LINE,
    RULES,
    TIMERS,
    Case,
    CaseFacts,
    Extension,
    TimerRule,
    judge_case,
    open_timers,
    until,
)

TODAY = date(2026, 10, 31)
DAYS = st.dates(date(2022, 1, 1), date(2028, 12, 31))
STEPS = st.dictionaries(st.sampled_from(ALL_STEPS), DAYS)
FACTS = st.builds(
    CaseFacts,
    half_year_reviews=st.lists(DAYS, max_size=3).map(tuple),
    extensions=st.lists(st.builds(Extension, st.integers(1, 14)), max_size=2).map(tuple),
    outcome=st.sampled_from([None, None, "rejected", "probation_extended"]),
)
CASES = st.builds(Case, st.none() | DAYS, STEPS, FACTS)


def codes(steps: Mapping[str, str], today: date = TODAY, facts: CaseFacts | None = None) -> list[str]:
    case = Case(None, {step: date.fromisoformat(day) for step, day in steps.items()}, facts or CaseFacts())
    return [timer.code for timer in open_timers(case, today)]


@pytest.mark.parametrize("rule", TIMERS, ids=lambda rule: rule.code)
def test_open_from_its_step_until_any_later_one(rule: TimerRule) -> None:
    day = {step: date(2026, 6, 1) + timedelta(days=number) for number, step in enumerate(MAIN_LINE)}
    for number, last in enumerate(MAIN_LINE):
        kept = {step: day[step] for step in MAIN_LINE[: number + 1]}
        expected = rule.needs in kept and not set(kept) & set(rule.closed_by)
        assert (rule.code in [timer.code for timer in open_timers(Case(None, kept), TODAY)]) == expected, last


def test_a_forgotten_step_does_not_keep_a_deadline_open() -> None:
    assert codes({"applied": "2025-01-01", "activist": "2025-06-01"}) == ["DEV-HALF"]
    assert codes({"prereview": "2026-07-01", "approved": "2026-09-01", "oath": "2026-09-02"}) == []


def test_approved_waits_for_the_oath_and_the_end_of_probation() -> None:
    assert codes({"vote_on": "2026-08-10", "approved": "2026-09-10"}) == ["DEV-OATH", "DEV-FULL"]


def test_limits_of_the_2026_text_do_not_exist_before_it() -> None:
    day = date(2026, 5, 11)
    assert codes({"prereview": "2026-01-10"}, day) == ["DEV-MEET"]
    assert codes({"prereview": "2026-01-10"}, day - timedelta(days=1)) == []
    assert codes({"vote_on": "2026-01-10", "approved": "2026-02-10"}, day - timedelta(days=1)) == ["DEV-FULL"]


def test_an_ended_case_has_no_deadlines_and_a_prolonged_one_has() -> None:
    steps = {"vote_on": "2025-08-10", "approved": "2025-09-10", "oath": "2025-09-20"}
    assert codes(steps, facts=CaseFacts(outcome="probation_cancelled")) == []
    assert codes(steps, facts=CaseFacts(outcome="probation_extended", extensions=(Extension(6),))) == ["DEV-FULL"]


def test_an_extension_moves_the_end_of_probation() -> None:
    case = Case(None, {"vote_on": date(2025, 8, 31), "approved": date(2025, 9, 10), "oath": date(2025, 9, 20)})
    longer = Case(None, case.steps, CaseFacts(extensions=(Extension(6),)))
    assert [timer.due for timer in open_timers(case, TODAY)] == [date(2026, 8, 31)]
    assert [timer.due for timer in open_timers(longer, TODAY)] == [date(2027, 2, 28)]


def test_the_last_day_is_not_overdue() -> None:
    case = Case(None, {"vote_on": date(2026, 8, 31)})
    timer, late = (open_timers(case, day)[0] for day in (date(2026, 11, 30), date(2026, 12, 1)))
    assert (timer.due, timer.warn_from, timer.critical) == (date(2026, 11, 30), date(2026, 11, 15), date(2027, 2, 28))
    assert (timer.overdue, late.overdue) == (False, True)


def test_what_came_later_is_left_out() -> None:
    steps = {"applied": date(2026, 1, 1), "talk": date(2026, 2, 1), "activist": None}
    assert until(steps, date(2026, 1, 31)) == {"applied": date(2026, 1, 1)}
    assert until(steps, date(2026, 2, 1)) == {"applied": date(2026, 1, 1), "talk": date(2026, 2, 1)}


@given(CASES, DAYS)
def test_any_case_can_be_judged_and_violations_are_sorted(case: Case, today: date) -> None:
    result = judge_case(case, today)
    found = [violation.code for violation in result.violations]
    assert found == sorted(set(found))
    assert ("ORDER" in found) == bool(result.order_pairs)
    assert set(result.rule_versions) == set(case.steps)


@given(CASES, DAYS)
def test_timers_warn_before_they_are_due_and_never_twice(case: Case, today: date) -> None:
    timers = open_timers(case, today)
    assert len({timer.code for timer in timers}) == len(timers)
    for timer in timers:
        assert timer.warn_from <= timer.due
        assert timer.overdue == (today > timer.due)
        assert timer.critical is None or timer.critical > timer.due


@given(CASES, DAYS)
def test_waiting_never_closes_a_deadline(case: Case, today: date) -> None:
    now = {timer.code for timer in open_timers(case, today)}
    assert now <= {timer.code for timer in open_timers(case, today + timedelta(days=100))}


def test_every_rule_has_its_own_code_and_belongs_to_a_text() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all((rule.text == "2026") == (rule.dated_by is not None) for rule in RULES)

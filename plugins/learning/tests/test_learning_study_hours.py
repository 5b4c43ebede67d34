"""Study hours: which entries count, months, targets, and properties of both."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.ledger.rules import RuleBook, packs_of
from zhibu_core.ledger.shapes import Course, Hours
from zhibu_core.periods import Period, parse_period
from zhibu_learning.study_hours import Entry, Stay, counted_hours, counts, months_counted, study_hours, target

BOOK = RuleBook(packs_of("zhibu_learning"))
RULE = BOOK.versions("learning.study_hours")[0].read(Hours)
Q2 = parse_period("2026Q2")
DAYS = st.dates(date(2025, 6, 1), date(2027, 6, 1))
ENTRIES = st.lists(
    st.builds(
        Entry,
        day=DAYS,
        form=st.sampled_from(["session", "certificate", "online", "self_study"]),
        hours=st.integers(0, 48).map(lambda halves: Fraction(halves, 2)),
        signed=st.booleans(),
        concentrated=st.booleans(),
        completed=st.booleans(),
        evidence=st.sampled_from([None, "", "a", "b"]),
    ),
    max_size=12,
)


def entry(day: str, hours: float, form: str = "session", evidence: str | None = None) -> Entry:
    return Entry(date.fromisoformat(day), form, Fraction(str(hours)), evidence=evidence)


def test_the_pack_states_the_figures() -> None:
    assert (RULE.yearly, RULE.yearly_post_holder, RULE.minutes_per_hour, RULE.day_cap) == (32, 56, 45, 8)
    assert BOOK.versions("learning.required_course")[0].read(Course).required_by == "course_required"


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (None, None, 12),
        ("2026-03-15", None, 10),
        ("2026-03-16", None, 9),
        (None, "2026-06-15", 6),
        (None, "2026-06-14", 5),
        ("2027-01-01", None, 0),
    ],
)
def test_months_by_their_15th(since: str | None, until: str | None, months: int) -> None:
    stay = Stay(date.fromisoformat(since) if since else None, date.fromisoformat(until) if until else None)
    assert months_counted(parse_period("2026"), stay) == months


@pytest.mark.parametrize(
    ("months", "post_holder", "hours"), [(0, False, 0), (1, False, 3), (5, False, 13.5), (7, True, 33), (12, True, 56)]
)
def test_targets_round_up_to_half_an_hour(months: int, post_holder: bool, hours: float) -> None:
    assert target(months, RULE, post_holder=post_holder) == Fraction(str(hours))


def test_a_day_counts_eight_hours_at_most() -> None:
    assert counted_hours(Q2, [entry("2026-05-01", 6), entry("2026-05-01", 6)], RULE) == 8


def test_one_evidence_of_one_day_counts_once_and_on_two_days_twice() -> None:
    same = [entry("2026-05-01", 3, evidence="c"), entry("2026-05-01", 2, evidence="c")]
    assert counted_hours(Q2, same, RULE) == 3
    assert counted_hours(Q2, [*same, entry("2026-05-02", 3, evidence="c")], RULE) == 6


def test_an_entry_that_does_not_count_hides_no_other() -> None:
    entries = [entry("2026-05-01", 3, "self_study", "c"), entry("2026-05-01", 2, evidence="c")]
    assert counted_hours(Q2, entries, RULE) == 2


def test_self_study_is_shown_and_not_counted() -> None:
    result = study_hours(Q2, [entry("2026-05-01", 8, "self_study")], RULE)
    assert (result.hours, result.ratio, result.met) == (0, 0.0, False)


def test_nothing_asked_is_met() -> None:
    result = study_hours(Q2, [], RULE, stay=Stay(since=date(2026, 6, 16)))
    assert (result.months, result.target, result.ratio, result.met) == (0, 0, 1.0, True)


@given(ENTRIES, DAYS, st.integers(0, 500))
def test_hours_stay_within_the_days_caps_and_grow_with_entries(entries: list[Entry], start: date, length: int) -> None:
    period = Period.of(start, start + timedelta(days=length))
    hours = counted_hours(period, entries, RULE)
    days = {one.day for one in entries if one.day in period and counts(one, RULE)}
    assert 0 <= hours <= 8 * len(days)
    assert counted_hours(period, entries[:-1], RULE) <= hours
    assert counted_hours(period, list(reversed(entries)), RULE) == hours


@given(st.integers(0, 60), st.booleans())
def test_a_target_is_the_least_half_hour_that_suffices(months: int, post_holder: bool) -> None:
    hours = target(months, RULE, post_holder=post_holder)
    exact = Fraction(56 if post_holder else 32) * months / 12
    assert (hours * 2).denominator == 1
    assert exact <= hours < exact + Fraction(1, 2)

"""Terms of office, sizes and kinds of organizations: the public vectors, edges, and properties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.ledger.rules import RuleBook, core_packs
from zhibu_core.ledger.shapes import Sizes, TermOfOffice
from zhibu_core.organization.kinds import BRANCH_TYPES, KINDS, children_of, is_branch, may_stand_below
from zhibu_core.organization.sizes import Body, decision_body, size_findings
from zhibu_core.organization.terms import Shift, level, term_end, term_state, vetoes

TODAY = date(2026, 10, 31)
BOOK = RuleBook(core_packs())
TERM = BOOK.versions("core.term")[0].read(TermOfOffice)
SIZES = BOOK.versions("core.sizes")[0].read(Sizes)
DAYS = st.dates(date(1990, 1, 1), date(2040, 12, 31))
RANKS = {"none": 0, "due": 1, "overdue": 2, "critical": 3}


@pytest.mark.parametrize(
    ("kind", "starts", "village", "ends"),
    [
        ("committee", "2021-12-15", False, "2026-12-15"),
        ("branch", "2024-02-29", False, "2027-02-28"),
        ("branch", "2023-06-30", True, "2028-06-30"),
        ("general_branch", "2023-06-30", False, "2026-06-30"),
        ("temporary_branch", "2023-06-30", False, None),
        ("temporary_branch", "2023-06-30", True, None),
        ("group", "2023-06-30", False, None),
    ],
)
def test_terms_end_after_three_or_five_years(kind: str, starts: str, village: bool, ends: str | None) -> None:
    end = term_end(kind, date.fromisoformat(starts), TERM, village=village)
    assert end == (date.fromisoformat(ends) if ends else None)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(181, "none"), (180, "due"), (0, "due"), (-1, "overdue"), (-364, "overdue"), (-365, "critical")],
)
def test_levels_at_their_edges(days: int, expected: str) -> None:
    assert level(TODAY + timedelta(days=days), TODAY, TERM) == expected


def test_a_veto_needs_more_than_twelve_months() -> None:
    assert not vetoes(date(2025, 10, 31), TODAY, TERM)
    assert vetoes(date(2025, 10, 30), TODAY, TERM)


def test_a_shift_counts_only_when_approved() -> None:
    shift = Shift(date(2027, 6, 30), approved=True)
    starts = date(2023, 6, 30)
    approved = term_state("branch", starts, TODAY, TERM, shift=shift)
    refused = term_state("branch", starts, TODAY, TERM, shift=Shift(shift.to, approved=False))
    assert (approved.ends_on, approved.level, approved.shift_too_long) == (shift.to, "none", False)
    assert (refused.ends_on, refused.level) == (date(2026, 6, 30), "overdue")


@given(DAYS, DAYS)
def test_time_only_makes_a_term_more_urgent(starts: date, today: date) -> None:
    now, later = (term_state("branch", starts, day, TERM) for day in (today, today + timedelta(days=1)))
    assert RANKS[now.level] <= RANKS[later.level]
    assert later.fired[: len(now.fired)] == now.fired


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        (Body("branch", 3, 0, has_committee=False), ()),
        (Body("branch", 2, 0, has_committee=True, committee_size=3), ("SIZE-UNDER-3-FULL", "COMMITTEE-NOT-ALLOWED")),
        (Body("branch", 7, 0, has_committee=False), ("COMMITTEE-NEEDED",)),
        (Body("branch", 6, 9, has_committee=False), ()),
        (Body("branch", 41, 10, has_committee=True, committee_size=5), ("SIZE-OVER-50",)),
        (Body("branch", 40, 0, has_committee=True, committee_size=2), ("COMMITTEE-SIZE",)),
        (Body("branch", 40, 0, has_committee=True, committee_size=7), ()),
        (Body("branch", 40, 0, has_committee=True), ()),
        (Body("temporary_branch", 9, 0, has_committee=False), ()),
        (Body("group", 1, 2, has_committee=False), ()),
        (Body("group", 0, 3, has_committee=False), ("GROUP-SIZE",)),
        (Body("general_branch", 49, 0, has_committee=True), ("GENERAL-BRANCH-SIZE",)),
        (Body("general_branch", 60, 0, has_committee=True), ()),
        (Body("committee", 20, 0, has_committee=True, secretary_vacant_since=date(2026, 9, 30)), ("VAC",)),
        (Body("committee", 20, 0, has_committee=True, secretary_vacant_since=date(2026, 10, 1)), ()),
    ],
)
def test_sizes(body: Body, codes: tuple[str, ...]) -> None:
    assert size_findings(body, TODAY, SIZES) == codes


@given(st.integers(0, 80), st.integers(0, 80), st.booleans())
def test_a_committee_is_never_both_needed_and_refused(full: int, probationary: int, has_committee: bool) -> None:
    codes = size_findings(Body("branch", full, probationary, has_committee), TODAY, SIZES)
    assert ("COMMITTEE-NEEDED" in codes) == (full >= 7 and not has_committee)
    assert ("COMMITTEE-NOT-ALLOWED" in codes) == (full < 7 and has_committee)


def test_without_a_committee_the_members_decide() -> None:
    assert (decision_body(True), decision_body(False)) == ("committee_meeting", "member_meeting")


def test_containment() -> None:
    assert may_stand_below("committee", None)
    assert may_stand_below("general_branch", "committee")
    assert may_stand_below("branch", "general_branch")
    assert may_stand_below("group", "temporary_branch")
    assert not may_stand_below("committee", "general_branch")
    assert not may_stand_below("direct_branch", "general_branch")
    assert not may_stand_below("branch", "branch")
    assert not may_stand_below("group", None)
    assert not may_stand_below("village", "committee")
    assert children_of("group") == ()
    assert children_of("branch") == ("group",)


def test_branch_types_hold_organizational_life() -> None:
    assert {key for key, kind in KINDS.items() if kind.branch} == set(BRANCH_TYPES)
    assert not is_branch("general_branch")
    assert set(TERM.years) == {key for key, kind in KINDS.items() if kind.elects}

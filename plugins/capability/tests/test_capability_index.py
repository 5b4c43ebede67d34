"""The index: weights, parts at their edges, and the properties that make it fair."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_capability.completion import Learner, part_b
from zhibu_capability.fairness import Gaps, confidence, middle, shrink, weighted_index
from zhibu_capability.index import Branch, Index, index_of, portraits
from zhibu_capability.participation import Roll, Session, forgive_leaves, part_a
from zhibu_capability.vitality import VitalityInputs, vitality_parts
from zhibu_capability.weights import RULE, weights_of
from zhibu_core.errors import InvalidInput
from zhibu_core.ledger.burden import find_burdens
from zhibu_core.ledger.rules import RuleBook, TenantLayer, packs_of

VERSION = RuleBook(packs_of("zhibu_capability")).versions(RULE)[0]
WEIGHTS = weights_of(VERSION)
NOTHING = VitalityInputs(0, 0, 0, 0, 0, 0, (), 0, 0, 0, 0)
SCORES = st.floats(0, 100)
SIZES = st.integers(0, 500)
ROLLS = st.lists(
    st.dictionaries(
        st.sampled_from("甲乙丙"), st.sampled_from(["present", "late", "leave", "absent", "makeup", "leave_makeup"])
    ),
    max_size=12,
)


def layered(**parameters: Any) -> RuleBook:
    layer = TenantLayer(RULE, date(2026, 1, 1), parameters, "本校决定")
    return RuleBook(packs_of("zhibu_capability"), [layer])


def session(kinds: str, expected: int, **counts: int) -> Session:
    return Session(date(2026, 4, 10), frozenset(kinds.split()), expected, counts)


def rolls(*marks: Mapping[str, str]) -> list[Roll]:
    days = [date.fromordinal(date(2026, 4, 1).toordinal() + place) for place in range(len(marks))]
    return [Roll(day, frozenset({"theme_day"}), mark) for day, mark in zip(days, marks, strict=True)]


def branch(key: str, score: float, n: int = 10, **more: Any) -> Branch:
    """A branch whose three parts are all `score`."""
    required = 1000
    credited = score * required / 100
    c = replace(NOTHING, windows_credited=credited, windows_required=required, records=required, members=required)
    c = replace(c, records_in_time=credited, members_with_talk=credited, useful_kinds_by_quarter=(3 * score / 100,))
    c = replace(c, timers_open=required, timers_overdue=required - credited)
    learners = [Learner(hours=score, target=100)]
    return Branch(key, "教工", n, 900, [session("theme_day", required, present=credited)], learners, c, **more)


def test_the_pack_observes_the_bans() -> None:
    assert WEIGHTS.strict
    assert find_burdens(VERSION.values) == []


@pytest.mark.parametrize(
    "parameters",
    [
        {"strict": False},
        {"inputs": ["attendance", "login_count"]},
        {"inputs": ["attendance", "training_hours"]},
        {"vitality": {"likes": 1.0}},
        {"bands": {"排名第一": 99, "poor": 0}},
    ],
)
def test_a_tenant_cannot_lay_a_burden_over_the_index(parameters: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="国办函"):
        layered(**parameters)


@pytest.mark.parametrize(
    "parameters",
    [
        {"parts": {"a": 0.5, "b": 0.5, "c": 0.5}},
        {"bands": {"good": 90}},
        {"vitality": {"regularity": 1.0}},
        {"shrinkage": -1},
        {"colour": "red"},
    ],
)
def test_weights_that_do_not_fit_are_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        weights_of(layered(**parameters).versions(RULE)[-1])


def test_the_heaviest_kind_of_a_session_counts_once() -> None:
    result = part_a([session("theme_day org_life_meeting", 10, present=8, late=1, makeup=1)], WEIGHTS)
    assert (result.credit, result.owed) == (pytest.approx(1.5 * 9.3), 15)


def test_sessions_without_weight_do_not_enter() -> None:
    assert part_a([session("committee_meeting", 5, present=5)], WEIGHTS).score is None


def test_one_leave_in_three_is_forgiven_in_order_of_time() -> None:
    marks = rolls({"甲": "leave"}, {"甲": "present"}, {"甲": "leave_makeup"}, {"甲": "absent"})
    sessions = forgive_leaves(reversed(marks), WEIGHTS)
    assert [(one.expected, dict(one.counts)) for one in sessions] == [
        (0, {}),
        (1, {"present": 1}),
        (1, {"leave_makeup": 1}),
        (1, {"absent": 1}),
    ]
    assert part_a(marks, WEIGHTS).score == pytest.approx(100 * 1.5 / 3)


def test_two_sessions_forgive_nothing() -> None:
    assert part_a(rolls({"甲": "leave"}, {"甲": "present"}), WEIGHTS).score == 50


@given(ROLLS)
def test_forgiving_never_lowers_part_a_and_takes_out_a_third_at_most(marks: list[dict[str, str]]) -> None:
    listed = rolls(*marks)
    sessions = forgive_leaves(listed, WEIGHTS)
    whole = sum(len(one) for one in marks)
    left = sum(one.expected for one in sessions)
    assert whole - left <= whole / 3
    if left:
        credit = sum(WEIGHTS.marks.get(mark, 0) for one in marks for mark in one.values() if mark != "leave_makeup")
        score = part_a(listed, WEIGHTS).score
        assert score is not None
        assert 100 * credit / whole - 1e-9 <= score <= 100


def test_open_and_strict_forms_of_part_b() -> None:
    learners = [
        Learner(4, 8, required=2, completed=1, confirmed=False),
        Learner(9, 8, confirmed=True),
        Learner(9, 0, confirmed=True),
        Learner(0, 8, in_scope=False, confirmed=False),
    ]
    assert part_b(learners, WEIGHTS, strict=False) == pytest.approx(100 * (0.7 * 0.5 + 0.3 * 0.5 + 1) / 2)
    assert part_b(learners, WEIGHTS, strict=True) == 50
    assert part_b([Learner(8, 8)], WEIGHTS, strict=True) is None
    assert part_b([], WEIGHTS, strict=False) is None


def test_an_empty_denominator_gives_one_in_part_c() -> None:
    assert vitality_parts(NOTHING, WEIGHTS).score(WEIGHTS) == pytest.approx(100)


def test_a_missing_part_is_left_out_and_the_weights_are_scaled() -> None:
    assert weighted_index(80, None, 60, WEIGHTS) == pytest.approx(70)
    assert weighted_index(None, 82.5, 25, WEIGHTS) == pytest.approx((0.30 * 82.5 + 0.35 * 25) / 0.65)
    assert weighted_index(None, None, None, WEIGHTS) is None


@pytest.mark.parametrize(
    ("score", "band"),
    [(100, "good"), (90, "good"), (89.999, "fairly_good"), (79.999, "average"), (59.999, "poor"), (0, "poor")],
)
def test_bands_are_taken_from_the_unrounded_result(score: float, band: str) -> None:
    assert WEIGHTS.band(score) == band


def test_a_veto_caps_after_shrinkage() -> None:
    assert index_of(95, 20, 90, WEIGHTS, vetoed=True) == Index(95, 90, pytest.approx(94), 59, "poor", True)
    assert index_of(40, 20, 40, WEIGHTS, vetoed=True).score == 40


def test_young_and_empty_branches_have_no_score_and_no_say_in_the_median() -> None:
    found = portraits(
        [
            branch("a", 80),
            replace(branch("b", 60), age_days=89),
            replace(branch("c", 10), n=0),
            replace(branch("d", 60), age_days=90),
        ],
        WEIGHTS,
        strict=False,
    )
    assert [one.index.score is None for one in found] == [False, True, True, False]
    assert [one.index.median for one in found] == [pytest.approx(70)] * 4
    assert [one.index.comparable for one in found] == [True, False, False, True]


def test_few_people_are_not_comparable() -> None:
    small, enough = portraits([branch("a", 80, n=4), branch("b", 80, n=5)], WEIGHTS, strict=False)
    assert (small.index.comparable, enough.index.comparable) == (False, True)


def test_types_have_medians_of_their_own() -> None:
    others = replace(branch("c", 20), type="学生")
    found = portraits([branch("a", 80), branch("b", 60), others], WEIGHTS, strict=False)
    assert [one.index.median for one in found] == [pytest.approx(70), pytest.approx(70), pytest.approx(20)]


@given(SCORES, SIZES, SCORES, st.floats(0, 50))
def test_shrinkage_moves_towards_the_median_and_never_past_it(
    score: float, n: int, towards: float, strength: float
) -> None:
    shrunk = shrink(score, n, towards, strength)
    assert min(score, towards) - 1e-9 <= shrunk <= max(score, towards) + 1e-9


@given(SCORES, SCORES, SIZES)
def test_more_people_move_less(score: float, towards: float, n: int) -> None:
    nearer, farther = (abs(shrink(score, size, towards, 5) - score) for size in (n + 1, n))
    assert nearer <= farther + 1e-9


@given(st.lists(SCORES, min_size=1, max_size=9), SIZES)
def test_shrinkage_keeps_the_order_of_branches_of_one_size(scores: list[float], n: int) -> None:
    towards = middle(scores)
    assert towards is not None
    shrunk = [shrink(score, n, towards, 5) for score in sorted(scores)]
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(shrunk))


@given(SCORES, SCORES, SCORES)
def test_the_index_lies_between_its_parts(a: float, b: float, c: float) -> None:
    index = weighted_index(a, b, c, WEIGHTS)
    assert index is not None
    assert min(a, b, c) - 1e-9 <= index <= max(a, b, c) + 1e-9


def test_confidence_falls_with_gaps_and_never_touches_the_score() -> None:
    full = Gaps((3, 3), (20, 20), (10, 10), 1, 1)
    assert confidence(full, WEIGHTS) == pytest.approx(100)
    assert confidence(Gaps(), WEIGHTS) == 0
    known = portraits([replace(branch("a", 80), gaps=full)], WEIGHTS, strict=False)
    unknown = portraits([branch("a", 80)], WEIGHTS, strict=False)
    assert known[0].index == unknown[0].index

"""Development cases: the public vectors and the edges of states, dates, and rules."""

import json
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from zhibu_affairs.development import (
    Ballot,
    Case,
    CaseFacts,
    CaseJudgement,
    Extension,
    Introducer,
    approver_from_name,
    facts_of,
    find_violations,
    judge_case,
    state_of,
)

FAMILY = Path(__file__).parents[3] / "tests" / "vectors" / "development.json"
VECTORS = json.loads(FAMILY.read_text("utf-8"))["vectors"]
TODAY = date(2026, 10, 31)
NONE: Mapping[str, str] = {}

# A lawful case under the 2026 text, from application to oath.
STEPS = {
    "applied": date(2025, 2, 10),
    "talk": date(2025, 2, 25),
    "activist": date(2025, 6, 1),
    "filed": date(2025, 6, 10),
    "proposed": date(2026, 6, 5),
    "agreed": date(2026, 6, 15),
    "notice_from": date(2026, 6, 17),
    "notice_to": date(2026, 6, 24),
    "review_on": date(2026, 7, 1),
    "train_from": date(2026, 7, 6),
    "train_to": date(2026, 7, 8),
    "prereview": date(2026, 7, 20),
    "vote_on": date(2026, 8, 10),
    "approval_talk": date(2026, 9, 1),
    "approved": date(2026, 9, 10),
    "oath": date(2026, 10, 1),
}
FACTS = CaseFacts(
    introducers=(Introducer(), Introducer()), review_result="passed", train_hours=24, vote=Ballot(20, 18, 17)
)


def judge(changes: Mapping[str, str] = NONE, without: Collection[str] = (), facts: CaseFacts = FACTS) -> CaseJudgement:
    """The lawful case with some steps on other days, some left out, or other facts."""
    changed = STEPS | {step: date.fromisoformat(day) for step, day in changes.items()}
    kept = {step: day for step, day in changed.items() if step not in without}
    return judge_case(Case(date(2004, 3, 12), kept, facts), TODAY)


def codes(result: CaseJudgement) -> list[str]:
    return [violation.code for violation in result.violations]


def found(**facts: Any) -> list[str]:
    return codes(judge(facts=msgspec.structs.replace(FACTS, **facts)))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    known = vector["input"]
    steps = {step: date.fromisoformat(day) for step, day in known["steps"].items()}
    case = Case(date.fromisoformat(known["birth"]), steps, facts_of(known["facts"]))
    result = judge_case(case, date.fromisoformat(known["today"]))
    assert json.loads(msgspec.json.encode(result)) == vector["expected"]
    assert find_violations(case) == result.violations


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"introducers": (Introducer(), Introducer(full=False))}, "INTRO_FULL"),
        ({"introducers": (Introducer(), Introducer(rights="not_restored"))}, "INTRO_RIGHTS"),
        ({"introducers": (Introducer(), Introducer(in_effect=True))}, "INTRO_EFFECT"),
        ({"review_result": None}, "REVIEW"),
        ({"train_days": 2, "train_hours": 23.5}, "TRAINING"),
        ({"agreement": "filed"}, "HIGHER_AGREE"),
        ({"mobile": True, "notice_places": 1}, "NOTICE_PLACES"),
        ({"vote": Ballot(20, 10, 11)}, "VOTE_QUORUM"),
        ({"vote": Ballot(20, 18, 10)}, "VOTE_MAJORITY"),
        ({"approver": "leading_group"}, "APPROVER"),
        ({"approver": "temporary_branch"}, "APPROVER"),
        ({"leaving_on": date(2026, 10, 20)}, "LEAVING3"),
        ({"extensions": (Extension(5),)}, "EXTEND_LENGTH"),
        ({"extensions": (Extension(6), Extension(6))}, "EXTEND_TWICE"),
    ],
)
def test_a_fact_breaks_one_rule(facts: dict[str, Any], code: str) -> None:
    assert found(**facts) == [code]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"introducers": (Introducer(), Introducer(effect_until=date(2026, 7, 19)))},
        {"train_days": 3, "train_hours": 0},
        {"mobile": True, "notice_places": 2},
        {"vote": Ballot(21, 11, 11)},
        {"leaving_on": date(2026, 10, 21)},
        {"extensions": (Extension(12),)},
        {"approver": "working_committee"},
    ],
)
def test_a_lawful_fact_breaks_none(facts: dict[str, Any]) -> None:
    assert found(**facts) == []


@pytest.mark.parametrize(
    ("without", "code"),
    [
        (("agreed",), "HIGHER_AGREE"),
        (("notice_from", "notice_to"), "NOTICE5"),
        (("notice_to",), "NOTICE5"),
        (("review_on",), "REVIEW"),
        (("prereview",), "PREREVIEW"),
        (("approval_talk",), "TALK_BEFORE"),
    ],
)
def test_a_missing_step_breaks_one_rule(without: tuple[str, ...], code: str) -> None:
    assert codes(judge(without=without)) == [code]


@pytest.mark.parametrize("last", ["proposed", "agreed", "notice_from"])
def test_what_has_not_come_yet_is_not_missing(last: str) -> None:
    assert codes(judge(without=tuple(list(STEPS)[list(STEPS).index(last) + 1 :]))) == []


def test_a_missing_notice_takes_the_text_of_the_first_later_step() -> None:
    steps = {"applied": date(2024, 3, 1), "activist": date(2025, 1, 10), "proposed": date(2026, 4, 20)}
    agreed = steps | {"agreed": date(2026, 5, 6)}
    before, after = agreed | {"review_on": date(2026, 5, 10)}, agreed | {"review_on": date(2026, 5, 11)}
    facts = CaseFacts(agreement="filed")
    assert find_violations(Case(None, before, facts)) == ()
    assert [one.code for one in find_violations(Case(None, after, facts))] == ["NOTICE5"]


@pytest.mark.parametrize(
    ("step", "last", "code"),
    [
        ("talk", "2025-03-10", "TALK1M"),
        ("vote_on", "2026-08-20", "MEETING1M"),
        ("oath", "2026-10-10", "OATH1M"),
    ],
)
def test_the_last_day_is_in_time_and_the_next_is_late(step: str, last: str, code: str) -> None:
    late = str(date.fromisoformat(last) + timedelta(days=1))
    assert codes(judge({step: last})) == []
    assert codes(judge({step: late})) == [code]


def test_an_approval_after_six_months_stops_even_with_a_reason() -> None:
    dates = {"approved": "2027-02-11", "oath": "2027-02-12"}
    with_reason = msgspec.structs.replace(FACTS, approval_reason="inquiry")
    assert codes(judge(dates, facts=with_reason)) == ["APPROVAL6"]
    assert codes(judge(dates)) == ["APPROVAL3", "APPROVAL6"]
    assert codes(judge(dates | {"approved": "2027-02-10"}, facts=with_reason)) == []


def test_an_introducer_whose_discipline_ended_before_the_prereview_may_introduce() -> None:
    ends_on_the_day = (Introducer(), Introducer(effect_until=date(2026, 7, 20)))
    assert found(introducers=ends_on_the_day) == ["INTRO_EFFECT"]


def test_no_birth_date_means_no_judgement_of_age() -> None:
    assert find_violations(Case(None, {"applied": date(2026, 1, 1)})) == ()
    assert [v.code for v in find_violations(Case(date(2008, 1, 2), {"applied": date(2026, 1, 1)}))] == ["AGE18"]


def test_an_outcome_is_the_state_and_an_extension_shows_while_probation_lasts() -> None:
    ended = Case(None, STEPS, msgspec.structs.replace(FACTS, outcome="probation_cancelled"))
    extended = Case(None, STEPS, msgspec.structs.replace(FACTS, extensions=(Extension(6),)))
    full = STEPS | {"full_vote": date(2028, 2, 10), "full_approved": date(2028, 3, 1)}
    assert state_of(ended) == "probation_cancelled"
    assert state_of(extended) == "probation_extended"
    assert state_of(Case(None, full, extended.facts)) == "full_member"


def test_standing_counts_from_the_prolonged_end_of_probation() -> None:
    facts = msgspec.structs.replace(FACTS, extensions=(Extension(6),))
    result = judge({"full_vote": "2028-02-10", "full_approved": "2028-03-01"}, facts=facts)
    assert (result.probation_end_on, result.standing_from) == (date(2028, 2, 10), date(2028, 2, 10))
    assert codes(judge({"full_vote": "2028-02-09"}, facts=facts)) == ["PROBATION12"]


def test_dates_of_membership_appear_with_the_approval() -> None:
    result = judge(without=("approved", "oath"))
    assert (result.joined_on, result.probation_end_on, result.standing_from) == (None, None, None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"full": True, "rights": "probation_in_party"}, Introducer(rights="probation_in_party")),
        ({"full": False}, Introducer(full=False)),
        ({"discipline": "serious_warning"}, Introducer(in_effect=True)),
        ({"rights": "warning"}, Introducer(in_effect=True)),
        ({"in_effect": False}, Introducer()),
        ({"effect_until": "2026-12-31"}, Introducer(in_effect=True, effect_until=date(2026, 12, 31))),
    ],
)
def test_introducers_are_read_as_they_are_noted(raw: dict[str, Any], expected: Introducer) -> None:
    assert facts_of({"introducers": [raw]}).introducers == (expected,)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("中共云汀大学机械学院委员会", "committee"),
        ("机械学院党总支", "general_branch"),
        ("项目临时党委", "temporary_branch"),
        ("校党组", "leading_group"),
        ("上级党组织", "committee"),
        ("", "committee"),
    ],
)
def test_an_approver_is_known_by_its_name(name: str, kind: str) -> None:
    assert approver_from_name(name) == kind

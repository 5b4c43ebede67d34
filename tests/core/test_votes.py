"""Votes and elections: the public vectors, edges, and properties."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.ledger.elections import Candidate, ElectionResult, judge_election
from zhibu_core.ledger.votes import EXCLUSION_REASONS, VOTE_RULES, Exclusion, VoteKind, VoteResult, judge_vote

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "vote.json").read_text("utf-8"))["vectors"]
COUNTS = st.integers(0, 60)
KINDS = st.sampled_from(sorted(VOTE_RULES))
EXCLUSIONS = st.lists(
    st.builds(
        Exclusion,
        reason=st.sampled_from([*sorted(EXCLUSION_REASONS), "busy"]),
        approved_by=st.sampled_from([None, "", " ", "higher committee"]),
        meeting_consents=st.booleans(),
    ),
    max_size=6,
)


def judge(given_: dict[str, Any]) -> VoteResult | ElectionResult:
    known = dict(given_)
    kind = known.pop("kind")
    known["exclusions"] = msgspec.convert(known.get("exclusions", []), list[Exclusion])
    if kind != "election":
        return judge_vote(kind, **known)
    known["candidates"] = msgspec.convert(known["candidates"], list[Candidate])
    return judge_election(**known)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    assert json.loads(msgspec.json.encode(judge(vector["input"]))) == vector["expected"]


def elect(seats: int, votes: dict[str, int], present: int = 20, **more: Any) -> ElectionResult:
    return judge_election(20, present, seats, [Candidate(name, yes) for name, yes in votes.items()], **more)


def test_a_tie_across_the_last_seat_elects_none_of_the_tied() -> None:
    result = elect(3, {"E": 12, "D": 15, "A": 18, "C": 15, "B": 15})
    assert (result.elected, result.runoff, result.seats_open) == (("A",), ("B", "C", "D"), 2)


def test_a_tie_inside_the_seats_is_no_tie() -> None:
    result = elect(2, {"B": 15, "A": 15, "C": 12})
    assert (result.elected, result.runoff, result.seats_open) == (("A", "B"), (), 0)


def test_a_tie_at_half_of_the_voters_is_not_elected() -> None:
    assert elect(1, {"A": 10, "B": 10}).seats_open == 1


def test_more_ballots_back_than_issued_void_the_election() -> None:
    result = elect(1, {"A": 20, "B": 1}, issued=20, returned=21)
    assert (result.ballots_ok, result.elected, result.seats_open) == (False, (), 1)


def test_an_exclusion_lowers_the_quorum_of_an_election() -> None:
    excluded = [Exclusion("detained", "higher committee")] * 2
    assert not elect(1, {"A": 15}, present=15).may_open
    assert elect(1, {"A": 15}, present=15, exclusions=excluded).may_open


@pytest.mark.parametrize("kind", ["accept", "full", "extend", "cancel"])
def test_a_vote_on_a_person_is_secret_and_single(kind: VoteKind) -> None:
    assert judge_vote(kind, 20, 18, 18).passes
    assert not judge_vote(kind, 20, 18, 18, secret=False).passes
    assert not judge_vote(kind, 20, 18, 18, single=False).passes


def test_other_decisions_need_no_ballot() -> None:
    assert judge_vote("decision", 20, 18, 18, secret=False, single=False).passes


def test_written_opinions_count_in_a_branch_committee() -> None:
    assert judge_vote("branch_committee", 5, 3, 1, 1).passes


@given(KINDS, COUNTS, COUNTS, COUNTS, EXCLUSIONS)
def test_exclusions_never_raise_the_number_due(
    kind: VoteKind, due: int, present: int, yes: int, excluded: list[Exclusion]
) -> None:
    result = judge_vote(kind, due, present, yes, exclusions=excluded)
    assert max(0, due - len(excluded)) <= result.due <= due


@given(KINDS, COUNTS, COUNTS, COUNTS, st.booleans(), st.booleans())
def test_what_passes_could_open_and_one_more_yes_never_hurts(
    kind: VoteKind, due: int, present: int, yes: int, secret: bool, single: bool
) -> None:
    result = judge_vote(kind, due, present, yes, secret=secret, single=single)
    more = judge_vote(kind, due, present, yes, 1, secret=secret, single=single)
    assert result.may_open or not result.passes
    assert more.passes or not result.passes


@given(COUNTS, COUNTS, st.integers(1, 7), st.lists(COUNTS, max_size=9))
def test_seats_are_never_filled_twice(due: int, present: int, seats: int, votes: list[int]) -> None:
    candidates = [Candidate(chr(65 + place), yes) for place, yes in enumerate(votes)]
    result = judge_election(due, present, seats, candidates)
    count = {candidate.name: candidate.yes for candidate in candidates}
    assert len(result.elected) + result.seats_open == seats
    assert result.seats_open >= 0
    assert not set(result.elected) & set(result.runoff)
    assert all(2 * count[name] > present for name in (*result.elected, *result.runoff))
    assert not result.runoff or (len(result.runoff) > result.seats_open and len({count[n] for n in result.runoff}) == 1)

"""The vote calculator: who counts, whether a meeting may open, and whether a decision passes (domain.md 3.3)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import msgspec

VoteKind = Literal["accept", "full", "extend", "cancel", "decision", "branch_committee"]

# Reasons for which a member may be left out of those due (old guidance of the organization department, domain.md 3.3).
EXCLUSION_REASONS = frozenset(
    {"ill_cannot_express", "abroad_private_6m", "detained", "bedridden_long", "relation_not_moved_6m"}
)


class Exclusion(msgspec.Struct, frozen=True):
    """Someone left out of those due: why, who approved it, and whether the meeting agreed."""

    reason: str
    approved_by: str | None = None
    meeting_consents: bool = True

    @property
    def valid(self) -> bool:
        """Only one of the five reasons, with an approver and the meeting's consent, lowers the number due."""
        return self.reason in EXCLUSION_REASONS and bool((self.approved_by or "").strip()) and self.meeting_consents


@dataclass(frozen=True, slots=True)
class VoteRule:
    """How one kind of vote opens and passes, in whole numbers: `due` E, `present` N, `yes` Y."""

    opens: Callable[[int, int], bool]
    carries: Callable[[int, int, int], bool]
    needs_ballot: bool
    article: str


class VoteResult(msgspec.Struct, frozen=True):
    """A judged vote; `due` is E after exclusions, `present` N, `yes` Y with the written opinions."""

    due: int = msgspec.field(name="E")
    present: int = msgspec.field(name="N")
    yes: int = msgspec.field(name="Y")
    may_open: bool
    passes: bool


def _more_than_half(due: int, present: int) -> bool:
    return 2 * present > due


def _half_or_more(due: int, present: int) -> bool:
    return 2 * present >= due


def _majority_of_due(due: int, _present: int, yes: int) -> bool:
    return 2 * yes > due


def _majority_of_present(_due: int, present: int, yes: int) -> bool:
    return 2 * yes > present


DEVELOPMENT = VoteRule(_more_than_half, _majority_of_due, needs_ballot=True, article="2026 rules Art.19, 20, 31, 32")
DECISION = VoteRule(_half_or_more, _majority_of_due, needs_ballot=False, article="Branch Regulations Art.11")
BRANCH_COMMITTEE = VoteRule(
    _half_or_more, _majority_of_present, needs_ballot=False, article="Branch Regulations Art.12"
)
VOTE_RULES: dict[VoteKind, VoteRule] = {
    "accept": DEVELOPMENT,
    "full": DEVELOPMENT,
    "extend": DEVELOPMENT,
    "cancel": DEVELOPMENT,
    "decision": DECISION,
    "branch_committee": BRANCH_COMMITTEE,
}


def counted_due(due: int, exclusions: Iterable[Exclusion] = ()) -> int:
    """E: those due less the valid exclusions, never below zero."""
    return max(0, due - sum(exclusion.valid for exclusion in exclusions))


def judge_vote(
    kind: VoteKind,
    due: int,
    present: int,
    yes_present: int = 0,
    yes_written_before: int = 0,
    exclusions: Iterable[Exclusion] = (),
    *,
    secret: bool = True,
    single: bool = True,
) -> VoteResult:
    """Judges a vote of a member meeting or a branch committee; elections have `judge_election`.

    `due` and `present` are people with voting right; written opinions count when sent before the meeting. A vote on a
    person (accept, full, extend, cancel) fails unless it was secret and about one person at a time.
    """
    rule = VOTE_RULES[kind]
    entitled, yes = counted_due(due, exclusions), yes_present + yes_written_before
    may_open = rule.opens(entitled, present)
    orderly = (secret and single) or not rule.needs_ballot
    return VoteResult(entitled, present, yes, may_open, may_open and orderly and rule.carries(entitled, present, yes))

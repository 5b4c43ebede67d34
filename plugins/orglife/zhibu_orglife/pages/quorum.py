"""Whether enough of those who have a vote are there to decide, as the roll stands."""

from collections.abc import Sequence

from zhibu_core.ledger.votes import VOTE_RULES, VoteKind
from zhibu_orglife.kinds import COMMITTEE, MEMBER_MEETING, THERE
from zhibu_orglife.pages.roll import RollForm
from zhibu_web.render import reader

VOTES: dict[str, tuple[VoteKind, int]] = {MEMBER_MEETING: ("decision", 11), COMMITTEE: ("branch_committee", 12)}
"""The kinds that decide: by which rule of the vote calculator, which article of the Branch Regulations."""


def quorum_of(kinds: Sequence[str], people: RollForm, locale: str) -> str | None:
    """How many with a vote are there out of how many, and whether that is enough; None where nothing is decided, or
    nobody was called yet.
    """
    kind = next((one for one in (MEMBER_MEETING, COMMITTEE) if one in kinds), None)
    if kind is None or not any(person.mark for person in people.called):
        return None
    vote, article = VOTES[kind]
    there = sum(person.key in people.voters for person in people.called if person.mark in THERE)
    words = reader(locale)
    text = words.gettext(
        "%(there)s of %(due)s with a vote are there: enough to decide (Branch Regulations, Art. %(number)s)."
    )
    if not VOTE_RULES[vote].opens(len(people.voters), there):
        text = words.gettext(
            "%(there)s of %(due)s with a vote are there: too few to decide (Branch Regulations, Art. %(number)s)."
        )
    return text % {"there": there, "due": len(people.voters), "number": article}

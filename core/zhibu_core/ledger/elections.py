"""Elections: quorum, surplus of candidates, ballots, and who is elected (Election Regulations 2020, domain.md 2.3)."""

from collections.abc import Iterable, Sequence

import msgspec

from zhibu_core.ledger.votes import Exclusion, counted_due


class Candidate(msgspec.Struct, frozen=True):
    """A candidate and the yes-votes counted."""

    name: str
    yes: int


class ElectionResult(msgspec.Struct, frozen=True):
    """A judged election; `due` is E after exclusions, `present` N, `elected` and `runoff` are sorted by name.

    `seats_open` counts the seats that nobody holds yet, those of a run-off included.
    """

    due: int = msgspec.field(name="E")
    present: int = msgspec.field(name="N")
    may_open: bool
    surplus_ok: bool
    ballots_ok: bool
    elected: tuple[str, ...]
    runoff: tuple[str, ...]
    seats_open: int


def judge_election(
    due: int,
    present: int,
    seats: int,
    candidates: Sequence[Candidate],
    issued: int | None = None,
    returned: int | None = None,
    exclusions: Iterable[Exclusion] = (),
) -> ElectionResult:
    """Opens with four fifths of those due; void when more ballots return than were issued.

    Elected is who has more than half of the voters present, the most votes first; a tie across the last seat goes to a
    run-off. Too few candidates (less than a fifth more than seats) are reported and void nothing.
    """
    entitled = counted_due(due, exclusions)
    may_open = 5 * present >= 4 * entitled
    ballots_ok = issued is None or returned is None or returned <= issued
    elected, runoff = _winners(candidates, seats, present) if may_open and ballots_ok else ([], [])
    return ElectionResult(
        due=entitled,
        present=present,
        may_open=may_open,
        surplus_ok=5 * (len(candidates) - seats) >= seats,
        ballots_ok=ballots_ok,
        elected=tuple(sorted(elected)),
        runoff=tuple(sorted(runoff)),
        seats_open=seats - len(elected),
    )


def _winners(candidates: Sequence[Candidate], seats: int, present: int) -> tuple[list[str], list[str]]:
    """The elected, and those who tie for the last seat."""
    enough = sorted((c for c in candidates if 2 * c.yes > present), key=lambda c: -c.yes)
    if len(enough) <= seats:
        return [c.name for c in enough], []
    last = enough[seats].yes
    tied = [c.name for c in enough if c.yes == last] if seats and enough[seats - 1].yes == last else []
    return [c.name for c in enough[:seats] if not tied or c.yes > last], tied

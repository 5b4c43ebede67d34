"""Part A, participation: attended sessions over owed ones, with counts or with one mark a person."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from zhibu_capability.weights import Weights

LEAVES = ("leave", "leave_makeup")


@dataclass(frozen=True, slots=True)
class Session:
    """A session and how many were there: `expected` people owed it, `counts` says how many have each mark."""

    day: date
    kinds: frozenset[str]
    expected: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Roll:
    """A session with one mark for each person on its list."""

    day: date
    kinds: frozenset[str]
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Participation:
    """Part A: `credit` Σ w·credit over `owed` Σ w·E."""

    credit: float
    owed: float

    @property
    def score(self) -> float | None:
        """0 to 100, None where nothing was owed."""
        return 100 * self.credit / self.owed if self.owed else None


def participation(sessions: Iterable[Session], weights: Weights) -> Participation:
    """Part A from counts; sessions of kinds without a weight do not enter."""
    credit = owed = 0.0
    for session in sessions:
        weight = weights.session(session.kinds)
        if weight is not None:
            credit += weight * sum(weights.marks.get(mark, 0.0) * count for mark, count in session.counts.items())
            owed += weight * session.expected
    return Participation(credit, owed)


def forgive_leaves(rolls: Iterable[Roll], weights: Weights) -> list[Session]:
    """Counts from marks: each person's first leaves, one in three sessions, leave the people who owed that session."""
    counted = [roll for roll in sorted(rolls, key=lambda roll: roll.day) if weights.session(roll.kinds) is not None]
    owed = Counter(person for roll in counted for person in roll.marks)
    left = {person: sessions // weights.leaves_forgiven_in for person, sessions in owed.items()}
    return [_counts(roll, left) for roll in counted]


def _counts(roll: Roll, left: dict[str, int]) -> Session:
    kept: list[str] = []
    for person, mark in roll.marks.items():
        if mark in LEAVES and left[person] > 0:
            left[person] -= 1
        else:
            kept.append(mark)
    return Session(roll.day, roll.kinds, len(kept), Counter(kept))


def part_a(sessions: Sequence[Session | Roll], weights: Weights) -> Participation:
    """Part A of a branch's sessions, whichever way each is recorded."""
    rolls = [session for session in sessions if isinstance(session, Roll)]
    counted = [session for session in sessions if isinstance(session, Session)]
    return participation([*counted, *forgive_leaves(rolls, weights)], weights)

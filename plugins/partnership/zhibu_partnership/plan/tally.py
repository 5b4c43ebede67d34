"""The arithmetic of a year: what tasks came to, and how far a goal is reached by what both sides did."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Counted:
    """What of a task counts: `meets` is "need" or "offer" where it met a need or used an offer, `entry` names that one."""

    state: str
    due_on: dt.date | None
    meets: str = ""
    entry: object = None


@dataclass(frozen=True)
class Tally:
    """What the tasks of one side came to: `tasks` that were not dropped, `done` of them, `overdue` of the open ones, and how
    many different needs they met and offers they used.
    """

    tasks: int = 0
    done: int = 0
    overdue: int = 0
    needs: int = 0
    offers: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Of two sides together: nobody's need or offer is another's."""
        return Tally(
            self.tasks + other.tasks, self.done + other.done, self.overdue + other.overdue, self.needs + other.needs,
            self.offers + other.offers,
        )  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One result beside its goal: `theirs` is None where the other sides' records cannot be read or are the same ones as ours."""

    key: str
    ours: int
    theirs: int | None
    goal: int

    @property
    def total(self) -> int:
        """What both sides came to, as far as it is known."""
        return self.ours + (self.theirs or 0)

    @property
    def is_reached(self) -> bool:
        """Whether there is a goal and it is reached."""
        return 0 < self.goal <= self.total

    @property
    def missing(self) -> int:
        """How many are missing for the goal."""
        return max(self.goal - self.total, 0)


def tally(tasks: Iterable[Counted], today: dt.date) -> Tally:
    """What these tasks of one side came to by today; a need or offer that several tasks name is counted once."""
    kept = [one for one in tasks if one.state != "dropped"]
    done = [one for one in kept if one.state == "done"]
    late = [one for one in kept if one.state == "open" and one.due_on is not None and one.due_on < today]

    def different(kind: str) -> int:
        return len({one.entry for one in done if one.meets == kind})

    return Tally(len(kept), len(done), len(late), different("need"), different("offer"))

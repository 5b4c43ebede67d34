"""Where a case stands: a function of the steps of both sides, the same on each, in whatever order they came."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from zhibu_core.words import Words

By = Literal["opener", "other", "either"]
DueDay = Literal["answer_by", "starts_on", "until_on"]

UNDONE: Final = "undone"
"""Takes back the last step, by the side that took it."""
LAPSED: Final = "lapsed"
"""What the calendar does with a case whose answer did not come in time, on each side by itself."""
ENDED: Final = "ended"
"""What the end of the agreement does with a case, on each side by itself."""
SKEW: Final = dt.timedelta(hours=1)
"""By how much two clocks may differ. Who receives a step keeps its instant as no later than the own now: without this the last
moments in which a step may be undone could be over on one side only.
"""
BY_ITSELF: Final[Mapping[str, Words]] = {
    LAPSED: Words("逾期失效", "lapsed"),
    ENDED: Words("随协议终止", "ended with the agreement"),
    UNDONE: Words("撤销上一步", "last step undone"),
}


@dataclass(frozen=True)
class Move:
    """A step that a side may take, after which the case is in the state of its name; `title` says where it stands then, `deed` what
    was done.

    `after` are the states in which it may be taken (none: it opens the case), `due` the day by which the next step is due; where it
    `lapses` nothing else may be done after that day. `is_end`: nothing follows but its undoing.
    """

    name: str
    title: Words
    deed: Words
    by: By
    after: tuple[str, ...] = ()
    due: DueDay | None = None
    lapses: bool = False
    is_end: bool = False
    may_undo: bool = True


@dataclass(frozen=True)
class Protocol:
    """The moves of a kind of case, its opening first; within `undo_for` a side may take its last step back."""

    moves: tuple[Move, ...]
    undo_for: dt.timedelta
    by_name: Mapping[str, Move] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {one.name: one for one in self.moves})

    @property
    def opening(self) -> Move:
        """The move that opens a case."""
        return self.moves[0]

    def title(self, state: str) -> Words:
        """What a state is called."""
        move = self.by_name.get(state)
        return move.title if move else BY_ITSELF.get(state, Words(state, state))

    def deed(self, name: str) -> Words:
        """What a step is called."""
        move = self.by_name.get(name)
        return move.deed if move else self.title(name)


@dataclass(frozen=True)
class Days:
    """The days that both sides agree on with the offer."""

    answer_by: dt.date
    starts_on: dt.date
    until_on: dt.date

    def of(self, due: DueDay | None) -> dt.date | None:
        """The day of that name."""
        return getattr(self, due) if due else None


@dataclass(frozen=True)
class Step:
    """A step after `parent` (None: the first). `side` is the tenant that took it (None: the calendar), `by` the name of its person.

    `on` is the day of what it says (arrived, returned), `at` when it was written.
    """

    id: uuid.UUID
    parent: uuid.UUID | None
    name: str
    side: uuid.UUID | None
    by: str
    on: dt.date
    at: dt.datetime
    note: str = ""


@dataclass(frozen=True)
class Standing:
    """Where a case stands: the steps that hold, one after another; `held` those of them that were not undone."""

    protocol: Protocol
    opener: uuid.UUID
    days: Days
    steps: tuple[Step, ...] = ()
    held: tuple[Step, ...] = ()

    @property
    def state(self) -> str:
        """The name of the last step that was not undone; empty before the first."""
        return self.held[-1].name if self.held else ""

    @property
    def move(self) -> Move | None:
        """The move that led here; None before the first, and where the calendar led."""
        return self.protocol.by_name.get(self.state)

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.move is not None and not self.move.is_end

    @property
    def due_on(self) -> dt.date | None:
        """By when the next step is due."""
        return self.days.of(self.move.due) if self.move and self.is_open else None

    @property
    def lapses_on(self) -> dt.date | None:
        """The last day of what lapses."""
        return self.due_on if self.move and self.move.lapses else None

    @property
    def tip(self) -> uuid.UUID | None:
        """The step on which the next one stands."""
        return self.steps[-1].id if self.steps else None

    def day_of(self, state: str) -> dt.date | None:
        """The day of the step of this name that holds."""
        return next((one.on for one in reversed(self.held) if one.name == state), None)

    def allows(self, step: Step) -> bool:
        """Whether the step may follow here."""
        if step.name == UNDONE:
            return self._may_undo(step, self.protocol.undo_for + SKEW)
        if step.name == LAPSED:
            return step.side is None and self.lapses_on is not None and step.on > self.lapses_on
        if step.name == ENDED:
            return step.side is None and self.is_open
        move = self.protocol.by_name.get(step.name)
        if move is None or step.side is None or self.state not in (move.after or ("",)):
            return False
        in_time = self.lapses_on is None or step.on <= self.lapses_on
        return in_time and (move.by == "either" or (move.by == "opener") == (step.side == self.opener))

    def names(self, side: uuid.UUID, today: dt.date) -> list[str]:
        """The moves that this side may take now."""
        steps = [Step(_NOWHERE, self.tip, one.name, side, "", today, _NEVER) for one in self.protocol.moves]
        return [one.name for one in steps if self.allows(one)]

    def undoable(self, side: uuid.UUID, at: dt.datetime) -> Step | None:
        """The step that this side may take back now."""
        step = Step(_NOWHERE, self.tip, UNDONE, side, "", at.date(), at)
        return self.held[-1] if self._may_undo(step, self.protocol.undo_for) else None

    def after(self, step: Step) -> "Standing":
        """Where it stands after a step that it allows."""
        held = self.held[:-1] if step.name == UNDONE else (*self.held, step)
        return Standing(self.protocol, self.opener, self.days, (*self.steps, step), held)

    def _may_undo(self, step: Step, within: dt.timedelta) -> bool:
        move = self.move
        if move is None or not move.may_undo or len(self.held) < 2:
            return False
        last = self.held[-1]
        return step.side == last.side and step.at <= last.at + within


_NOWHERE, _NEVER = uuid.UUID(int=0), dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def chain(protocol: Protocol, opener: uuid.UUID, days: Days, steps: Iterable[Step]) -> Standing:
    """Where a case with these steps stands. Of two steps that the sides took at once one holds: what ends the case before what goes on
    with it, a person's word before the calendar's, the opener's before the other's. What was built on the other is void.
    """
    following: dict[uuid.UUID | None, list[Step]] = {}
    for one in steps:
        following.setdefault(one.parent, []).append(one)
    standing = Standing(protocol, opener, days)
    seen: set[uuid.UUID] = set()
    while found := [one for one in following.get(standing.tip, ()) if one.id not in seen and standing.allows(one)]:
        best = min(found, key=lambda one: _rank(protocol, opener, one))
        seen.add(best.id)
        standing = standing.after(best)
    return standing


def void(standing: Standing, steps: Sequence[Step]) -> list[Step]:
    """The steps that do not hold, as the other side had gone on differently."""
    kept = {one.id for one in standing.steps}
    return [one for one in steps if one.id not in kept]


def _rank(protocol: Protocol, opener: uuid.UUID, step: Step) -> tuple[int, bool, uuid.UUID]:
    move = protocol.by_name.get(step.name)
    if move is not None:
        return (0 if move.is_end else 1), step.side != opener, step.id
    return (UNDONE, LAPSED, ENDED).index(step.name) + 2, step.side != opener, step.id


def by_itself(case_id: uuid.UUID, tip: uuid.UUID | None, name: str) -> uuid.UUID:
    """The id of a step that no person takes: the same on both sides."""
    return uuid.uuid5(case_id, f"{name}:{tip}")

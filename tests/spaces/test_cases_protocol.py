"""Where a case stands: whatever two sides do, and in whatever order their letters come, both arrive at the same."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from zhibu_core.spaces.cases.protocol import ENDED, LAPSED, UNDONE, Days, Standing, Step, by_itself, chain, void
from zhibu_partnership.attachment.moves import LENDING

HOME, HOST, CASE = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)
BEGUN = dt.date(2026, 10, 1)
DAYS = Days(BEGUN + dt.timedelta(days=15), BEGUN + dt.timedelta(days=20), BEGUN + dt.timedelta(days=200))
NAMES = [one.name for one in LENDING.moves] + [UNDONE]


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(4), dt.UTC)


@dataclass
class Side:
    """One side: the steps that it knows, its own and those that came; `sent` are its letters, each with all of its own."""

    tenant: uuid.UUID
    known: list[Step] = field(default_factory=list)
    sent: list[tuple[Step, ...]] = field(default_factory=list)

    def standing(self) -> Standing:
        return chain(LENDING, HOME, DAYS, self.known)

    def take(self, name: str, today: dt.date) -> bool:
        """As `keeping.take`: the step stands on what this side knows."""
        here = self.standing()
        step = Step(uuid.uuid4(), here.tip, name, self.tenant, "某人", today, noon(today))
        if not here.allows(step):
            return False
        self.known.append(step)
        self.sent.append(tuple(one for one in self.known if one.side == self.tenant))
        return True

    def hear(self, letter: Sequence[Step]) -> None:
        """As `heeding`: steps that are new are added, whatever came before."""
        there = {one.id for one in self.known}
        self.known += [one for one in letter if one.id not in there]

    def lapse(self, today: dt.date) -> None:
        """As `closing.lapse_cases`."""
        here = self.standing()
        if here.lapses_on is not None and here.lapses_on < today:
            on = here.lapses_on + dt.timedelta(days=1)
            self.hear([Step(by_itself(CASE, here.tip, LAPSED), here.tip, LAPSED, None, "", on, noon(today))])


class TwoSides(RuleBasedStateMachine):
    """Home and host act on what they know; letters are lost, doubled and overtaken, the last one of each side comes at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.home, self.host, self.today = Side(HOME), Side(HOST), BEGUN
        self.home.take("offered", BEGUN)

    @rule(who=st.booleans(), name=st.sampled_from(NAMES))
    def act(self, who: bool, name: str) -> None:
        side = self.home if who else self.host
        before = side.standing()
        if side.take(name, self.today):
            after = side.standing()
            assert after.steps[:-1] == before.steps
            assert after.state == (before.held[-2].name if name == UNDONE else name)

    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        self.today += dt.timedelta(days=days)

    @rule(who=st.booleans(), which=st.integers(0, 30))
    def deliver(self, who: bool, which: int) -> None:
        sender, receiver = (self.home, self.host) if who else (self.host, self.home)
        if sender.sent:
            receiver.hear(sender.sent[which % len(sender.sent)])

    @rule(who=st.booleans())
    def lapse(self, who: bool) -> None:
        (self.home if who else self.host).lapse(self.today)

    @precondition(lambda self: bool(self.home.sent or self.host.sent))
    @invariant()
    def all_that_was_said_leads_to_one_end(self) -> None:
        home, host = replace(self.home, known=list(self.home.known)), replace(self.host, known=list(self.host.known))
        for sender, receiver in ((home, host), (host, home)):
            if sender.sent:
                receiver.hear(sender.sent[-1])
        for side in (home, host):
            side.lapse(self.today)
        assert [one.id for one in home.standing().steps] == [one.id for one in host.standing().steps]
        one = home.standing()
        assert one.held, "an offer that was made never vanishes"
        assert {step.id for step in one.steps} | {step.id for step in void(one, home.known)} == {
            step.id for step in home.known
        }
        if not one.is_open:
            assert not one.names(HOME, self.today)
            assert not one.names(HOST, self.today)


TwoSides.TestCase.settings = settings(max_examples=40, stateful_step_count=14, deadline=None)
test_two_sides = TwoSides.TestCase


@given(st.permutations(range(5)))
def test_the_order_in_which_steps_are_known_says_nothing(order: list[int]) -> None:
    home, host = Side(HOME), Side(HOST)
    home.take("offered", BEGUN)
    host.hear(home.sent[-1])
    for name in ("accepted", UNDONE, "accepted", "hosted"):
        assert host.take(name, BEGUN)
    shuffled = [host.known[place] for place in order]
    assert chain(LENDING, HOME, DAYS, shuffled) == host.standing()
    assert host.standing().state == "hosted"


def test_nobody_steps_for_the_other_side_or_out_of_turn() -> None:
    home, host = Side(HOME), Side(HOST)
    home.take("offered", BEGUN)
    host.hear(home.sent[-1])
    assert not home.take("accepted", BEGUN)
    assert not home.take(UNDONE, BEGUN), "an offer is withdrawn, not undone"
    assert not host.take("hosted", BEGUN)
    assert not host.take("accepted", DAYS.answer_by + dt.timedelta(days=1))
    forged = replace(host.known[0], id=uuid.uuid4(), parent=host.known[0].id, name="accepted", side=HOME)
    home.hear([forged])
    assert home.standing().state == "offered"


def test_a_step_can_be_undone_for_three_days_by_whoever_took_it() -> None:
    home, host = Side(HOME), Side(HOST)
    home.take("offered", BEGUN)
    host.hear(home.sent[-1])
    assert host.take("refused", BEGUN)
    assert not host.take(UNDONE, BEGUN + dt.timedelta(days=4))
    home.hear(host.sent[-1])
    assert not home.take(UNDONE, BEGUN)
    assert host.take(UNDONE, BEGUN + dt.timedelta(days=3))
    assert host.standing().state == "offered"


def test_what_ended_with_the_agreement_stays_ended() -> None:
    home = Side(HOME)
    home.take("offered", BEGUN)
    here = home.standing()
    home.hear([Step(by_itself(CASE, here.tip, ENDED), here.tip, ENDED, None, "", BEGUN, noon(BEGUN), "已终止")])
    assert (home.standing().state, home.standing().is_open) == (ENDED, False)
    assert not home.take("withdrawn", BEGUN)
    assert home.standing().undoable(HOME, noon(BEGUN)) is None

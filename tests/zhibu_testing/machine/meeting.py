"""How tenants of the story meet: they propose, sign, publish and end; what one gives, the other may read as long as both say so."""

import uuid

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import text

from zhibu_core.spaces.agreements import propose as propose_agreement
from zhibu_core.spaces.agreements import sign as sign_agreement
from zhibu_core.spaces.ending import revoke as revoke_agreement
from zhibu_core.spaces.lane import SpaceLane
from zhibu_core.spaces.proposal import AskedField, AskedShare, Other, Proposal
from zhibu_core.spaces.publishing import publish_records, withdraw_records
from zhibu_core.spaces.reading import whole_of
from zhibu_core.spaces.upkeep import keep_up
from zhibu_core.tenancy.ids import new_id
from zhibu_example.models import Note
from zhibu_testing.fixtures import TODAY, all_powers
from zhibu_testing.machine.sides import Acting, Pact, Side

PAIRS = st.sampled_from([(0, 1), (1, 2)])
"""Who agrees with whom: the first and the last never do."""

_DAY_IS_OVER = text(
    "update space set starts_on = starts_on - 2, ends_on = ends_on - 1 where tenant_id = :t and id = :id"
)


class Meeting(Acting):
    """Agreements between neighbours in the row of tenants."""

    @precondition(lambda self: all(side.organizations for side in self.sides) and len(self.pacts) < 3)
    @rule(pair=PAIRS)
    def propose(self, pair: tuple[int, int]) -> None:
        self.run(self._propose(self.sides[pair[0]], self.sides[pair[1]]))

    async def _agree(self, side: Side, other: Side) -> None:
        """Both have signed and given a note when the story begins, which else would rarely come to it."""
        await self._propose(side, other)
        for one in (side, other):
            await self._sign(self.pacts[0], one)
        for one in (side, other):
            await self._publish(self.pacts[0], one)

    async def _propose(self, side: Side, other: Side) -> None:
        if "example" in side.off:
            return
        who = await all_powers(self.platform, side.tenant)
        shares = (AskedShare("example.note", (AskedField("book", "互相推荐"),)),)
        proposal = Proposal("共建", "读书", ("001",), (Other(other.tenant.slug, "001"),), TODAY, TODAY, shares)
        async with self.platform.database.session(side.tenant.id) as session:
            space = await propose_agreement(self.platform, session, who, proposal)
        await self._carry()
        self.pacts.append(Pact((side, other), space.id))
        self.done.add("proposed")

    @precondition(lambda self: any(not pact.is_over and len(pact.signed) < 2 for pact in self.pacts))
    @rule(which=st.integers(0, 9), side=st.integers(0, 1))
    def sign(self, which: int, side: int) -> None:
        open_ones = [pact for pact in self.pacts if not pact.is_over and len(pact.signed) < 2]
        pact = open_ones[which % len(open_ones)]
        self.run(self._sign(pact, pact.sides[side]))

    async def _sign(self, pact: Pact, side: Side) -> None:
        if side.tenant.id in pact.signed:
            return
        who = await all_powers(self.platform, side.tenant)
        async with self.platform.database.session(side.tenant.id) as session:
            whole = await whole_of(session, who, pact.space)
            await sign_agreement(session, who, pact.space, whole.newest.id)
        await self._carry()
        pact.signed.add(side.tenant.id)
        self.done.add("signed")

    @precondition(lambda self: any(not pact.is_over and len(pact.signed) == 2 for pact in self.pacts))
    @rule(which=st.integers(0, 9), side=st.integers(0, 1))
    def publish(self, which: int, side: int) -> None:
        open_ones = [pact for pact in self.pacts if not pact.is_over and len(pact.signed) == 2]
        pact = open_ones[which % len(open_ones)]
        self.run(self._publish(pact, pact.sides[side]))

    async def _publish(self, pact: Pact, side: Side) -> None:
        if any("example" in one.off for one in pact.sides):
            return
        self.number += 1
        who, book = await all_powers(self.platform, side.tenant, uuid.uuid4()), f"同名书{self.number}"
        async with self.platform.database.session(side.tenant.id) as session:
            note = Note(
                id=new_id(), organization_id=side.organizations["001"], read_on=TODAY, book=book, thought="保密"
            )
            session.add(note)
            await session.flush()
            await publish_records(self.platform, session, who, pact.space, "example.note", [note.id])
        await self._carry()
        side.notes.add(note.id)
        pact.given.setdefault(side.tenant.id, set()).add(book)
        pact.sent[book] = (side, note.id)
        self.done.add("published")

    @precondition(lambda self: any(pact.sent for pact in self.pacts if not pact.is_over))
    @rule(which=st.integers(0, 9))
    def take_back(self, which: int) -> None:
        open_ones = [pact for pact in self.pacts if not pact.is_over and pact.sent]
        self.run(self._take_back(open_ones[which % len(open_ones)]))

    async def _take_back(self, pact: Pact) -> None:
        """The oldest note that crossed is withdrawn by its owner; the copy goes wherever it is."""
        (book, (side, note)), *_ = pact.sent.items()
        who = await all_powers(self.platform, side.tenant)
        async with self.platform.database.session(side.tenant.id) as session:
            await withdraw_records(session, who, pact.space, "example.note", [note])
        await self._carry()
        del pact.sent[book]
        pact.given[side.tenant.id].remove(book)
        self.done.add("taken back")

    @precondition(lambda self: any(not pact.is_over for pact in self.pacts))
    @rule(which=st.integers(0, 9), side=st.integers(0, 1))
    def revoke(self, which: int, side: int) -> None:
        open_ones = [pact for pact in self.pacts if not pact.is_over]
        pact = open_ones[which % len(open_ones)]
        self.run(self._end(pact, pact.sides[side], "revoke"))

    @precondition(lambda self: any(not pact.is_over for pact in self.pacts))
    @rule(which=st.integers(0, 9))
    def expire(self, which: int) -> None:
        open_ones = [pact for pact in self.pacts if not pact.is_over]
        pact = open_ones[which % len(open_ones)]
        self.run(self._end(pact, pact.sides[0], "expire"))

    async def _end(self, pact: Pact, side: Side, how: str) -> None:
        if how == "revoke":
            who = await all_powers(self.platform, side.tenant)
            async with self.platform.database.session(side.tenant.id) as session:
                await revoke_agreement(session, who, pact.space, "完成")
        else:  # the day comes on both sides
            for one in pact.sides:
                async with self.platform.database.session(one.tenant.id) as session:
                    await session.execute(_DAY_IS_OVER, {"t": one.tenant.id, "id": pact.space})
                await keep_up(self.platform, one.tenant)
        await self._carry()
        pact.is_over = True
        self.done.add(how)

    async def _carry(self) -> None:
        lane = SpaceLane(self.platform)
        while await lane.run_once():
            pass

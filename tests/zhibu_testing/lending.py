"""Three tenants of which home lends members to host, under an agreement on second attachments; a third that has nothing to do with it."""

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.ledger.models import Fact, FactEnd
from zhibu_core.organization.people import Membership
from zhibu_core.platform import Platform
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.tenancy.ids import new_id
from zhibu_partnership.attachment.offering import Offer, offer
from zhibu_partnership.attachment.reading import Whole, case_of, whole_of
from zhibu_partnership.attachment.sharing import asked_shares
from zhibu_partnership.attachment.stepping import accept, receive
from zhibu_testing.agreeing import Side, World, opened
from zhibu_testing.factories import member
from zhibu_testing.fixtures import TODAY

DAY = dt.timedelta(days=1)
FROM, UNTIL, ARRIVED = TODAY - 20 * DAY, TODAY + 60 * DAY, TODAY - 10 * DAY


@dataclass(frozen=True)
class Lending:
    """The world, and the agreement `space` of home and host on second attachments."""

    world: World
    space: uuid.UUID

    @property
    def platform(self) -> Platform:
        """Where it all is."""
        return self.world.platform

    async def do(self, side: Side, work: Any, *given: Any, **more: Any) -> Any:
        """Calls `work(platform, session, who, …)` in a transaction of this side."""
        async with self.platform.database.session(side.tenant.id) as session:
            return await work(self.platform, session, side.who, *given, **more)

    async def carry(self) -> None:
        """Everything that waits is delivered."""
        await self.world.carry()

    async def member(self, name: str = "王二") -> uuid.UUID:
        """A further member of home's branch."""
        async with self.platform.database.session(self.world.home.tenant.id) as session:
            return (await member(session, name, self.world.home.branch)).id

    async def offered(self, person: uuid.UUID | None = None, **more: Any) -> SpaceCase:
        """A member whom home has offered; the host knows."""
        asked = replace(Offer(person or await self.member(), FROM, UNTIL, "到企业实习"), **more)
        case: SpaceCase = await self.do(self.world.home, offer, self.space, asked)
        await self.carry()
        return case

    async def hosted(self, person: uuid.UUID | None = None) -> SpaceCase:
        """A member who came to the host ten days ago."""
        case = await self.offered(person)
        await self.do(self.world.host, accept, case.id, contact="李书记", reach="内线 8001")
        await self.carry()
        await self.do(self.world.host, receive, case.id, ARRIVED)
        await self.carry()
        return case

    async def held(self, day: dt.date, *kinds: str) -> uuid.UUID:
        """A meeting that the host branch's own ledger has."""
        record, host = new_id(), self.world.host
        async with self.platform.database.session(host.tenant.id) as session:
            said = FactDraft("activity", host.branch.id, day, "meeting", record, detail={"kinds": list(kinds)})
            await write_facts(session, [said], source="orglife", written_by=None)
        return record

    async def seen(self, side: Side, case: SpaceCase) -> Whole:
        """The attachment as this side has it."""
        async with self.platform.database.session(side.tenant.id) as session:
            return await whole_of(session, side.who, await case_of(session, side.who, case.id))

    async def states(self, case: SpaceCase) -> tuple[str, str]:
        """Where it stands at home and at the host."""
        home, host = [(await self.seen(side, case)).here.case for side in (self.world.home, self.world.host)]
        return home.state, host.state

    async def facts(self, person: uuid.UUID) -> list[tuple[str, dt.date, str | None]]:
        """Home's facts in force about one person: kind, day, mark."""
        ended = select(FactEnd.id).where(FactEnd.tenant_id == Fact.tenant_id, FactEnd.fact_id == Fact.id)
        query = select(Fact).where(Fact.person_id == person, ~ended.exists())
        async with self.platform.database.session(self.world.home.tenant.id) as session:
            return sorted((one.kind, one.happened_on, one.mark) for one in await session.scalars(query))

    async def membership(self, person: uuid.UUID) -> Membership:
        """The member's membership at home."""
        async with self.platform.database.session(self.world.home.tenant.id) as session:
            return (await session.scalars(select(Membership).where(Membership.person_id == person))).one()


async def lending(platform: Platform) -> Lending:
    """Opens the three tenants; home and host have signed."""
    return await lending_in(await opened(platform))


async def lending_in(world: World) -> Lending:
    """A further agreement of home and host, on second attachments; both have signed."""
    given = {"title": "流动党员共管", "purpose": "在外党员就近参加组织生活", "shares": asked_shares()}
    space = await world.agreed(starts_on=TODAY - 30 * DAY, ends_on=TODAY + 300 * DAY, **given)
    return Lending(world, space)

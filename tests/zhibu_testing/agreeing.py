"""Three tenants with a branch each: two that agree with each other, and a third that has nothing to do with them."""

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.spaces.agreements import propose, sign
from zhibu_core.spaces.copies import copies_of
from zhibu_core.spaces.crossings import Crossing, ledger
from zhibu_core.spaces.models import Space
from zhibu_core.spaces.proposal import AskedField, AskedShare, Other, Proposal
from zhibu_core.spaces.publishing import publish_records
from zhibu_core.spaces.reading import whole_of
from zhibu_core.tenancy.scope import Actor, Scope, Tenant
from zhibu_example.models import Note
from zhibu_example.notes import NoteDraft, record_note
from zhibu_tenants.enablement import switch
from zhibu_tenants.life.states import change_state
from zhibu_tenants.provisioning import create_tenant
from zhibu_testing.delivering import deliver
from zhibu_testing.factories import organization, person
from zhibu_testing.fixtures import TODAY, all_powers

NOTE = "example.note"
PLAIN = (AskedField("book", "互相推荐书目"), AskedField("read_on", "安排时间"))


@dataclass(frozen=True)
class Side:
    """One tenant's side: somebody who may do everything there, and its branch."""

    tenant: Tenant
    who: Scope
    branch: Organization

    def named(self, name: str) -> Scope:
        """The same powers under another name."""
        assert self.who.actor is not None
        return replace(self.who, actor=replace(self.who.actor, name=name))


@dataclass(frozen=True)
class World:
    """Home and host have to do with each other, the third with nobody."""

    platform: Platform
    home: Side
    host: Side
    third: Side

    @property
    def sides(self) -> tuple[Side, ...]:
        """All three."""
        return self.home, self.host, self.third

    async def carry(self, *, at_once: bool = False) -> None:
        """Everything that waits is delivered."""
        await deliver(self.platform, *(side.tenant for side in self.sides), at_once=at_once)

    def proposal(self, own: Side, other: Side, **values: object) -> Proposal:
        """A plain agreement on reading notes."""
        given = {
            "title": "读书共建", "purpose": "一起读书", "organizations": (own.branch.code,),
            "others": (Other(other.tenant.slug, code=other.branch.code),), "starts_on": TODAY,
            "ends_on": TODAY + dt.timedelta(days=90), "shares": (AskedShare(NOTE, PLAIN),),
        }  # fmt: skip
        return Proposal(**(given | values))  # type: ignore[arg-type]

    async def proposed(self, **values: object) -> uuid.UUID:
        """An agreement that home proposed and that has arrived at the host."""
        async with self.platform.database.session(self.home.tenant.id) as session:
            space = await self.propose(session, **values)
        await self.carry()
        return space.id

    async def propose(self, session: AsyncSession, **values: object) -> Space:
        """Home proposes; nothing is delivered yet."""
        return await propose(self.platform, session, self.home.who, self.proposal(self.home, self.host, **values))

    async def sign(self, side: Side, space_id: uuid.UUID) -> None:
        """This side signs the newest version; nothing is delivered yet."""
        async with self.platform.database.session(side.tenant.id) as session:
            whole = await whole_of(session, side.who, space_id)
            await sign(session, side.who, space_id, whole.newest.id)

    async def signed_by(self, side: Side, space_id: uuid.UUID) -> None:
        """This side signs the newest version, and the other hears of it."""
        await self.sign(side, space_id)
        await self.carry()

    async def away(self, side: Side, how: str) -> None:
        """The side is suspended, or has its plugin off."""
        await (
            change_state(self.platform, side.tenant, "suspended")
            if how == "suspended"
            else self._switch(side, on=False)
        )

    async def back(self, side: Side, how: str) -> None:
        """And comes back."""
        await (change_state(self.platform, side.tenant, "open") if how == "suspended" else self._switch(side, on=True))

    async def _switch(self, side: Side, *, on: bool) -> None:
        async with self.platform.database.session(side.tenant.id) as session:
            await switch(self.platform, session, Scope(side.tenant, frozenset()), "example", on=on)

    async def agreed(self, **values: object) -> uuid.UUID:
        """An agreement that both have signed."""
        space_id = await self.proposed(**values)
        await self.signed_by(self.home, space_id)
        await self.signed_by(self.host, space_id)
        return space_id

    async def records(self, side: Side, space_id: uuid.UUID, who: Scope | None = None) -> list[dict[str, Any]]:
        """What this side can read under the agreement."""
        async with self.platform.database.session(side.tenant.id) as session:
            return [one.record for one in await copies_of(session, who or side.who, space_id=space_id)]

    async def lines(self, side: Side, space_id: uuid.UUID, *, records_only: bool = False) -> list[Crossing]:
        """This side's ledger."""
        async with self.platform.database.session(side.tenant.id) as session:
            return await ledger(session, side.who, space_id, records_only=records_only)

    async def published(self, side: Side, space_id: uuid.UUID, *notes: uuid.UUID) -> None:
        """This side sends these notes; nothing is delivered yet."""
        async with self.platform.database.session(side.tenant.id) as session:
            await publish_records(self.platform, session, side.who, space_id, NOTE, list(notes))

    async def note(self, side: Side, book: str = "共产党宣言") -> uuid.UUID:
        """A reading note of this side's branch, the same one each time."""
        async with self.platform.database.session(side.tenant.id) as session:
            found = await session.scalar(select(Note.id).where(Note.book == book))
            draft = NoteDraft(side.branch.id, TODAY - dt.timedelta(days=1), book, "很有收获")
            return found or (await record_note(session, side.who, draft)).id


async def opened(platform: Platform) -> World:
    """Three fresh tenants, with a branch and somebody each."""
    tag = uuid.uuid4().hex[:8]
    return World(platform, *[await _side(platform, f"{name}-{tag}") for name in ("home", "host", "third")])


async def _side(platform: Platform, slug: str) -> Side:
    tenant = await create_tenant(platform, slug, f"{slug}大学", "university", today=TODAY)
    async with platform.database.session(tenant.id) as session:
        await switch(platform, session, Scope(tenant, frozenset()), "example", on=True)
        branch = await organization(session, "001", name=f"{slug}第一支部")
        someone = await person(session, f"{slug}书记")
    who = await all_powers(platform, tenant, someone.id)
    return Side(tenant, replace(who, actor=Actor(someone.id, someone.name, "test")), branch)

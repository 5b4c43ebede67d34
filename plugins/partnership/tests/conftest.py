"""The two towns, furnished alike; and two tenants whose branches have signed an agreement on joint activities."""

import datetime as dt
import uuid
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any

import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.models import Fact, FactEnd
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.spaces.agreements import propose, sign
from zhibu_core.spaces.proposal import Other, Proposal
from zhibu_core.spaces.reading import whole_of
from zhibu_core.tenancy.scope import Actor, Scope, Tenant
from zhibu_partnership.joint.sharing import asked_share
from zhibu_partnership.plan.sharing import asked_shares
from zhibu_tenants.provisioning import create_tenant
from zhibu_testing.delivering import deliver
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import TODAY, Parties, all_powers
from zhibu_testing.town import text_of, world

__all__ = ["text_of", "world"]


@dataclass(frozen=True)
class Side:
    """One tenant: its branch, three members, and somebody who may do everything there."""

    platform: Platform
    tenant: Tenant
    who: Scope
    branch: Organization
    people: Sequence[uuid.UUID]

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self.platform.database.session(self.tenant.id)

    async def do(self, work: Any, *given: Any, **more: Any) -> Any:
        """Calls `work(platform, session, who, …)` in a transaction of this side."""
        async with self.session() as session:
            return await work(self.platform, session, self.who, *given, **more)

    async def facts(self) -> list[tuple[str, uuid.UUID | None, dt.date]]:
        """The facts of this plugin in force: kind, person, day."""
        ended = select(FactEnd.id).where(FactEnd.tenant_id == Fact.tenant_id, FactEnd.fact_id == Fact.id)
        query = select(Fact).where(Fact.source == "partnership", ~ended.exists())
        async with self.session() as session:
            return sorted((one.kind, one.person_id, one.happened_on) for one in await session.scalars(query))


@dataclass(frozen=True)
class Pair:
    """Home proposed the agreement `space`, both have signed it."""

    home: Side
    other: Side
    space: uuid.UUID

    async def carry(self) -> None:
        """Everything that waits is delivered."""
        await deliver(self.home.platform, self.home.tenant, self.other.tenant)


@pytest_asyncio.fixture(loop_scope="session")
async def pair(platform: Platform, parties: Parties) -> Pair:
    """In force from a month ago on, for a year."""
    home, other = await _side(platform, parties.home), await _side(platform, parties.neighbour)
    proposal = Proposal(
        "党史共学", "一起学党史", (home.branch.code,), (Other(other.tenant.slug, code=other.branch.code),),
        TODAY - dt.timedelta(days=30), TODAY + dt.timedelta(days=300), (asked_share(), *asked_shares()),
    )  # fmt: skip
    space = (await home.do(propose, proposal)).id
    found = Pair(home, other, space)
    await found.carry()
    for side in (home, other):
        async with side.session() as session:
            await sign(session, side.who, space, (await whole_of(session, side.who, space)).newest.id)
        await found.carry()
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def third(platform: Platform) -> Side:
    """A tenant that has nothing to do with the two."""
    slug = f"third-{uuid.uuid4().hex[:8]}"
    return await _side(platform, await create_tenant(platform, slug, "旁观大学", "university", today=TODAY))


async def _side(platform: Platform, tenant: Tenant) -> Side:
    async with platform.database.session(tenant.id) as session:
        branch = await organization(session, "001", name=f"{tenant.name}第一党支部", has_committee=True)
        people = [await member(session, name, branch) for name in ("张一", "王二", "李三")]
    who = await all_powers(platform, tenant, people[0].id)
    actor = Actor(people[0].id, f"{tenant.name}书记", "test")
    return Side(platform, tenant, replace(who, actor=actor), branch, [one.id for one in people])

"""The goals of a year: said by one side, taken over or said otherwise by the others, agreed once all say the same."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import not_found
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import Event, publish
from zhibu_core.spaces.copies import copies_of, read_copies
from zhibu_core.spaces.models import SpaceCopy, SpaceParty
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import WRITE_PLAN, require
from zhibu_partnership.joint.keeping import own_party
from zhibu_partnership.models import Plan
from zhibu_partnership.plan.keeping import tell, terms_for
from zhibu_partnership.plan.sharing import PLAN_KIND, TASK_KIND
from zhibu_partnership.plan.words import TITLES, Goals, goals_in

RECORD_TYPE = "partnership_plan"
MOST_COPIES = 1_000


async def set_goals(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    space_id: uuid.UUID,
    year: int,
    goals: Goals,
    *,
    organization: str = "",
) -> Plan:
    """Says for our side what the year is for; tells the others. Raises as `terms_for`, `Forbidden`, `InvalidInput` by field."""
    await terms_for(session, who, space_id, year)
    found = goals.tidy()
    query = select(Plan).where(Plan.space_id == space_id, Plan.year == year).with_for_update()
    plan: Plan | None = await session.scalar(query)
    place = await _place(session, space_id, plan, organization)
    require(who, WRITE_PLAN, place.path)
    fields = [name for name in TITLES if plan is None or getattr(plan, name) != getattr(found, name)]
    is_new = plan is None
    if plan is None:
        by = who.actor.person_id if who.actor else None
        plan = Plan(
            id=new_id(),
            space_id=space_id,
            year=year,
            organization_id=place.id,
            agreed=None,
            agreed_on=None,
            written_by=by,
        )
        session.add(plan)
    if not fields:
        return plan
    for name in fields:
        setattr(plan, name, getattr(found, name))
    await session.flush()
    await note(session, who, WRITE_PLAN, RECORD_TYPE, plan.id, fields=fields)
    await publish(session, f"partnership.plan.{'written' if is_new else 'changed'}", RECORD_TYPE, plan.id)
    await tell(platform, session, who, space_id, PLAN_KIND, plan.id, place.path)
    await agree_where_same(session, who, plan)
    return plan


async def take_over(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    space_id: uuid.UUID,
    year: int,
    *,
    side: str = "",
    organization: str = "",
) -> Plan:
    """Says what another side says (by its tenant's slug; empty: the only one that says something), whereby we agree. Raises as
    `set_goals`, and `NotFound` where nobody says anything.
    """
    said = await plans_said(session, who, space_id, year)
    named = select(SpaceParty.party).where(SpaceParty.space_id == space_id, SpaceParty.slug == side)
    chosen = set(await session.scalars(named)) if side else said.keys()
    copies = [copy for party, copy in said.items() if party in chosen]
    if len(copies) != 1:
        raise not_found(Words("对方的年度计划", "plan of the other side"), str(year))
    (copy,) = copies
    await read_copies(session, who, [copy])
    return await set_goals(platform, session, who, space_id, year, goals_in(copy.record), organization=organization)


def goals_of(plan: Plan) -> Goals:
    """What our side says."""
    return Goals(**{name: getattr(plan, name) for name in TITLES})


async def agree_where_same(session: AsyncSession, who: Scope, plan: Plan) -> bool:
    """Notes that the goals are agreed where every other side says the same as we do; what was agreed before stays otherwise."""
    goals = goals_of(plan)
    said = await plans_said(session, who, plan.space_id, plan.year)
    parties = select(SpaceParty.party).where(SpaceParty.space_id == plan.space_id, SpaceParty.is_own.is_(False))
    others = set(await session.scalars(parties))
    if not others or any(one not in said or goals_in(said[one].record) != goals for one in others):
        return False
    if plan.agreed == goals.values():
        return True
    plan.agreed, plan.agreed_on = goals.values(), who.today
    await session.flush()
    await publish(session, "partnership.plan.agreed", RECORD_TYPE, plan.id)
    return True


async def receive(session: AsyncSession, who: Scope, event: Event) -> None:
    """What came from another side: notes where the goals are the same now, and says that a plan or task came."""
    for copy in await copies_of(session, who, parcel_id=event.object_id, limit=MOST_COPIES):
        if copy.kind == TASK_KIND:
            await publish(session, "partnership.task.received", "space_copy", copy.id)
        if copy.kind != PLAN_KIND:
            continue
        await publish(session, "partnership.plan.received", "space_copy", copy.id)
        query = select(Plan).where(Plan.space_id == copy.space_id, Plan.year == copy.record.get("year"))
        plan = await session.scalar(query.with_for_update())
        if plan is not None:
            await agree_where_same(session, who, plan)


async def plans_said(session: AsyncSession, who: Scope, space_id: uuid.UUID, year: int) -> dict[uuid.UUID, SpaceCopy]:
    """What the other sides say of a year, by tenant; of a tenant with several the newest (one statement)."""
    copies = await copies_of(session, who, space_id=space_id, kind=PLAN_KIND, limit=MOST_COPIES)
    return {one.owner_tenant: one for one in reversed(copies) if one.record.get("year") == year}


async def _place(session: AsyncSession, space_id: uuid.UUID, plan: Plan | None, organization: str) -> Organization:
    if plan is None:
        return await own_party(session, space_id, organization)
    return (await session.scalars(select(Organization).where(Organization.id == plan.organization_id))).one()

"""Which goals of other sides wait for our word: those of a year for which we say nothing, or something else."""

import uuid
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.copies import copies_of
from zhibu_core.spaces.models import Space, SpaceParty
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import WRITE_PLAN
from zhibu_partnership.plan.goals import goals_of
from zhibu_partnership.plan.reading import MOST_COPIES, plans_of
from zhibu_partnership.plan.sharing import PLAN_KIND
from zhibu_partnership.plan.words import goals_in


@dataclass(frozen=True)
class Unanswered:
    """What another side says a year of a partnership is for, and we do not."""

    space_id: uuid.UUID
    year: int
    title: str
    partner: str


async def unanswered_goals(session: AsyncSession, who: Scope) -> list[Unanswered]:
    """The goals of other sides to which the asker may agree (three statements; one where there are none)."""
    copies = await copies_of(session, who, kind=PLAN_KIND, limit=MOST_COPIES) if who.may(WRITE_PLAN) else []
    if not copies:
        return []
    ours = {(one.space_id, one.year): goals_of(one) for one in await plans_of(session, who)}
    query = (
        select(Space.id, SpaceParty.party, Space.title, SpaceParty.tenant_name)
        .join(SpaceParty, and_(SpaceParty.tenant_id == Space.tenant_id, SpaceParty.space_id == Space.id))
        .where(Space.id.in_({one.space_id for one in copies}))
    )
    names = {(space, party): (title, name) for space, party, title, name in await session.execute(query)}
    return [
        Unanswered(one.space_id, one.record["year"], *names[one.space_id, one.owner_tenant])
        for one in copies
        if isinstance(one.record.get("year"), int)
        and (one.space_id, one.owner_tenant) in names
        and ours.get((one.space_id, one.record["year"])) != goals_in(one.record)
    ]

"""What came of partnerships, year by year, counted from the records that count: never a ranking, only one's own past."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, cast, extract, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.spaces.models import Space, SpaceParty
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.joint.facts import COUNTED
from zhibu_partnership.joint.reading import readable
from zhibu_partnership.models import Activity


@dataclass(frozen=True)
class Outcome:
    """A partnership in a year: `held` activities that count, `together` of them confirmed by both sides, `people` of ours there."""

    space_id: uuid.UUID
    title: str
    partners: tuple[str, ...]
    year: int
    held: int
    together: int
    people: int


async def outcomes_of(session: AsyncSession, who: Scope, *, space_id: uuid.UUID | None = None) -> list[Outcome]:
    """By partnership, its years from the newest; of the records that the asker may read (two statements)."""
    year = cast(extract("year", Activity.held_on), Integer)
    here = (Organization.tenant_id == Activity.tenant_id) & (Organization.id == Activity.organization_id)
    query = (
        select(
            Activity.space_id,
            Space.title,
            year.label("year"),
            func.count().label("held"),
            func.count().filter(Activity.state == "settled").label("together"),
            func.sum(Activity.people).label("people"),
        )
        .join(Organization, here)
        .join(Space, (Space.tenant_id == Activity.tenant_id) & (Space.id == Activity.space_id))
        .where(Activity.state.in_(COUNTED), readable(who))
        .group_by(Activity.space_id, Space.title, year)
        .order_by(Space.title, Activity.space_id, year.desc())
    )
    rows: Any = await session.execute(query if space_id is None else query.where(Activity.space_id == space_id))
    found = list(rows)
    partners = await _partners(session, {row.space_id for row in found})
    return [
        Outcome(
            row.space_id, row.title, partners.get(row.space_id, ()), row.year, row.held, row.together, int(row.people)
        )
        for row in found
    ]


async def _partners(session: AsyncSession, spaces: set[uuid.UUID]) -> dict[uuid.UUID, tuple[str, ...]]:
    query = select(SpaceParty.space_id, SpaceParty.tenant_name).where(
        SpaceParty.space_id.in_(spaces), SpaceParty.is_own.is_(False)
    )
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for space, name in await session.execute(query.distinct().order_by(SpaceParty.tenant_name)):
        found[space] = (*found.get(space, ()), name)
    return found

"""Which branch a page is about: the one that the address names, else the asker's own."""

import datetime as dt
import uuid
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import NotFound
from zhibu_core.organization.kinds import BRANCH_TYPES
from zhibu_core.organization.models import Organization
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.reading import within


async def branch_named(session: AsyncSession, who: Scope, code: str | None, action: str) -> Organization | None:
    """The branch of this code; without a code the asker's own, or the only one in reach; None where one must choose.

    Raises `NotFound` alike for a code that is unknown, another tenant's, no branch's, or out of reach.
    """
    if code:
        found = await session.scalar(_branches(who, action).where(Organization.code == code))
        if found is None:
            raise NotFound(
                "not_found",
                Words("没有找到这个党支部。请核对后重试。", "There is no such branch. Check it and try again."),
            )
        return found
    query = _branches(who, action).limit(2)
    if own := own_branches(who, action):
        found = await session.scalar(query.where(Organization.id.in_(own)))
        if found is not None:
            return found
    rows = list(await session.scalars(query))
    return rows[0] if len(rows) == 1 else None


async def branch_of_id(session: AsyncSession, who: Scope, organization_id: uuid.UUID, action: str) -> Organization:
    """The branch of this id, for somebody who holds the action there; raises `NotFound`."""
    found = await session.scalar(_branches(who, action).where(Organization.id == organization_id))
    if found is None:
        raise NotFound(
            "not_found", Words("没有找到这个党支部。请核对后重试。", "There is no such branch. Check it and try again.")
        )
    return found


async def branches_in_reach(session: AsyncSession, who: Scope, action: str) -> Sequence[Organization]:
    """All branches where the asker holds the action, in the order of the tree."""
    return list(await session.scalars(_branches(who, action).order_by(Organization.path)))


def own_branches(who: Scope, action: str) -> list[uuid.UUID]:
    """The nodes at which the asker holds the action by a role of the node itself, else the branch of the member."""
    nodes = [grant.node_id for grant in who.grants if action in grant.actions and grant.node_id is not None]
    if who.actor and who.actor.branch_id in nodes:
        return [who.actor.branch_id] if who.actor.branch_id else []
    return nodes[:1] or ([who.actor.branch_id] if who.actor and who.actor.branch_id else [])


def local(who: Scope, moment: dt.datetime) -> dt.datetime:
    """A stored instant in the tenant's zone."""
    return moment.astimezone(ZoneInfo(who.tenant.zone))


def _branches(who: Scope, action: str) -> Select[Organization]:
    return select(Organization).where(
        within(who, action), Organization.kind.in_(BRANCH_TYPES), Organization.abolished_on.is_(None)
    )

"""Which branch and which period a page of the portrait is about: those that the address names, else the asker's own."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.actions import READ
from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.organization.kinds import BRANCH_TYPES
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.periods import Period, add_months, parse_period, unit_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

OFFERED = 8


async def branch_named(session: AsyncSession, who: Scope, code: str | None) -> Organization | None:
    """The branch of this code, else the asker's own, else the only one in reach; None where one must choose.

    Raises `NotFound` alike for a code that is unknown, another tenant's, no branch's, or out of reach.
    """
    query = _branches(who)
    if code:
        found = await session.scalar(query.where(Organization.code == code))
        if found is None:
            raise NotFound(
                "not_found",
                Words("没有找到这个党支部。请核对后重试。", "There is no such branch. Check it and try again."),
            )
        return found
    own = [grant.node_id for grant in who.grants if READ in grant.actions and grant.node_id is not None]
    if who.actor and who.actor.branch_id and (not own or who.actor.branch_id in own):
        own = [who.actor.branch_id]
    whole = "" in who.paths(READ)
    if own and not whole and (mine := await session.scalar(query.where(Organization.id.in_(own)).limit(1))) is not None:
        return mine
    rows = list(await session.scalars(query.limit(2)))
    return rows[0] if len(rows) == 1 else None


async def branches_in_reach(session: AsyncSession, who: Scope) -> Sequence[Organization]:
    """All branches whose portraits the asker may read, in the order of the tree (one statement)."""
    return list(await session.scalars(_branches(who).order_by(Organization.path)))


def period_asked(text: str | None, today: dt.date) -> Period:
    """The period of the address, else the last whole quarter; raises `InvalidInput` for none and for one to come."""
    if not text:
        return last_quarter(today)
    period = parse_period(text)
    if period.start > today:
        raise InvalidInput(
            "period_to_come",
            Words(
                f"{text} 还没有开始，没有画像。请换一个时段。",
                f"{text} has not begun, so it has no portrait. Choose another period.",
            ),
            field="period",
        )
    return period


def last_quarter(today: dt.date) -> Period:
    """The last quarter that is over."""
    return quarter_before(unit_of("quarter", today))


def quarter_before(period: Period) -> Period:
    """The quarter before the one in which a period begins."""
    return unit_of("quarter", add_months(unit_of("quarter", period.start).start, -3))


def periods_offered(today: dt.date, chosen: Period) -> list[Period]:
    """The running quarter and those before it, newest first, and the chosen period where it is another."""
    found = [unit_of("quarter", today)]
    while len(found) <= OFFERED:
        found.append(quarter_before(found[-1]))
    return found if chosen in found else [chosen, *found]


def _branches(who: Scope) -> Select[Organization]:
    where = in_subtrees(Organization.path, who.paths(READ))
    return select(Organization).where(where, Organization.kind.in_(BRANCH_TYPES), Organization.abolished_on.is_(None))

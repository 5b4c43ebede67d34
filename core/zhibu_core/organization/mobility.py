"""That a member lives elsewhere for a while without moving the membership (domain.md 7.3), and is home again; both audited."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.organization.people import Membership
from zhibu_core.tallies.members import count_members
from zhibu_core.tenancy.scope import Scope


@dataclass(frozen=True)
class Whereabouts:
    """Whether a member is away, and where."""

    is_mobile: bool
    mobile_to: str | None = None


async def move(session: AsyncSession, who: Scope, person_id: uuid.UUID, to: Whereabouts) -> Whereabouts | None:
    """Says on the current membership where the member is, and counts the branch anew; what it said before.

    None, and nothing is written, for somebody who has no current membership.
    """
    query = select(Membership).where(Membership.person_id == person_id, Membership.until.is_(None))
    membership = await session.scalar(query.with_for_update())
    if membership is None:
        return None
    before = Whereabouts(membership.is_mobile, membership.mobile_to)
    if before == to:
        return before
    membership.is_mobile, membership.mobile_to = to.is_mobile, to.mobile_to
    await session.flush()
    await count_members(session, [membership.organization_id])
    await note(session, who, "member.move", "person", person_id, fields=["is_mobile", "mobile_to"])
    return before

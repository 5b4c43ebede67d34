"""A member of the university's branch who is with the enterprise's branch since September, made by what pages and commands call."""

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.identity.models import RoleGrant
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.attachment.marks import mark_guest, meetings_of
from zhibu_partnership.attachment.offering import Offer, offer
from zhibu_partnership.attachment.reading import case_of
from zhibu_partnership.attachment.stepping import accept, receive
from zhibu_partnership.joint.recording import members_of

if TYPE_CHECKING:
    from zhibu_demo.partnering import Side

FROM, UNTIL = dt.date(2026, 9, 7), dt.date(2027, 2, 28)
MARKED = ("present", "present", "late", "leave")


async def lend(home: "Side", host: "Side", space: uuid.UUID, carry: Callable[[Platform], Awaitable[None]]) -> None:
    """Offers, accepts, takes in, and marks the attendance at the last meetings of the host branch."""
    case: uuid.UUID = await home.do(_offer, space, home.branch.id)
    await carry(home.platform)
    await host.do(accept, case, contact="车间党支部组织委员", reach="内线 8012")
    await host.do(receive, case, FROM)
    await host.do(_mark, case)
    await carry(home.platform)


async def _offer(
    platform: Platform, session: AsyncSession, who: Scope, space: uuid.UUID, branch: uuid.UUID
) -> uuid.UUID:
    """The last member on the branch's list who holds no role anywhere."""
    place = (await session.scalars(select(Organization).where(Organization.id == branch))).one()
    busy = set(await session.scalars(select(RoleGrant.person_id)))
    person = [one.id for one in await members_of(session, place) if one.id not in busy][-1]
    made = await offer(platform, session, who, space, Offer(person, FROM, UNTIL, "到企业实习半年"))
    return made.id


async def _mark(platform: Platform, session: AsyncSession, who: Scope, case: uuid.UUID) -> None:
    here = await case_of(session, who, case)
    for meeting, mark in zip(await meetings_of(session, here.case), MARKED, strict=False):
        await mark_guest(platform, session, who, case, meeting.record_id, mark)

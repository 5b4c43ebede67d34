"""What the plugin does when a case moves on, whoever moved it, and when a host says how a member of ours attended."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.events import Event
from zhibu_core.spaces.cases.closing import OBJECT
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.attachment.effects import settle
from zhibu_partnership.attachment.marks import receive_marks
from zhibu_partnership.attachment.sharing import KIND


async def heed(session: AsyncSession, who: Scope, event: Event) -> None:
    """Brings our member's whereabouts into line with the case of the event, and counts what a host marked."""
    if event.topic == "space.received":
        await receive_marks(session, who, event)
    if event.object_type == OBJECT:
        query = select(SpaceCase).where(SpaceCase.id == event.object_id, SpaceCase.kind == KIND)
        case = await session.scalar(query.with_for_update())
        if case is not None:
            await settle(session, who, case)

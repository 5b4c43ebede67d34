"""The one place that says when an agreement holds, and with it when another tenant's record may be read."""

import datetime as dt
import uuid

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from zhibu_core.spaces.models import Space, SpaceCopy, SpaceVersion
from zhibu_core.tenancy.scope import Scope


def in_force(today: dt.date) -> ColumnElement[bool]:
    """Whether this tenant's own copy of the agreement is signed by all, closed by nobody, and within its term."""
    return and_(Space.state == "in_force", Space.starts_on <= today, Space.ends_on >= today)


def readable(who: Scope) -> ColumnElement[bool]:
    """Whether a copy, joined with its space, may be read here today: the agreement holds, the copy has not expired, and the
    plugin whose kind it is of is switched on.
    """
    return and_(in_force(who.today), SpaceCopy.expires_on >= who.today, SpaceCopy.plugin.in_(sorted(who.plugins)))


async def holding(session: AsyncSession, who: Scope, space_id: uuid.UUID) -> SpaceVersion | None:
    """The version that holds today; None where none does."""
    joined = and_(Space.tenant_id == SpaceVersion.tenant_id, Space.in_force_id == SpaceVersion.id)
    query = select(SpaceVersion).join(Space, joined).where(Space.id == space_id, in_force(who.today))
    found: SpaceVersion | None = await session.scalar(query)
    return found

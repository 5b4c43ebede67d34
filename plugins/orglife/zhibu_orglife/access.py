"""Finds what a service acts on, locked against others, and says no to those who may not."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import NotFound
from zhibu_core.organization.models import Organization
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.actions import READ
from zhibu_orglife.models import Meeting


async def organization_for(
    session: AsyncSession, scope: Scope, organization_id: uuid.UUID, action: str
) -> Organization:
    """The organization, for somebody who holds `action` there; its records are written by one at a time.

    Raises `NotFound` where the asker may not even read, `Forbidden` where only `action` is missing.
    """
    scope.person()
    found = await locked_organization(session, organization_id)
    if found is None or not scope.may(READ, found.path):
        raise NotFound(
            "not_found",
            Words("没有找到这个党组织。请核对后重试。", "There is no such organization. Check it and try again."),
            field="organization",
        )
    scope.require(action, found.path)
    return found


async def locked_organization(session: AsyncSession, organization_id: uuid.UUID) -> Organization | None:
    """The organization; whoever changes records of it waits here for whoever does already."""
    # Without a key's lock, so that rows which refer to the organization can be written meanwhile.
    query = select(Organization).where(Organization.id == organization_id).with_for_update(key_share=True)
    return (await session.scalars(query)).one_or_none()


async def meeting_for(
    session: AsyncSession, scope: Scope, meeting_id: uuid.UUID, action: str
) -> tuple[Meeting, Organization]:
    """The meeting and its organization, both locked; raises as `organization_for` does."""
    scope.person()
    where = await session.scalar(select(Meeting.organization_id).where(Meeting.id == meeting_id))
    if where is None:
        raise meeting_not_found()
    try:
        organization = await organization_for(session, scope, where, action)
    except NotFound:
        raise meeting_not_found() from None
    return await fresh_meeting(session, meeting_id), organization


async def fresh_meeting(session: AsyncSession, meeting_id: uuid.UUID) -> Meeting:
    """The meeting as it is now; to be asked when its organization is locked."""
    query = select(Meeting).where(Meeting.id == meeting_id)
    return (await session.scalars(query, execution_options={"populate_existing": True})).one()


def meeting_not_found() -> NotFound:
    """The one answer for a meeting that is not there, is another tenant's, or may not be read."""
    return NotFound(
        "not_found",
        Words("没有找到这次活动。请核对后重试。", "There is no such meeting. Check it and try again."),
        field="meeting",
    )


def instant(scope: Scope, moment: dt.datetime) -> dt.datetime:
    """The moment in the tenant's zone; one without a zone is taken to be of that zone."""
    zone = ZoneInfo(scope.tenant.zone)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)

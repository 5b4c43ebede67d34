"""The plugin fits the contract."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import zhibu_orglife.plugin
from zhibu_core.organization.people import Membership
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.content import Minutes, RollEntry
from zhibu_orglife.recording import record_meeting
from zhibu_testing.conformance import PluginContract

HELD = dt.datetime(2026, 10, 20, 14, 0)


class TestContract(PluginContract):
    plugin = zhibu_orglife.plugin

    async def write_something(self, session: AsyncSession, scope: Scope, organization_id: uuid.UUID) -> None:
        people = await session.scalars(
            select(Membership.person_id).where(Membership.organization_id == organization_id)
        )
        minutes = Minutes(
            organization_id=organization_id,
            kinds=("theme_day",),
            starts_at=HELD,
            ends_at=HELD + dt.timedelta(minutes=90),
            place="理学楼402室",
            chair="王一",
            topic="安全生产",
            roll=tuple(RollEntry(person) for person in people),
        )
        await record_meeting(session, scope, minutes)

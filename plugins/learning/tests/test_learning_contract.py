"""The plugin fits the contract."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import zhibu_learning.plugin
from zhibu_core.organization.people import Membership
from zhibu_core.tenancy.scope import Scope
from zhibu_learning.training import TrainingDraft, record_training
from zhibu_testing.conformance import PluginContract


class TestContract(PluginContract):
    plugin = zhibu_learning.plugin

    async def write_something(self, session: AsyncSession, scope: Scope, organization_id: uuid.UUID) -> None:
        query = select(Membership.person_id).where(Membership.organization_id == organization_id)
        for person in (await session.scalars(query)).all():
            await record_training(session, scope, person, TrainingDraft(scope.today, 2.0, "theory", "session"))

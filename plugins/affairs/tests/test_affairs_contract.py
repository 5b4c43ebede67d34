"""The plugin fits the contract."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import zhibu_affairs.plugin
from zhibu_affairs.models import DuesEntry
from zhibu_core.organization.people import Membership
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_testing.conformance import PluginContract


class TestContract(PluginContract):
    plugin = zhibu_affairs.plugin

    async def write_something(self, session: AsyncSession, scope: Scope, organization_id: uuid.UUID) -> None:
        query = select(Membership.person_id).where(Membership.organization_id == organization_id)
        month = scope.today.replace(day=1)
        for person in (await session.scalars(query)).all():
            entry = DuesEntry(id=new_id(), person_id=person, organization_id=organization_id, month=month, way="")
            session.add(entry)

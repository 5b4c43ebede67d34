"""The plugin fits the contract."""

import datetime as dt
import uuid

from sqlalchemy.ext.asyncio import AsyncSession

import zhibu_partnership.plugin
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.drafts import EntryDraft
from zhibu_partnership.entries import write_entry
from zhibu_testing.conformance import PluginContract


class TestContract(PluginContract):
    plugin = zhibu_partnership.plugin

    async def write_something(self, session: AsyncSession, scope: Scope, organization_id: uuid.UUID) -> None:
        until = scope.today + dt.timedelta(days=30)
        await write_entry(session, scope, EntryDraft(organization_id, "need", "lecture", "党史讲座", until))

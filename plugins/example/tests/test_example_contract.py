"""The plugin fits the contract."""

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

import zhibu_example.plugin
from zhibu_core.tenancy.scope import Scope
from zhibu_example.notes import NoteDraft, record_note
from zhibu_testing.conformance import PluginContract


class TestContract(PluginContract):
    plugin = zhibu_example.plugin
    derived = frozenset({"example_book"})

    async def write_something(self, session: AsyncSession, scope: Scope, organization_id: uuid.UUID) -> None:
        await record_note(session, scope, NoteDraft(organization_id, scope.today, "实践论"))

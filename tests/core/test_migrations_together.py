"""Processes that start together on an empty database: one migrates, the others wait, and all find it whole."""

import asyncio
import uuid

import asyncpg
import pytest

from zhibu_core.boot import make_ready, pending_of, prepare_and_migrate
from zhibu_core.database.access import Server
from zhibu_core.errors import Unavailable
from zhibu_core.plugins.host import PluginHost
from zhibu_testing.fixtures import TestDatabase


async def test_two_that_start_together_do_not_collide(test_database: TestDatabase) -> None:
    admin = await asyncpg.connect(test_database.server.admin)
    name, host = f"zhibu_together_{uuid.uuid4().hex[:8]}", PluginHost.discover()
    await admin.execute(f'create database "{name}"')
    server = Server(test_database.server.admin_for(name))
    try:
        changed = await asyncio.gather(*(prepare_and_migrate(server, host, only_if_behind=True) for _ in range(2)))
        assert sorted(map(bool, changed)) == [False, True], "one did it all"
        assert await pending_of(server, host) == []
        await _refuses_a_leak(server, host)
    finally:
        await admin.execute(f'drop database "{name}" with (force)')
        await admin.close()


async def _refuses_a_leak(server: Server, host: PluginHost) -> None:
    """What serves audits the catalog at every start, migrated or not; a command does not."""
    owner = await asyncpg.connect(server.admin)
    await owner.execute("alter table person no force row level security")
    await make_ready(server, host, service=False)
    with pytest.raises(Unavailable, match="person"):
        await make_ready(server, host, service=True)
    await owner.execute("alter table person force row level security")
    await make_ready(server, host, service=True)
    await owner.close()

"""Processes that start together on an empty database: one migrates, the others wait, and all find it whole."""

import asyncio
import uuid

import asyncpg

from zhibu_core.boot import pending_of, prepare_and_migrate
from zhibu_core.database.access import Server
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
    finally:
        await admin.execute(f'drop database "{name}" with (force)')
        await admin.close()

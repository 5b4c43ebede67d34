"""The bench's own database: a temporary embedded server, migrated, with tenants opened as benches ask."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from zhibu_core.boot import prepare_and_migrate
from zhibu_core.database.access import DATABASE, OWNER, RUNTIME, Server
from zhibu_core.database.opening import database_for
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings
from zhibu_core.tenancy.limits import COMMAND
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.tenancy.session import Database
from zhibu_demo.worlds import TODAY, WORLDS
from zhibu_tenants.provisioning import create_tenant


@dataclass
class World:
    """A platform on the bench's database; `university` is set once the import bench has loaded it."""

    platform: Platform
    server: Server
    university: Tenant | None = None

    async def tenant(self, preset: str = "university") -> Tenant:
        """A fresh empty tenant."""
        return await create_tenant(self.platform, f"bench-{uuid.uuid4().hex[:8]}", "基准", preset, today=TODAY)

    async def scope(self, tenant: Tenant) -> Scope:
        """The operator's scope in a tenant."""
        async with self.platform.database.session(tenant.id) as session:
            return await self.platform.scopes.scope(session, tenant, None, client="bench")


@asynccontextmanager
async def make_world(folder: Path, *, buffers: str = Settings.postgres_buffers) -> AsyncIterator[World]:
    """A world that is gone when the block ends. The API counts no points."""
    settings = Settings(data=folder / "data", graphql_points=None, postgres_buffers=buffers)
    host = PluginHost.discover()
    host.check_parts()
    async with database_for(settings) as server:
        await prepare_and_migrate(server, host)
        platform = Platform(
            settings, host, Database(server.dsn_for(RUNTIME), pool_size=4, limits=COMMAND), server.dsn_for(OWNER)
        )
        try:
            yield World(platform, server)
        finally:
            await platform.close()


@asynccontextmanager
async def copy_of(world: World, name: str) -> AsyncIterator[Platform]:
    """The same platform on a copy of the world's database, made as PostgreSQL makes databases: file by file.

    It is dropped at the end: what the server still does to it would be measured with what comes next.
    """
    await world.platform.database.close()  # nobody may be connected to what is copied
    await as_administrator(world, f'create database "{name}" template "{DATABASE}"', "postgres")
    of = world.platform
    platform = Platform(of.settings, of.host, Database(world.server.dsn_for(RUNTIME, database=name), pool_size=4))
    try:
        yield platform
    finally:
        await platform.close()
        await as_administrator(world, f'drop database "{name}" with (force)', "postgres")


async def as_administrator(world: World, statement: str, database: str = DATABASE) -> None:
    """Runs something that the runtime role may not."""
    connection = await asyncpg.connect(world.server.admin_for(database))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def workbooks(preset: str = "university") -> list[Path]:
    """The seven workbooks of a demo tenant."""
    return [Path(file) for world in WORLDS if world.preset == preset for file in world.files]

"""The installation that is attacked: one small tenant, somebody who approves, and the processes that serve it."""

import asyncio
import datetime as dt
import random
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from bench.faults.processes import Database, Process, seconds_until_ready, start
from zhibu_core.boot import prepare_and_migrate
from zhibu_core.database.access import OWNER, RUNTIME, Server
from zhibu_core.identity.models import Account, RoleGrant
from zhibu_core.identity.sessions import open_session
from zhibu_core.organization.citizen_id import check_digit
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, sealed_columns
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.tenancy.session import Database as Pool
from zhibu_tenants.life.exporting import export_tenant
from zhibu_tenants.provisioning import create_tenant
from zhibu_testing import factories

TODAY = dt.date(2026, 10, 31)
ISSUER = "https://issuer.test"
BRANCHES, MEMBERS = 3, 6


@dataclass
class World:
    """What the deeds and checks share; `people` by branch, `secret` is the approver's session."""

    settings: Settings
    random: random.Random
    server: Server
    database: Database
    platform: Platform
    tenant: Tenant
    port: int
    people: dict[uuid.UUID, list[uuid.UUID]]
    approver: uuid.UUID
    secret: str
    web: Process
    worker: Process
    archive: Path
    command: Process | None = None
    days: int = 0
    persons: int = 0
    taken: list[str] = field(default_factory=list)
    heals: list[float] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)
    durations: dict[str, float] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the web process listens."""
        return f"http://127.0.0.1:{self.port}"

    async def start_web(self) -> None:
        """Starts the web process and waits until it is ready."""
        self.web = await start(self.settings, "serve", "--no-jobs", "--port", str(self.port))
        await seconds_until_ready(self.address)

    async def start_worker(self) -> None:
        """Starts the worker."""
        self.worker = await start(self.settings, "worker")

    async def administrator(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection that sees every tenant's rows."""
        return await asyncpg.connect(self.server.admin)

    def free_day(self) -> dt.date:
        """A day on which no branch has met yet."""
        self.days += 1
        return TODAY - dt.timedelta(days=self.days)


@asynccontextmanager
async def make_world(folder: Path, seed: int) -> AsyncIterator[World]:
    """A world that is gone when the block ends, its processes too."""
    settings = Settings(data=folder / "data")
    host = PluginHost.discover()
    host.check_parts()
    database = Database(settings)
    try:
        server = database.leases[0].server
        await prepare_and_migrate(server, host)
        platform = Platform(settings, host, Pool(server.dsn_for(RUNTIME), pool_size=4), server.dsn_for(OWNER))
        tenant = await create_tenant(platform, "faults", "故障演练大学", "university", today=TODAY)
        people, approver, secret = await _furnish(platform, tenant)
        await export_tenant(platform, tenant, folder / "archive.zip")
        port = _free_port()
        web = await start(settings, "serve", "--no-jobs", "--port", str(port))
        world = World(
            settings, random.Random(seed), server, database, platform, tenant, port, people, approver, secret,
            web, await start(settings, "worker"), folder / "archive.zip",
        )  # fmt: skip
        try:
            await seconds_until_ready(world.address)
            yield world
        finally:
            await asyncio.gather(world.web.kill(), world.worker.kill())
            await platform.close()
    finally:
        database.close()


async def _furnish(platform: Platform, tenant: Tenant) -> tuple[dict[uuid.UUID, list[uuid.UUID]], uuid.UUID, str]:
    people: dict[uuid.UUID, list[uuid.UUID]] = {}
    cipher = platform.keyring.cipher(tenant.id, COLUMN)
    async with platform.database.session(tenant.id) as session:
        top = await factories.organization(session, "001", kind="committee", name="校党委")
        for number in range(BRANCHES):
            branch = await factories.organization(session, f"00100{number}", parent=top, name=f"第{number}党支部")
            people[branch.id] = []
            for place in range(MEMBERS):
                someone = await factories.member(session, f"示例{number}{place}", branch, number=f"M{number}{place}")
                secrets = PersonSecrets(citizen_id=citizen_id(number * MEMBERS + place))
                for column, value in sealed_columns(cipher, someone.id, secrets).items():
                    setattr(someone, column, value)
                people[branch.id].append(someone.id)
        approver = next(iter(people.values()))[0]
        session.add(Account(id=new_id(), issuer=ISSUER, subject="approver", person_id=approver))
        session.add(RoleGrant(id=new_id(), person_id=approver, role="organizer", node_id=None, since=TODAY))
        await session.flush()
        opened = await open_session(session, ISSUER, "approver")
    return people, approver, opened.secret


def citizen_id(number: int) -> str:
    """A synthetic one: the prefix 99 is nobody's."""
    first = f"990101{1950 + number // 300 % 50:04}0101{number % 1000:03}"
    return first + check_digit(first)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port

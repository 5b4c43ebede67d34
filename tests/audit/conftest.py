"""An administrator's connection that row security does not hold, for those who tamper; and a platform with anchors of its own."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest_asyncio

from zhibu_core.audit import note
from zhibu_core.audit.seals import seal_tenant
from zhibu_core.audit.verifying import Report, verify_tenant
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_testing.fixtures import Parties, TestDatabase, all_powers, owner_dsn

Connection = asyncpg.Connection


@dataclass
class Ledger:
    """A tenant's audit under test, with a clock of its own."""

    platform: Platform
    tenant: Tenant
    scope: Scope
    admin: Connection
    now: dt.datetime

    async def deeds(self, count: int, action: str = "member.unmask") -> list[uuid.UUID]:
        """Rows as deeds leave them; returns their ids in order."""
        objects = [new_id() for _ in range(count)]
        async with self.platform.database.session(self.tenant.id) as session:
            for each in objects:
                await note(session, self.scope, action, "person", each, fields=["phone"], purpose="核对")
        found = await self.admin.fetch(
            "select id from audit_entry where tenant_id = $1 and object_id = any($2) order by at, id",
            self.tenant.id,
            objects,
        )
        return [row["id"] for row in found]

    async def seal(self) -> int:
        """One pass of the sealer, a minute after the last."""
        self.now += dt.timedelta(minutes=1)
        return await seal_tenant(self.platform, self.tenant.id, now=self.now)

    async def verify(self, later: dt.timedelta = dt.timedelta()) -> Report:
        """The check."""
        return await verify_tenant(self.platform, self.tenant.id, now=self.now + later)

    async def three_seals(self) -> list[list[uuid.UUID]]:
        """Three sealed batches of four rows, after what opening the tenant left."""
        await self.seal()
        batches = []
        for _ in range(3):
            batches.append(await self.deeds(4))
            await self.seal()
        return batches


@pytest_asyncio.fixture(loop_scope="session")
async def guarded(test_database: TestDatabase, tmp_path: Path, platform: Platform) -> AsyncIterator[Platform]:
    """The platform's database with keys and anchors of this test's own, and the owner's address."""
    settings = dataclasses.replace(test_database.settings, data=tmp_path)
    yield Platform(settings, platform.host, platform.database, owner_dsn(test_database))


@pytest_asyncio.fixture(loop_scope="session")
async def ledger(guarded: Platform, parties: Parties, test_database: TestDatabase) -> AsyncIterator[Ledger]:
    """The home tenant's audit."""
    admin = await asyncpg.connect(test_database.server.admin_for(test_database.name))
    scope = await all_powers(guarded, parties.home)
    yield Ledger(guarded, parties.home, scope, admin, dt.datetime.now(dt.UTC))
    await admin.close()

"""Somebody who may do everything in the home tenant, and a neighbour; an application that they ask."""

import io
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from zhibu_core.platform import Platform
from zhibu_core.storage.keeping import Belongs, keep_file
from zhibu_core.storage.models import File, FileObject
from zhibu_core.storage.port import prefix_of
from zhibu_core.tenancy.scope import Scope
from zhibu_testing.fixtures import Parties, all_powers

PDF = b"%PDF-1.7\n" + b"minutes of the meeting\n" * 4000


@dataclass
class Desk:
    """One tenant's files as a test handles them."""

    platform: Platform
    who: Scope
    folder: Path

    @property
    def tenant(self) -> uuid.UUID:
        """The tenant's id."""
        return self.who.tenant.id

    async def keep(self, content: bytes = PDF, name: str = "纪要.pdf") -> File:
        """Keeps a file that belongs to something of core's."""
        belongs = Belongs("core.test", uuid.uuid4(), "file.upload")
        return await keep_file(self.platform, self.who, io.BytesIO(content), name, belongs)

    async def stored(self) -> list[str]:
        """Names of everything of the tenant in the store."""
        return [one.name async for one in self.platform.store.below(prefix_of(self.tenant))]

    def path(self, name: str) -> Path:
        """The file behind a name."""
        return self.folder / name

    async def count(self, model: type) -> int:
        """Rows of the tenant."""
        async with self.platform.database.session(self.tenant) as session:
            return await session.scalar(select(func.count()).select_from(model)) or 0

    async def the_object(self) -> FileObject:
        """The tenant's only object."""
        async with self.platform.database.session(self.tenant) as session:
            return (await session.scalars(select(FileObject))).one()


@pytest_asyncio.fixture
async def desk(platform: Platform, parties: Parties) -> Desk:
    """The home tenant's."""
    return await _desk(platform, await all_powers(platform, parties.home))


@pytest_asyncio.fixture
async def neighbour(platform: Platform, parties: Parties) -> Desk:
    """The neighbour's."""
    return await _desk(platform, await all_powers(platform, parties.neighbour))


async def _desk(platform: Platform, who: Scope) -> Desk:
    return Desk(platform, who, platform.settings.data / "files")


@pytest.fixture
def pdf() -> bytes:
    """A small PDF, as far as anybody can tell by its beginning."""
    return PDF

"""Reads every file of a tenant anew and names those that are damaged or missing."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from zhibu_core.platform import Platform
from zhibu_core.storage.models import File, FileObject
from zhibu_core.storage.objects import reader_of
from zhibu_core.storage.sealing import Damaged


@dataclass(frozen=True)
class Fault:
    """A file whose content cannot be read as it was uploaded; `what` is missing or damaged."""

    file_id: uuid.UUID
    name: str
    what: str


@dataclass(frozen=True)
class Checked:
    """How many contents were read, and what was wrong."""

    contents: int
    faults: tuple[Fault, ...]


async def check_tenant(platform: Platform, tenant: uuid.UUID) -> Checked:
    """Every content is opened and hashed; files without an object are missing."""
    async with platform.database.session(tenant) as session:
        held = {row.sha256: row for row in await session.scalars(select(FileObject))}
        query = select(File).where(File.state != "refused", File.withdrawn_at.is_(None)).order_by(File.id)
        files = list(await session.scalars(query))
    stored = {one.name async for one in platform.store.below(f"tenants/{tenant}/objects/")}
    wrong: dict[str, str] = {}
    for digest, row in held.items():
        if row.name not in stored:
            wrong[digest] = "missing"
        elif not await _is_what_it_says(platform, row):
            wrong[digest] = "damaged"
    wrong |= {file.sha256: "missing" for file in files if file.sha256 not in held}
    return Checked(len(held), tuple(Fault(f.id, f.name, wrong[f.sha256]) for f in files if f.sha256 in wrong))


async def _is_what_it_says(platform: Platform, row: FileObject) -> bool:
    digest = sha256()
    try:
        async for block in _content(platform, row):
            digest.update(block)
    except Damaged:
        return False
    return digest.hexdigest() == row.sha256


def _content(platform: Platform, row: FileObject) -> AsyncIterator[bytes]:
    return reader_of(platform, row).read()

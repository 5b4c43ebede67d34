"""Contents as objects: one for each content of a tenant, sealed with a key of its own that the tenant's key seals."""

import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.storage.models import FileObject
from zhibu_core.storage.port import objects_of
from zhibu_core.storage.sealing import Damaged, Seal, damaged, new_key, opened, sealed
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import instant_of, tenant_of

KEY, NAME = "file_object.key", "file_object.name"


@dataclass(frozen=True)
class Content:
    """What a content is known by: SHA-256 in hexadecimal and size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Made:
    """An object that was just put, with its key; it replaces the damaged one of the name `instead_of`, if any."""

    id: uuid.UUID
    name: str
    suite: str
    key: bytes = field(repr=False)
    instead_of: str | None = None


async def put_object(
    platform: Platform, tenant: uuid.UUID, content: Content, blocks: Callable[[], AsyncIterator[bytes]]
) -> Made | None:
    """Seals and puts the content; None where the tenant has it already and it is whole.

    No name is ever used twice, so that whoever deletes one deletes nothing else.
    """
    async with platform.database.session(tenant) as session:
        found = await _object(session, content.sha256)
    if found is not None and await is_whole(platform, found):
        return None
    keys, object_id = platform.keyring, new_id()
    index = keys.cipher(tenant, NAME).index(content.sha256).hex()
    suite = keys.keys_of(tenant).data[-1].suite
    name, key = f"{objects_of(tenant)}{index[:2]}/{index}-{object_id.hex[-12:]}", new_key(suite)
    await platform.store.put(name, sealed(Seal(suite, key, object_id), blocks()))
    return Made(object_id, name, suite, key, found.name if found else None)


async def claim_object(
    platform: Platform, session: AsyncSession, content: Content, made: Made | None
) -> tuple[bool, bool]:
    """Writes or finds the content's row and holds it until the transaction ends: whether there is one, whether it is `made`."""
    found = await _object(session, content.sha256, locked=True)
    if made is None:
        return found is not None, False
    if found is None:
        # Sealed only now: a rotation of keys may have come while the content was put.
        key = platform.keyring.cipher(tenant_of(session), KEY).seal(made.key, made.id)
        row = {"tenant_id": tenant_of(session), "id": made.id, "sha256": content.sha256, "size": content.size}
        row |= {"name": made.name, "suite": made.suite, "key": key, "put_at": instant_of(session)}
        await session.execute(insert(FileObject.__table__).values(row).on_conflict_do_nothing())  # type: ignore[arg-type]
        found = await _object(session, content.sha256, locked=True)
        return found is not None, found is not None and found.id == made.id
    if found.name == made.instead_of:
        await session.delete(found)
        await session.flush()
        return await claim_object(platform, session, content, made)
    return True, False


async def open_object(platform: Platform, session: AsyncSession, sha256: str) -> "Reader":
    """What reads the content; raises `Damaged` where the tenant has no such object."""
    found = await _object(session, sha256)
    if found is None:
        raise damaged()
    return reader_of(platform, found)


@dataclass(frozen=True)
class Reader:
    """Reads one content, from any byte to any other; keeps no connection to the database."""

    platform: Platform
    name: str
    seal: Seal
    size: int

    def read(self, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Bytes from `start` up to, not including, `end`; raises `Damaged`."""
        return opened(self.platform.store, self.name, self.seal, self.size, start, self.size if end is None else end)


def reader_of(platform: Platform, found: FileObject) -> Reader:
    """The reader of this object; raises `Unavailable` where the tenant's key is destroyed or does not fit."""
    key = platform.keyring.cipher(found.tenant_id, KEY).open(found.key, found.id)
    return Reader(platform, found.name, Seal(found.suite, key, found.id), found.size)


async def is_whole(platform: Platform, found: FileObject) -> bool:
    """Whether every chunk of the object can be opened."""
    try:
        async for _ in reader_of(platform, found).read():
            pass
    except Damaged:
        return False
    return True


async def discard(platform: Platform, name: str) -> None:
    """Deletes an object that no row names."""
    await platform.store.delete(name)


async def _object(session: AsyncSession, sha256: str, *, locked: bool = False) -> FileObject | None:
    query = select(FileObject).where(FileObject.sha256 == sha256)
    # For update and not merely for share: a sweep that waits for this must then see the files that were added.
    return await session.scalar(query.with_for_update() if locked else query)

"""What every store of objects must do: one suite, run on a folder and on S3 servers."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest

from zhibu_core.storage.port import ObjectMissing, Store, objects_of, parts_of

MEGABYTE = 1 << 20


class Broken(Exception):
    """The sender is gone."""


async def pieces(*blocks: bytes) -> AsyncIterator[bytes]:
    """The blocks, one after the other, as a request's body comes."""
    for block in blocks:
        await asyncio.sleep(0)
        yield block


class StoreContract:
    """Derive a class named Test… and give it a fixture `store`; each test uses names of its own."""

    @pytest.fixture
    def tenant(self) -> uuid.UUID:
        """A tenant that nobody else has."""
        return uuid.uuid4()

    async def test_what_is_put_is_read_in_any_range(self, store: Store, tenant: uuid.UUID) -> None:
        name = f"{objects_of(tenant)}ab/one"
        assert await store.put(name, pieces(b"0123", b"", b"456789")) == 10
        assert await store.read(name, 0, 10) == b"0123456789"
        assert await store.read(name, 3, 4) == b"3456"
        assert await store.read(name, 8, 100) == b"89"
        assert await store.read(name, 10, 5) == b""
        assert await store.read(name, 2, 0) == b""

    async def test_much_comes_in_parts(self, store: Store, tenant: uuid.UUID) -> None:
        name = f"{objects_of(tenant)}ab/large"
        blocks = [bytes([number]) * (MEGABYTE + number) for number in range(18)]
        whole = b"".join(blocks)
        assert await store.put(name, pieces(*blocks)) == len(whole)
        edge = 8 * MEGABYTE
        assert await store.read(name, edge - 5, 10) == whole[edge - 5 : edge + 5]
        assert await store.read(name, len(whole) - 3, 3) == whole[-3:]

    async def test_a_put_that_breaks_off_leaves_nothing(self, store: Store, tenant: uuid.UUID) -> None:
        async def broken() -> AsyncIterator[bytes]:
            for _ in range(9):
                yield bytes(MEGABYTE)
            raise Broken

        with pytest.raises(Broken):
            await store.put(f"{objects_of(tenant)}ab/half", broken())
        assert [one async for one in store.below(objects_of(tenant))] == []
        with pytest.raises(ObjectMissing):
            await store.read(f"{objects_of(tenant)}ab/half", 0, 1)

    async def test_names_are_listed_by_prefix_in_order(self, store: Store, tenant: uuid.UUID) -> None:
        names = [f"{objects_of(tenant)}ab/b", f"{objects_of(tenant)}ab/a", f"{parts_of(tenant)}x/1"]
        for name in names:
            await store.put(name, pieces(b"12345"))
        await store.put(f"{objects_of(uuid.uuid4())}ab/a", pieces(b"1"))
        found = [one async for one in store.below(objects_of(tenant))]
        assert [(one.name, one.size) for one in found] == [(name, 5) for name in sorted(names[:2])]
        assert [one.name async for one in store.below(f"tenants/{tenant}/")] == sorted(names)

    async def test_deleting_says_whether_there_was_one(self, store: Store, tenant: uuid.UUID) -> None:
        name = f"{objects_of(tenant)}ab/one"
        await store.put(name, pieces(b"1"))
        assert await store.delete(name)
        assert not await store.delete(name)
        with pytest.raises(ObjectMissing):
            await store.read(name, 0, 1)
        assert [one async for one in store.below(objects_of(tenant))] == []

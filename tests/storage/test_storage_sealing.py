"""Sealed objects: any range of any content comes back, and nothing that was changed, moved or cut off does."""

import uuid
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhibu_core.storage.folder import FolderStore
from zhibu_core.storage.sealing import CHUNK, SEALED_CHUNK, Damaged, Seal, new_key, opened, sealed
from zhibu_testing.stores import pieces

NAME = "tenants/t/objects/ab/one"


async def put(store: FolderStore, seal: Seal, content: bytes, cuts: list[int] | None = None) -> Path:
    edges = [0, *sorted(cut % (len(content) + 1) for cut in cuts or []), len(content)]
    blocks = [content[a:b] for a, b in pairwise(edges)]
    await store.put(NAME, sealed(seal, pieces(*blocks)))
    return store.folder / NAME


async def read(store: FolderStore, seal: Seal, size: int, start: int = 0, end: int | None = None) -> bytes:
    found = opened(store, NAME, seal, size, start, size if end is None else end)
    return b"".join([piece async for piece in found])


def seal_of(suite: str = "aes") -> Seal:
    return Seal(suite, new_key(suite), uuid.uuid4())


near = st.builds(
    lambda chunks, off: max(0, chunks * CHUNK + off), st.integers(0, 3), st.sampled_from([-17, -1, 0, 1, 16, 300])
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=near,
    start=near,
    length=near,
    cuts=st.lists(st.integers(0, 4 * CHUNK), max_size=4),
    suite=st.sampled_from(["aes", "aes", "sm4"]),
)
async def test_any_range_of_any_content(
    tmp_path: Path, size: int, start: int, length: int, cuts: list[int], suite: str
) -> None:
    store, seal = FolderStore(tmp_path), seal_of(suite)
    content = bytes(range(251)) * (size // 251 + 1)
    content = content[:size]
    await put(store, seal, content, cuts)
    start = min(start, size)
    end = min(start + length, size)
    assert await read(store, seal, size, start, end) == content[start:end]
    assert await read(store, seal, size) == content


async def test_a_range_reads_only_the_chunks_it_lies_in(tmp_path: Path) -> None:
    store, seal = FolderStore(tmp_path), seal_of()
    path = await put(store, seal, b"a" * CHUNK + b"b" * CHUNK + b"c" * CHUNK)
    whole = bytearray(path.read_bytes())
    whole[10] ^= 1
    path.write_bytes(whole)
    assert await read(store, seal, 3 * CHUNK, CHUNK, 3 * CHUNK) == b"b" * CHUNK + b"c" * CHUNK
    with pytest.raises(Damaged):
        await read(store, seal, 3 * CHUNK, CHUNK - 1, CHUNK + 1)


@pytest.mark.parametrize(
    "deed", ["cut", "swapped", "dropped", "doubled", "emptied", "gone", "other object", "other key"]
)
async def test_what_was_tampered_with_is_said_to_be(tmp_path: Path, deed: str) -> None:
    store, seal = FolderStore(tmp_path), seal_of()
    size = 2 * CHUNK + 5
    path = await put(store, seal, b"a" * CHUNK + b"b" * CHUNK + b"c" * 5)
    whole = path.read_bytes()
    first, second, last = whole[:SEALED_CHUNK], whole[SEALED_CHUNK : 2 * SEALED_CHUNK], whole[2 * SEALED_CHUNK :]
    after = {
        "cut": first + second,
        "swapped": second + first + last,
        "dropped": first + last,
        "doubled": first + first + second + last,
        "emptied": b"",
    }
    if deed in after:
        path.write_bytes(after[deed])
    elif deed == "gone":
        path.unlink()
    elif deed == "other object":
        seal = Seal(seal.suite, seal.key, uuid.uuid4())
    else:
        seal = Seal(seal.suite, new_key(seal.suite), seal.object_id)
    with pytest.raises(Damaged):
        await read(store, seal, size)

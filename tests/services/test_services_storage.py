"""Both S3 servers do what a store must; a tenant's file goes through one whole, and its bytes there say nothing."""

import dataclasses
import io
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from zhibu_core.platform import Platform
from zhibu_core.storage.keeping import Belongs, keep_file
from zhibu_core.storage.objects import open_object
from zhibu_core.storage.port import prefix_of
from zhibu_core.storage.s3 import S3Store, make_bucket
from zhibu_core.storage.settings import StorageSettings
from zhibu_core.storage.sweeping import erase_objects
from zhibu_testing.fixtures import Parties, all_powers
from zhibu_testing.stores import StoreContract


@pytest.fixture(scope="module", params=["minio", "versitygw"])
def storage(request: pytest.FixtureRequest, state_of: Callable[[str], dict[str, Any]]) -> StorageSettings:
    """A new bucket on one of the servers, and a prefix in it."""
    found = state_of(request.param)
    settings = StorageSettings(
        bucket=f"zhibu-{uuid.uuid4().hex[:8]}",
        prefix="files/",
        endpoint=found["address"],
        access_key=found["user"],
        secret_key=found["password"],
    )
    make_bucket(settings)
    return settings


class TestS3(StoreContract):
    """The suite of every store."""

    @pytest.fixture
    def store(self, storage: StorageSettings) -> S3Store:
        """A client of the server."""
        return S3Store(storage)


@pytest.fixture
async def on_s3(platform: Platform, storage: StorageSettings) -> AsyncIterator[Platform]:
    before = platform.store
    platform.store = S3Store(storage)
    yield platform
    platform.store = before


async def test_a_file_is_sealed_on_the_server_and_erased_from_it(on_s3: Platform, parties: Parties) -> None:
    who = await all_powers(on_s3, parties.home)
    content = b"%PDF-1.7 secret minutes " + bytes(9 * 1024 * 1024)
    belongs = Belongs("core.test", uuid.uuid4(), "file.upload")
    file = await keep_file(on_s3, who, io.BytesIO(content), "minutes.pdf", belongs)
    async with on_s3.database.session(parties.home.id) as session:
        reader = await open_object(on_s3, session, file.sha256)
    assert b"".join([block async for block in reader.read(1_000_000, 9_000_000)]) == content[1_000_000:9_000_000]
    stored = [one async for one in on_s3.store.below(prefix_of(parties.home.id))]
    assert len(stored) == 1
    assert b"secret minutes" not in await on_s3.store.read(stored[0].name, 0, 100_000)
    assert await erase_objects(on_s3, parties.home.id) == 1
    assert [one async for one in on_s3.store.below(prefix_of(parties.home.id))] == []


async def test_a_server_that_is_gone_is_an_error_that_says_so(storage: StorageSettings) -> None:
    from zhibu_core.errors import Unavailable

    away = S3Store(dataclasses.replace(storage, endpoint="http://127.0.0.1:9"))
    with pytest.raises(Unavailable, match="文件存储"):
        await away.read("tenants/a/objects/x", 0, 1)

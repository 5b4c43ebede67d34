"""Objects on an S3 server through the minio SDK, which blocks: every call of it runs in a thread."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from zhibu_core.storage.port import ObjectMissing, Stored, store_unavailable
from zhibu_core.storage.settings import StorageSettings

if TYPE_CHECKING:
    from minio.datatypes import Object

T = TypeVar("T")
PART = 8 * 1024 * 1024
"""Bytes of a part of a multipart upload; S3 takes no smaller one than 5 MiB but the last."""

ABSENT = frozenset({"NoSuchKey", "NoSuchObject", "NoSuchBucket"})
PAST_END = "InvalidRange"
LISTED_AT_ONCE = 500


class S3Store:
    """The store of installations with several machines; the bucket must exist."""

    def __init__(self, settings: StorageSettings) -> None:
        self.bucket, self.prefix = settings.bucket or "", settings.prefix
        self._client = client_of(settings)

    async def put(self, name: str, content: AsyncIterator[bytes]) -> int:
        """One request for small content, a multipart upload for more; a broken-off one is aborted and shows nowhere."""
        source: Any = _Blocking(content, asyncio.get_running_loop())
        await _call(
            lambda: self._client.put_object(
                self.bucket, self.prefix + name, source, -1, "application/octet-stream", part_size=PART
            )
        )
        return int(source.size)

    async def read(self, name: str, start: int, length: int) -> bytes:
        """A range read; past the object's end there is nothing."""
        return await _call(lambda: self._read(name, start, length)) if length else b""

    def _read(self, name: str, start: int, length: int) -> bytes:
        answer = None
        try:
            answer = self._client.get_object(self.bucket, self.prefix + name, offset=start, length=length)
            return bytes(answer.read())
        except S3Error as error:
            if error.code == PAST_END:
                return b""
            raise
        finally:
            if answer is not None:
                answer.close()
                answer.release_conn()

    async def delete(self, name: str) -> bool:
        """Removes the object; S3 itself does not say whether there was one."""
        try:
            await _call(lambda: self._client.stat_object(self.bucket, self.prefix + name))
        except ObjectMissing:
            return False
        await _call(lambda: self._client.remove_object(self.bucket, self.prefix + name))
        return True

    async def below(self, prefix: str) -> AsyncIterator[Stored]:
        """Asks page by page; a thread holds some hundred at a time."""
        found = self._client.list_objects(self.bucket, self.prefix + prefix, recursive=True)
        while some := await _call(lambda: _next(found)):
            for one in some:
                if one.object_name and not one.is_dir:
                    at = one.last_modified or dt.datetime.now(dt.UTC)
                    yield Stored(one.object_name.removeprefix(self.prefix), one.size or 0, at)


class _Blocking:
    """An asynchronous stream as the file that the SDK reads from, in the SDK's thread."""

    def __init__(self, content: AsyncIterator[bytes], loop: asyncio.AbstractEventLoop) -> None:
        self.size = 0
        self._content, self._loop, self._rest = content, loop, bytearray()

    def read(self, number: int = -1) -> bytes:
        """Up to `number` bytes; fewer only at the end."""
        while number < 0 or len(self._rest) < number:
            block = asyncio.run_coroutine_threadsafe(self._more(), self._loop).result()
            if block is None:
                break
            self._rest += block
        taken = bytes(self._rest if number < 0 else self._rest[:number])
        del self._rest[: len(taken)]
        self.size += len(taken)
        return taken

    async def _more(self) -> bytes | None:
        return await anext(self._content, None)


def client_of(settings: StorageSettings) -> Minio:
    """A client of the bucket's server; its calls block."""
    parts = urlsplit(settings.endpoint)
    return Minio(
        parts.netloc,
        access_key=settings.access_key,
        secret_key=settings.secret_key,
        secure=parts.scheme == "https",
        region=settings.region,
        http_client=_pool(),
    )


def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=5, read=60),
        maxsize=16,
        retries=urllib3.Retry(total=2, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
    )


def _next(found: "Iterator[Object]") -> "list[Object]":
    return list(islice(found, LISTED_AT_ONCE))


async def _call(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except S3Error as error:
        if error.code in ABSENT:
            raise ObjectMissing(error.code) from None
        raise store_unavailable(str(error.code)) from error
    except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
        raise store_unavailable(type(error).__name__) from error


def make_bucket(settings: StorageSettings) -> None:
    """Makes the bucket where there is none; for demos and tests, a production's is made by who runs the server."""
    client = client_of(settings)
    if settings.bucket and not client.bucket_exists(settings.bucket):
        client.make_bucket(settings.bucket)

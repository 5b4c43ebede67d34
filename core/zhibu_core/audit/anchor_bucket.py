"""Anchors in object storage: one locked object a head, which nobody, its owner included, alters or removes before its day."""

import base64
import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import msgspec
import urllib3
from minio.commonconfig import COMPLIANCE
from minio.error import MinioException
from minio.retention import Retention

from zhibu_core.audit.anchor import Head
from zhibu_core.storage.s3 import client_of
from zhibu_core.storage.settings import StorageSettings

T = TypeVar("T")
DAYS_OF_A_MONTH = 31
LAST = 10**10 - 1
"""Names count down from here: a bucket lists in the order of names, so the newest head is its first."""

SEGMENT = 200
"""Signs between two slashes of a name: servers that keep objects as files take 255."""


class BucketAnchor:
    """Heads below `<prefix><tenant>/`. A name holds its whole head, so a listing of a thousand names reads a thousand heads.

    A deletion only lays a marker over a locked object, so versions are listed and markers are passed over.
    """

    def __init__(self, settings: StorageSettings, months: int) -> None:
        self.bucket, self.prefix, self.months = settings.bucket or "", settings.prefix, months
        self._client = client_of(settings)

    def append(self, tenant: uuid.UUID, heads: Sequence[Head]) -> None:
        """Puts the heads that are not there yet, each under retention; raises OSError where the bucket does not take them."""
        last = self.last(tenant)
        for head in heads:
            if last is None or head.number > last.number:
                _call(lambda head=head: self._put(tenant, head))  # type: ignore[misc]

    def last(self, tenant: uuid.UUID) -> Head | None:
        """Lists one name."""
        return next(iter(_call(lambda: list(islice(self._listed(tenant), 1)))), None)

    def heads(self, tenant: uuid.UUID) -> Sequence[Head]:
        """All heads, oldest first; raises ValueError where a name is none of ours."""
        return _call(lambda: list(self._listed(tenant)))[::-1]

    def _put(self, tenant: uuid.UUID, head: Head) -> None:
        content = msgspec.json.encode(head)
        until = dt.datetime.now(dt.UTC) + dt.timedelta(days=DAYS_OF_A_MONTH * self.months)
        self._client.put_object(
            self.bucket,
            f"{self._below(tenant)}{LAST - head.number:010d}-{_as_name(content)}",
            io.BytesIO(content),
            len(content),
            "application/json",
            retention=Retention(COMPLIANCE, until),
        )

    def _listed(self, tenant: uuid.UUID) -> Iterator[Head]:
        below, seen = self._below(tenant), ""
        for found in self._client.list_objects(self.bucket, prefix=below, recursive=True, include_version=True):
            name = (found.object_name or "").removeprefix(below)
            if name != seen and not found.is_delete_marker:
                seen = name
                yield msgspec.json.decode(_of_name(name.partition("-")[2]), type=Head)

    def _below(self, tenant: uuid.UUID) -> str:
        return f"{self.prefix}{tenant}/"


def _as_name(content: bytes) -> str:
    text = base64.urlsafe_b64encode(content).decode()
    return "/".join(text[at : at + SEGMENT] for at in range(0, len(text), SEGMENT))


def _of_name(name: str) -> bytes:
    return base64.urlsafe_b64decode(name.replace("/", ""))


def _call(work: Callable[[], T]) -> T:
    """Errors of the server as OSError, which is what an anchor raises."""
    try:
        return work()
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        raise OSError(f"the anchors' bucket did not answer: {type(error).__name__}: {error}") from error

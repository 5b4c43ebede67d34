"""Anchors in both object stores: they are read back in order, hold against their own keys, and verify beside the database."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from minio.deleteobjects import DeleteObject
from minio.error import MinioException

from zhibu_core.audit import note
from zhibu_core.audit.anchor import Head
from zhibu_core.audit.anchor_bucket import BucketAnchor
from zhibu_core.audit.nightly import check_tenant
from zhibu_core.audit.seals import seal_tenant
from zhibu_core.platform import Platform
from zhibu_core.storage.s3 import client_of
from zhibu_core.storage.settings import StorageSettings
from zhibu_core.tenancy.scope import Scope
from zhibu_testing.fixtures import Parties


@pytest.fixture(params=["minio", "versitygw"])
def anchor(request: pytest.FixtureRequest, state_of: Callable[[str], dict[str, Any]]) -> BucketAnchor:
    """A bucket with object lock, made for this test."""
    state = state_of(request.param)
    settings = StorageSettings(
        bucket=f"anchors-{uuid.uuid4().hex[:12]}", prefix="zhibu/", endpoint=state["address"],
        access_key=state["user"], secret_key=state["password"],
    )  # fmt: skip
    client_of(settings).make_bucket(settings.bucket or "", object_lock=True)
    return BucketAnchor(settings, months=36)


def head(tenant: uuid.UUID, number: int) -> Head:
    return Head(
        str(tenant),
        number,
        f"{number:064x}",
        "k" * 16,
        "s" * 128,
        number,
        "2026-10-31T00:00:00Z",
        "2026-10-31T00:01:00Z",
    )


def test_heads_come_back_in_order_and_each_tenant_has_its_own(anchor: BucketAnchor) -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    assert (anchor.last(one), list(anchor.heads(one))) == (None, [])
    heads = [head(one, number) for number in (1, 2, 9, 10, 11)]
    anchor.append(one, heads[:2])
    anchor.append(one, heads)
    anchor.append(other, [head(other, 1)])
    assert list(anchor.heads(one)) == heads
    assert anchor.last(one) == heads[-1]
    assert anchor.last(other) == head(other, 1)


def test_a_head_can_neither_be_removed_nor_hidden(anchor: BucketAnchor) -> None:
    tenant = uuid.uuid4()
    anchor.append(tenant, [head(tenant, 1), head(tenant, 2)])
    client = anchor._client
    objects = list(client.list_objects(anchor.bucket, recursive=True, include_version=True))
    for found in objects:
        with pytest.raises(MinioException):
            client.remove_object(anchor.bucket, found.object_name or "", version_id=found.version_id)
    list(client.remove_objects(anchor.bucket, [DeleteObject(found.object_name or "") for found in objects]))
    if "time data" not in (said := numbers(anchor, tenant)):
        assert said == "[1, 2]", "a delete marker hides nothing"


def numbers(anchor: BucketAnchor, tenant: uuid.UUID) -> str:
    """The heads' numbers; versitygw dates markers to the nanosecond, which the SDK does not read: that is an alarm too."""
    try:
        return str([one.number for one in anchor.heads(tenant)])
    except ValueError as error:
        return str(error)


def test_a_bucket_that_is_away_is_an_error_that_says_so(anchor: BucketAnchor) -> None:
    away = BucketAnchor(
        replace(StorageSettings(), bucket="nobody", endpoint="http://127.0.0.1:9", access_key="a", secret_key="b"), 36
    )
    with pytest.raises(OSError, match="did not answer"):
        away.last(uuid.uuid4())


async def test_a_chain_is_anchored_and_verified_there(
    anchor: BucketAnchor, platform: Platform, parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "anchor", anchor)
    tenant = parties.home
    async with platform.database.session(tenant.id) as session:
        await note(session, Scope(tenant, frozenset()), "test.done", "tenant", tenant.id)
    now = dt.datetime.now(dt.UTC)
    await seal_tenant(platform, tenant.id, now=now)
    assert anchor.last(tenant.id) is not None
    assert (await check_tenant(platform, tenant.id, now)).is_whole

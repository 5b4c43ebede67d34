"""Erases a tenant: its key first, so that nothing sealed can be read again, then its rows and files; gives a signed certificate."""

import datetime as dt
import os
import shutil
import uuid
from pathlib import Path

import msgspec

from zhibu_core.crypto.signing import key_id, public_bytes, signing_key
from zhibu_core.database.ownership import as_owner
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Tenant
from zhibu_tenants.life.archive import base64_of, encode
from zhibu_tenants.life.states import change_state
from zhibu_tenants.life.tables import in_order

AT_ONCE = 20_000
FORMAT = "zhibu-erasure/1"


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased, when, and by which installation; no name of a person."""

    format: str = FORMAT
    slug: str
    name: str
    tenant: uuid.UUID
    key_destroyed_at: dt.datetime
    finished_at: dt.datetime
    rows: dict[str, int]
    files: int
    audit_head: str | None
    remains: list[str]
    public_key: str
    key_id: str


REMAINS = [
    "the record that the tenant's data key was destroyed, and when",
    "this certificate",
    "database backups made before: their rows are not erased, but no sealed field in them can be read without the key",
    "archives that were exported before",
]
"""What an erasure does not reach; the certificate says so."""


async def erase_tenant(platform: Platform, tenant: Tenant, certificate: Path) -> Certificate:
    """Erases everything of the tenant and writes the certificate, which must not exist, with its signature beside it.

    Broken off, it goes on where it was: the state "erasing" stays until the last row is gone. Raises `FileExistsError`
    for the certificate before anything is touched.
    """
    handle = os.open(certificate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        await change_state(platform, tenant, "erasing")
        platform.keyring.destroy(tenant.id)
        destroyed = platform.keyring.keys_of(tenant.id).destroyed_at or dt.datetime.now(dt.UTC)
        head = await _audit_head(platform, tenant)
        files = _erase_files(platform, tenant)
        rows = await remove(platform, tenant)
    except BaseException:
        os.close(handle)
        os.unlink(certificate)
        raise
    key = signing_key(platform.settings.keys)
    said = Certificate(
        slug=tenant.slug,
        name=tenant.name,
        tenant=tenant.id,
        key_destroyed_at=destroyed,
        finished_at=dt.datetime.now(dt.UTC),
        rows=rows,
        files=files,
        audit_head=head,
        remains=REMAINS,
        public_key=base64_of(public_bytes(key)),
        key_id=key_id(public_bytes(key)),
    )
    content = encode({"certificate": said, "signature": base64_of(key.sign(encode(said)))})
    with os.fdopen(handle, "wb") as file:
        file.write(content + b"\n")
    return said


async def remove(platform: Platform, tenant: Tenant) -> dict[str, int]:
    """Deletes every row of the tenant, some thousand a transaction, and at last the tenant; rows by table."""
    counts: dict[str, int] = {}
    async with platform.database.session(tenant.id) as session:
        names = [name for name in reversed(await in_order(session)) if name != "tenant_anchor"]
    for name in names:
        while count := await _delete_some(platform, tenant, name):
            counts[name] = counts.get(name, 0) + count
    async with as_owner(platform, tenant.id) as owner:
        await owner.execute("delete from jobs.outbox where tenant_id = $1", tenant.id)
        await owner.execute("delete from tenant_anchor where tenant_id = $1", tenant.id)
        await owner.execute("delete from global_identity_claim where tenant = $1", tenant.id)
        await owner.execute("delete from global_tenant where id = $1", tenant.id)
    platform.tenants_seen.pop(tenant.slug, None)
    return counts


async def _delete_some(platform: Platform, tenant: Tenant, name: str) -> int:
    """Deletes the youngest rows first: a version goes before the one it replaces, a branch mostly before what it is part of."""
    async with as_owner(platform, tenant.id) as owner:
        return int((await owner.execute(_deletion(name), tenant.id, AT_ONCE)).split()[-1])


def _deletion(name: str) -> str:
    return (
        f'delete from "{name}" where tenant_id = $1 and id in '  # noqa: S608
        f'(select id from "{name}" where tenant_id = $1 order by id desc limit $2)'
    )


async def _audit_head(platform: Platform, tenant: Tenant) -> str | None:
    async with as_owner(platform, tenant.id) as owner:
        head = await owner.fetchval(
            "select hash from audit_seal where tenant_id = $1 order by number desc limit 1", tenant.id
        )
    return head.hex() if head else None


def _erase_files(platform: Platform, tenant: Tenant) -> int:
    """Uploads that wait for an import; the number of files."""
    folder = platform.settings.data / "uploads" / str(tenant.id)
    count = sum(path.is_file() for path in folder.rglob("*")) if folder.is_dir() else 0
    shutil.rmtree(folder, ignore_errors=True)
    return count

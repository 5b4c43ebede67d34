"""Erases a tenant: its key first, so that nothing sealed can be read again, then its rows and files; gives a signed certificate."""

import datetime as dt
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from zhibu_core.crypto.signing import ARCHIVES, key_id, public_bytes
from zhibu_core.database.ownership import as_owner
from zhibu_core.platform import Platform
from zhibu_core.spaces.leaving import end_at_others
from zhibu_core.storage.sweeping import erase_objects
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.words import Words
from zhibu_tenants.keycloak.switching import follow_state
from zhibu_tenants.life.archive import base64_of, encode
from zhibu_tenants.life.states import change_state
from zhibu_tenants.life.tables import in_order
from zhibu_tenants.life.whole_file import draft_of

if TYPE_CHECKING:
    import asyncpg

AT_ONCE = 20_000
FILES = "files"
"""Where the notes of an erasure count files, which are no rows."""

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
    """Erases everything of the tenant and writes the certificate, which must not exist, with its signature in it.

    Broken off, it goes on where it was: the state "erasing" stays until the last row is gone, and the certificate is on
    disk before that row goes. Raises `FileExistsError` for the certificate before anything is touched.
    """
    _take_back(certificate, tenant)
    with draft_of(certificate) as draft:
        await change_state(platform, tenant, "erasing")
        await end_at_others(platform, tenant)
        found = await _found(platform, tenant)
        platform.keyring.destroy(tenant.id)
        left = await follow_state(platform, tenant, on=False)
        head = await _audit_head(platform, tenant)
        files = max(found.pop(FILES, 0), await _erase_files(platform, tenant))
        deleted = await _remove_rows(platform, tenant)
        rows = {name: max(found.get(name, 0), deleted.get(name, 0)) for name in (*found, *deleted)}
        said = _said(platform, tenant, rows, files, head, left)
        try:
            async with as_owner(platform, tenant.id) as owner:
                await _remove_tenant(owner, tenant)
                draft.file.write(_signed(platform, said))
                draft.keep()
        except BaseException:
            draft.take_back()
            raise
    platform.tenants.forget(tenant.slug)
    _notes(platform, tenant).unlink(missing_ok=True)
    return said


async def remove(platform: Platform, tenant: Tenant) -> None:
    """Deletes every row of the tenant, some thousand a transaction, and at last the tenant."""
    await _remove_rows(platform, tenant)
    await _erase_files(platform, tenant)
    async with as_owner(platform, tenant.id) as owner:
        await _remove_tenant(owner, tenant)
    platform.tenants.forget(tenant.slug)


def _take_back(certificate: Path, tenant: Tenant) -> None:
    """Removes the certificate of an erasure that was broken off right before its last row went."""
    try:
        said = msgspec.json.decode(certificate.read_bytes())["certificate"]
        if tenant.state == "erasing" and said["tenant"] == str(tenant.id):
            certificate.unlink()
    except (OSError, msgspec.DecodeError, KeyError, TypeError):
        return


def _notes(platform: Platform, tenant: Tenant) -> Path:
    return platform.settings.data / "erasing" / f"{tenant.id}.json"


async def _found(platform: Platform, tenant: Tenant) -> dict[str, int]:
    """The tenant's rows by table before the first was erased: noted on disk, as a further call finds fewer."""
    notes = _notes(platform, tenant)
    if notes.exists():
        return msgspec.json.decode(notes.read_bytes(), type=dict[str, int])
    async with platform.database.session(tenant.id) as session:
        names = [name for name in await in_order(session) if name != "tenant_anchor"]
    async with as_owner(platform, tenant.id) as owner:
        counts = {name: await owner.fetchval(_counting(name), tenant.id) for name in names}
    notes.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = {name: count for name, count in counts.items() if count}
    found[FILES] = _waiting(platform, tenant) + found.get("file_object", 0)
    with draft_of(notes) as draft:
        draft.file.write(msgspec.json.encode(found))
        draft.keep()
    return found


def _counting(name: str) -> str:
    return f'select count(*) from "{name}" where tenant_id = $1'  # noqa: S608 named by the catalog


def _said(
    platform: Platform, tenant: Tenant, rows: dict[str, int], files: int, head: str | None, left: Words | None
) -> Certificate:
    now, public = dt.datetime.now(dt.UTC), public_bytes(platform.signing.key(ARCHIVES))
    return Certificate(
        slug=tenant.slug,
        name=tenant.name,
        tenant=tenant.id,
        key_destroyed_at=platform.keyring.keys_of(tenant.id).destroyed_at or now,
        finished_at=now,
        rows=rows,
        files=files,
        audit_head=head,
        remains=[*REMAINS, *([f"the sign-in at Keycloak: {left.en}"] if left else [])],
        public_key=base64_of(public),
        key_id=key_id(public),
    )


def _signed(platform: Platform, said: Certificate) -> bytes:
    signature = platform.signing.key(ARCHIVES).sign(encode(said))
    return encode({"certificate": said, "signature": base64_of(signature)}) + b"\n"


async def _remove_rows(platform: Platform, tenant: Tenant) -> dict[str, int]:
    """Rows by table that were deleted now."""
    counts: dict[str, int] = {}
    async with platform.database.session(tenant.id) as session:
        names = [name for name in reversed(await in_order(session)) if name != "tenant_anchor"]
    for name in names:
        while count := await _delete_some(platform, tenant, name):
            counts[name] = counts.get(name, 0) + count
    return counts


async def _remove_tenant(owner: "asyncpg.Connection[asyncpg.Record]", tenant: Tenant) -> None:
    await owner.execute("delete from jobs.outbox where tenant_id = $1", tenant.id)
    await owner.execute("delete from tenant_anchor where tenant_id = $1", tenant.id)
    await owner.execute("delete from global_identity_claim where tenant = $1", tenant.id)
    await owner.execute("delete from global_board_line where tenant = $1", tenant.id)
    await owner.execute("delete from global_tenant where id = $1", tenant.id)


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


def _uploads(platform: Platform, tenant: Tenant) -> Path:
    """Spreadsheets that wait for an import."""
    return platform.settings.data / "uploads" / str(tenant.id)


def _waiting(platform: Platform, tenant: Tenant) -> int:
    return sum(path.is_file() for path in _uploads(platform, tenant).rglob("*"))


async def _erase_files(platform: Platform, tenant: Tenant) -> int:
    """Files, parts of unfinished ones, and spreadsheets that wait for an import; the number of whole files."""
    count = _waiting(platform, tenant)
    shutil.rmtree(_uploads(platform, tenant), ignore_errors=True)
    return count + await erase_objects(platform, tenant.id)

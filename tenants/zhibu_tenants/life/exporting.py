"""Writes a tenant's archive from one snapshot of the database: signed, and readable by its owner only."""

import datetime as dt
import zipfile
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.crypto.signing import ARCHIVES, public_bytes
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Actor, Scope, Tenant
from zhibu_tenants.life.archive import (
    EXPLAINED,
    FORMAT,
    MANIFEST,
    READ_ME,
    SIGNATURE,
    ManifestOfArchive,
    Rows,
    TableEntry,
    base64_of,
    encode,
)
from zhibu_tenants.life.files import write_files
from zhibu_tenants.life.tables import archived_tables
from zhibu_tenants.life.whole_file import draft_of

AT_ONCE = 5_000
_HEAD = text("select hash from audit_seal where tenant_id = :t order by number desc limit 1")


async def export_tenant(platform: Platform, tenant: Tenant, out: Path, *, by: Actor | None = None) -> ManifestOfArchive:
    """Writes the archive to `out`, which must not exist, and returns its manifest; the export is noted in the audit.

    The file has its name only once it is whole. Raises `FileExistsError` and other `OSError`s of the file.
    """
    scope = Scope(tenant, frozenset(), by)
    with draft_of(out) as draft:
        with zipfile.ZipFile(draft.file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            async with platform.database.session(tenant.id, snapshot=True) as session:
                manifest = await _write(platform, session, tenant, archive)
            async with platform.database.session(tenant.id) as session:
                await note(session, scope, "tenant.export", "tenant", tenant.id, purpose=out.name)
            content = encode(manifest)
            archive.writestr(MANIFEST, content)
            archive.writestr(SIGNATURE, base64_of(platform.signing.key(ARCHIVES).sign(content)))
        draft.keep()
    return manifest


async def _write(
    platform: Platform, session: AsyncSession, tenant: Tenant, archive: zipfile.ZipFile
) -> ManifestOfArchive:
    archive.writestr(READ_ME, EXPLAINED)
    entries = [
        await _write_table(platform, session, tenant, table, archive)
        for table in await archived_tables(platform, session)
    ]
    head: bytes | None = await session.scalar(_HEAD, {"t": tenant.id})
    return ManifestOfArchive(
        format=FORMAT,
        slug=tenant.slug,
        name=tenant.name,
        preset=tenant.preset,
        today=tenant.today,
        tenant=tenant.id,
        made_at=dt.datetime.now(dt.UTC),
        versions={key: manifest.version for key, manifest in sorted(platform.host.manifests.items())},
        tables=entries,
        files=await write_files(platform, session, archive),
        audit_head=head.hex() if head else None,
        public_key=base64_of(public_bytes(platform.signing.key(ARCHIVES))),
    )


async def _write_table(
    platform: Platform, session: AsyncSession, tenant: Tenant, table: Table, archive: zipfile.ZipFile
) -> TableEntry:
    name, digest, count = f"tables/{table.name}.jsonl", sha256(), 0
    with archive.open(name, "w", force_zip64=True) as file:
        async for line in lines_of(platform, session, tenant, table):
            digest.update(line)
            file.write(line)
            count += 1
    return TableEntry(str(table.name), name, count, digest.hexdigest())


async def lines_of(platform: Platform, session: AsyncSession, tenant: Tenant, table: Table) -> AsyncIterator[bytes]:
    """A table's rows as lines, ordered by id, some thousand a statement."""
    rows = Rows(table, lambda column: platform.keyring.cipher(tenant.id, column))
    columns = [table.c[name] for name in rows.columns]
    query = select(*columns).where(table.c.tenant_id == tenant.id).order_by(table.c.id).limit(AT_ONCE)
    last = None
    while True:
        found = (await session.execute(query if last is None else query.where(table.c.id > last))).mappings().all()
        for row in found:
            yield rows.line(row)
        if len(found) < AT_ONCE:
            return
        last = found[-1]["id"]

"""Takes a tenant's archive into this installation under a slug of its own: checked first, one transaction, checked again."""

import datetime as dt
import uuid
import zipfile
from base64 import b64decode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.database.ownership import as_owner, owner_of
from zhibu_core.errors import InvalidInput
from zhibu_core.organization.sealed import COLUMN, open_secrets, sealed_columns
from zhibu_core.platform import Platform
from zhibu_core.spaces.board import forget_word
from zhibu_core.spaces.life import settle_down
from zhibu_core.tallies.rebuilding import rebuild_tallies
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.directory import all_tenants, find_tenant, refuse_taken
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.words import Words
from zhibu_tenants.life.archive import (
    FORMAT,
    MANIFEST,
    SIGNATURE,
    FileEntry,
    ManifestOfArchive,
    Rows,
    TableEntry,
    bad_archive,
)
from zhibu_tenants.life.erasing import remove
from zhibu_tenants.life.exporting import lines_of
from zhibu_tenants.life.files import claim_files, put_files
from zhibu_tenants.life.states import change_state
from zhibu_tenants.life.tables import EVIDENCE, archived_tables
from zhibu_tenants.provisioning import check_slug

AT_ONCE = 10_000
_BEGIN = """insert into global_tenant (id, slug, name, preset, today, state, created_at)
values ($1, $2, $3, $4, $5, 'importing', $6)"""
_LOCK = "select pg_try_advisory_lock(hashtextextended('zhibu tenant import ' || $1, 0))"
_REFERS_TO_ITSELF = text(
    """select c.relname::text from pg_constraint f join pg_class c on c.oid = f.conrelid
    where f.contype = 'f' and f.conrelid = f.confrelid and f.connamespace = 'public'::regnamespace"""
)


async def import_tenant(platform: Platform, file: Path, slug: str) -> Tenant:
    """The archive's tenant, as `slug`; raises `InvalidInput` for a bad slug or archive, and then nothing is left behind.

    Row identifiers stay, the tenant's own is new: an archive can be taken in beside the tenant that it came from. What an
    import that was killed has left under this slug is removed first.
    """
    check_slug(slug)
    with _opened(file) as archive:
        manifest = _checked(archive)
        _refuse_unknown(platform, manifest)
        async with _only_one(platform, slug):
            await _remove_broken_off(platform, slug)
            tenant = await _begin(platform, manifest, slug)
            try:
                contents = await put_files(platform, tenant, archive, manifest.files)
                async with platform.database.session(tenant.id) as session:
                    await _fill(platform, session, tenant, archive, manifest)
                    await claim_files(platform, session, contents)
            except BaseException:
                await remove(platform, tenant)
                raise
            await change_state(platform, tenant, "open")
    async with platform.database.system_session() as system:
        return await find_tenant(system, slug)


@asynccontextmanager
async def _only_one(platform: Platform, slug: str) -> AsyncIterator[None]:
    """Nobody else imports under this slug; the database gives the lock back when this process dies."""
    async with owner_of(platform) as owner:
        if not await owner.fetchval(_LOCK, slug):
            raise InvalidInput(
                "slug_importing",
                Words(f"“{slug}”正在导入，请等它结束。", f"“{slug}” is being imported just now; wait for its end."),
                field="slug",
            )
        yield


async def _remove_broken_off(platform: Platform, slug: str) -> None:
    """A tenant that still says "importing", though nobody holds the lock, is what a killed import has left."""
    async with platform.database.system_session() as system:
        left = [t for t in await all_tenants(system) if t.slug == slug and t.state == "importing"]
    for tenant in left:
        await remove(platform, tenant)


def _opened(file: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile) as error:
        raise bad_archive(f"“{file.name}”打不开（{error}）", f"“{file.name}” cannot be opened ({error})") from None


def _checked(archive: zipfile.ZipFile) -> ManifestOfArchive:
    try:
        content = archive.read(MANIFEST)
        manifest = msgspec.json.decode(content, type=ManifestOfArchive)
        Ed25519PublicKey.from_public_bytes(b64decode(manifest.public_key)).verify(
            b64decode(archive.read(SIGNATURE)), content
        )
    except (KeyError, ValueError, msgspec.DecodeError, InvalidSignature, zipfile.BadZipFile):
        raise bad_archive("清单缺失或签名不符", "its manifest is missing, or its signature does not fit") from None
    if manifest.format != FORMAT:
        raise bad_archive(f"格式 {manifest.format} 不认识", f"its form {manifest.format} is not known here")
    entries: list[TableEntry | FileEntry] = [*manifest.tables, *manifest.files]
    for entry in entries:
        if _digest(archive, entry) != entry.sha256:
            raise bad_archive(f"{entry.file} 与清单不符", f"{entry.file} is not what the manifest says")
    return manifest


def _digest(archive: zipfile.ZipFile, entry: TableEntry | FileEntry) -> str | None:
    digest = sha256()
    try:
        with archive.open(entry.file) as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except (KeyError, zipfile.BadZipFile):
        return None
    return digest.hexdigest()


def _refuse_unknown(platform: Platform, manifest: ManifestOfArchive) -> None:
    missing = sorted(set(manifest.versions) - set(platform.host.manifests))
    if missing:
        raise bad_archive(
            f"本机没有安装插件 {'、'.join(missing)}", f"the plugins {', '.join(missing)} are not installed here"
        )


async def _begin(platform: Platform, manifest: ManifestOfArchive, slug: str) -> Tenant:
    tenant = Tenant(new_id(), slug, manifest.name, manifest.preset, manifest.today, state="importing")
    async with platform.database.system_session() as system:
        await refuse_taken(system, slug)
    async with as_owner(platform, tenant.id) as owner:
        await owner.execute(_BEGIN, tenant.id, slug, tenant.name, tenant.preset, tenant.today, dt.datetime.now(dt.UTC))
        await owner.execute("insert into tenant_anchor (tenant_id, id) values ($1, $1)", tenant.id)
    return tenant


async def _fill(
    platform: Platform, session: AsyncSession, tenant: Tenant, archive: zipfile.ZipFile, manifest: ManifestOfArchive
) -> None:
    entries = {entry.name: entry for entry in manifest.tables}
    whole = set(await session.scalars(_REFERS_TO_ITSELF))
    for table in await archived_tables(platform, session):
        entry = entries.pop(table.name, None)
        if entry is None or table.name in EVIDENCE:
            continue
        with archive.open(entry.file) as file:
            rows = _rows(platform, tenant, table, file)
            # Rows that name rows of their own table go in by one statement, at whose end keys are checked.
            at_once = None if table.name in whole else AT_ONCE
            while part := list(islice(rows, at_once)):
                await insert_rows(session, table, part, at_once=len(part))
        await _compare(platform, session, tenant, table, entry)
    if entries:
        raise bad_archive(f"表 {'、'.join(entries)} 不认识", f"it holds unknown tables: {', '.join(entries)}")
    scope = Scope(tenant, frozenset())
    await rebuild_tallies(session)
    await forget_word(session)
    await settle_down(session)
    plugins = await platform.scopes.plugins_of(session, tenant)
    for plugin in platform.host.implementing("import_tenant", plugins):
        await platform.host.ask(
            plugin, "import_tenant", session=session, scope=Scope(tenant, plugins), platform=platform
        )
    await note(session, scope, "tenant.import", "tenant", tenant.id, purpose=f"{manifest.slug} {manifest.tenant}")


def _rows(platform: Platform, tenant: Tenant, table: Table, lines: Any) -> Iterator[dict[str, Any]]:
    rows = Rows(table, lambda column: platform.keyring.cipher(tenant.id, column))
    people = platform.keyring.cipher(tenant.id, COLUMN) if table.name == "person" else None
    for number, line in enumerate(lines, start=1):
        row = rows.row(line, number)
        if people is not None:
            row |= (
                sealed_columns(people, row["id"], open_secrets(people, row["id"], row["sealed"]))
                if row["sealed"]
                else _NO_INDEX
            )
        yield row


_NO_INDEX: dict[str, uuid.UUID | None] = {"citizen_id_index": None, "phone_index": None}


async def _compare(platform: Platform, session: AsyncSession, tenant: Tenant, table: Table, entry: TableEntry) -> None:
    """What was written reads back as the very bytes of the archive."""
    digest, count = sha256(), 0
    async for line in lines_of(platform, session, tenant, table):
        digest.update(line)
        count += 1
    if (count, digest.hexdigest()) != (entry.rows, entry.sha256):
        raise bad_archive(
            f"表 {table.name} 写入后与归档不一致", f"table {table.name} reads back otherwise than it was written"
        )

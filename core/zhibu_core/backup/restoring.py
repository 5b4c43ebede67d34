"""Restores a backup into a server of its own, proves it there, and only then puts it in the database's place."""

import asyncio
import datetime as dt
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncpg

from zhibu_core.audit.verifying import Report, verify_tenant
from zhibu_core.backup.files import FILES, put_back
from zhibu_core.backup.manifest import DUMP, Manifest, bad_backup, count_rows, read_manifest
from zhibu_core.backup.programs import run_program
from zhibu_core.backup.taking import refuse_other_database
from zhibu_core.boot import plugin_histories, prepare_and_migrate, refuse_faults
from zhibu_core.database import embedded, locks
from zhibu_core.database.access import BACKUP, OWNER, RUNTIME, Server
from zhibu_core.database.places import Places, places_of
from zhibu_core.database.roles import prepare
from zhibu_core.errors import InvalidInput, Unavailable
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings
from zhibu_core.tenancy.directory import all_tenants
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.tenancy.session import Database
from zhibu_core.words import Words
from zhibu_migrations.runner import CORE

STAGE = "postgres.restoring"
GONE = "update global_tenant set state = 'erasing' where id = any($1::uuid[])"


@dataclass(frozen=True)
class Restored:
    """What a restore found; `reports` of the audit by slug, `erased` slugs whose keys were destroyed since the backup.

    `keyless` are slugs for which the folder of keys holds nothing, `kept` is where the database that was there lies now.
    """

    manifest: Manifest
    reports: Mapping[str, Report]
    erased: tuple[str, ...] = ()
    keyless: tuple[str, ...] = ()
    kept: Path | None = field(default=None)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left for somebody to decide."""
        return not self.keyless and not self.erased and all(report.is_whole for report in self.reports.values())


async def restore_backup(settings: Settings, source: Path, *, replacing: bool = False) -> Restored:
    """Puts the backup in the folder `source` in the place of the embedded database; keys and anchors stay as they are.

    The database that is there is only touched where `replacing`, and then laid aside, not deleted. Raises `InvalidInput`
    where there is one, it is in use, or the backup is faulty or from a newer release; `Unavailable` where pg_restore
    fails or the restored database differs from the manifest or has findings. Nothing is changed then.
    """
    refuse_other_database(settings)
    manifest = read_manifest(source)
    places, host = places_of(settings), PluginHost.discover()
    _refuse_newer(settings, manifest, host)
    _refuse_present(places, replacing=replacing)
    with _stage(settings) as stage:
        async with embedded.running(stage) as server:
            await _fill(server, source / DUMP, manifest)
            await prepare_and_migrate(server, host, only_if_behind=True)
            await refuse_faults(server)
            found = await _look(settings, host, server, manifest)
        await asyncio.to_thread(put_back, settings, source / FILES)
        kept = _take_place(places, places_of(stage), replacing=replacing)
    return replace(found, kept=kept)


def _refuse_newer(settings: Settings, manifest: Manifest, host: PluginHost) -> None:
    heads = {history.key: history.head() or "" for history in (CORE, *plugin_histories(host))}
    if unknown := sorted(set(manifest.histories) - set(heads)):
        raise bad_backup(
            f"本机没有安装插件 {'、'.join(unknown)}", f"the plugins {', '.join(unknown)} are not installed here"
        )
    if newer := sorted(key for key, revision in manifest.histories.items() if revision > heads[key]):
        raise bad_backup(
            f"它来自更新的版本（{manifest.version}，{'、'.join(newer)}），请先升级",
            f"it is from a newer release ({manifest.version}; {', '.join(newer)}): upgrade first",
        )
    if manifest.postgres > int(settings.postgres):
        raise bad_backup(
            f"它来自 PostgreSQL {manifest.postgres}，而 ZHIBU_PG={settings.postgres}",
            f"it is from PostgreSQL {manifest.postgres}, but ZHIBU_PG={settings.postgres}",
        )


def _refuse_present(places: Places, *, replacing: bool) -> None:
    if not places.cluster.exists():
        return
    if not replacing:
        raise InvalidInput(
            "database_there",
            Words(
                f"{places.data} 中已有数据库。换一个数据文件夹（ZHIBU_DATA），或加 --yes：原来的数据库会另存，不会删除。",
                f"{places.data} holds a database already. Choose another data folder (ZHIBU_DATA), or give --yes: "
                "the database that is there is laid aside, not deleted.",
            ),
            field="ZHIBU_DATA",
        )
    if locks.is_held(places.lease) or locks.is_held(places.alive):
        raise InvalidInput(
            "database_in_use",
            Words(
                "数据库正在使用中。请先停止 zhibu serve、zhibu worker，再运行 zhibu db stop。",
                "The database is in use. Stop zhibu serve and zhibu worker, then run zhibu db stop.",
            ),
            field="ZHIBU_DATA",
        )


@contextmanager
def _stage(settings: Settings) -> Iterator[Settings]:
    """A data folder inside the real one, so that its cluster can be renamed; what a killed restore left is removed."""
    folder = places_of(settings).data / STAGE
    stage = replace(settings, data=folder)
    with locks.only_one(folder.with_name(f"{STAGE}.lock"), seconds=1):
        _clear(stage)
        try:
            yield stage
        finally:
            _clear(stage)


def _clear(stage: Settings) -> None:
    embedded.stop(stage)
    shutil.rmtree(stage.data, ignore_errors=True)


async def _fill(server: Server, dump: Path, manifest: Manifest) -> None:
    """Roles are the whole server's and in no dump: they are made first; the schemas made with them give way."""
    admin = await asyncpg.connect(server.admin)
    try:
        await prepare(admin, server.passwords)
        await run_program(
            server, "pg_restore", "--clean", "--if-exists", "--single-transaction", "--exit-on-error",
            f"--dbname={server.admin}", str(dump),
        )  # fmt: skip
        await admin.execute("analyze")
    finally:
        await admin.close()
    await _compare(server, manifest)


async def _compare(server: Server, manifest: Manifest) -> None:
    backup = await asyncpg.connect(server.dsn_for(BACKUP))
    try:
        counts = await count_rows(backup)
    finally:
        await backup.close()
    names = sorted({*counts, *manifest.tables})
    if wrong := [name for name in names if counts.get(name) != manifest.tables.get(name)]:
        said = "; ".join(f"{name}: {manifest.tables.get(name)} → {counts.get(name)}" for name in wrong[:5])
        raise Unavailable(
            "restore_counts",
            Words(f"恢复后的行数与清单不符：{said}", f"The restored rows are not those of the manifest: {said}"),
        )


async def _look(settings: Settings, host: PluginHost, server: Server, manifest: Manifest) -> Restored:
    """Checks the restored tenants with the keys and anchors of the installation; those erased since stay closed."""
    platform = Platform(settings, host, Database(server.dsn_for(RUNTIME), pool_size=2), server.dsn_for(OWNER))
    try:
        async with platform.database.system_session() as system:
            tenants = await all_tenants(system)
        keys = {tenant.id: platform.keyring.keys_of(tenant.id) for tenant in tenants}
        erased = [tenant for tenant in tenants if keys[tenant.id].destroyed_at]
        await _close(server, [tenant.id for tenant in erased])
        now = dt.datetime.now(dt.UTC)
        living = [tenant for tenant in tenants if tenant not in erased and tenant.state in ("open", "suspended")]
        reports = {tenant.slug: await verify_tenant(platform, tenant.id, now=now) for tenant in living}
    finally:
        await platform.close()
    keyless = [tenant for tenant in living if not keys[tenant.id].data and await _has_sealed(server, tenant)]
    return Restored(manifest, reports, tuple(t.slug for t in erased), tuple(t.slug for t in keyless))


async def _close(server: Server, tenants: list[uuid.UUID]) -> None:
    """Closes the doors of tenants that were erased since the backup; erasing them again takes their rows."""
    owner = await asyncpg.connect(server.dsn_for(OWNER))
    try:
        await owner.execute(GONE, tenants)
    finally:
        await owner.close()


async def _has_sealed(server: Server, tenant: Tenant) -> bool:
    backup = await asyncpg.connect(server.dsn_for(BACKUP))
    try:
        query = "select exists (select from person where tenant_id = $1 and sealed is not null)"
        return bool(await backup.fetchval(query, tenant.id))
    finally:
        await backup.close()


def _take_place(places: Places, stage: Places, *, replacing: bool) -> Path | None:
    """Renames the proved cluster into place; the one before it keeps its files under another name."""
    with locks.only_one(places.gate):
        _refuse_present(places, replacing=replacing)
        kept = None
        if places.cluster.exists():
            kept = places.data / f"postgres-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}"
            places.cluster.rename(kept)
        stage.cluster.rename(places.cluster)
    return kept

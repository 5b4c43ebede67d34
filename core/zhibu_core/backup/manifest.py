"""What a backup says of itself, and the check that it still is what was written."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import asyncpg
import msgspec

from zhibu_core.backup.files import FILES, measure
from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words

FORMAT = "zhibu-backup/1"
MANIFEST, DUMP = "manifest.json", "database.dump"

_TABLES = """select n.nspname || '.' || c.relname, format('%I.%I', n.nspname, c.relname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname in ('app', 'jobs', 'public') order by 1"""
_HISTORIES = (
    """select tablename::text from pg_tables where schemaname = 'jobs' and tablename like 'alembic\\_%' order by 1"""
)


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A backup: `tables` are rows by table, `histories` the revision of core and each plugin, `sha256` that of the dump.

    `files` and `file_bytes` are those of the folder store; 0 where files lie in a bucket.
    """

    format: str = FORMAT
    version: str
    postgres: int
    made_at: dt.datetime
    size: int
    sha256: str
    histories: Mapping[str, str]
    tables: Mapping[str, int]
    files: int = 0
    file_bytes: int = 0

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(self.tables.values())


async def describe(connection: "asyncpg.Connection[asyncpg.Record]", dump: Path) -> Manifest:
    """The manifest of a dump that was made from the snapshot of `connection`, an app_backup's."""
    size, digest = await asyncio.to_thread(lambda: (dump.stat().st_size, digest_of(dump)))
    return Manifest(
        version=version("zhibu-core"),
        postgres=connection.get_server_version().major,
        made_at=dt.datetime.now(dt.UTC),
        size=size,
        sha256=digest,
        histories=await _histories(connection),
        tables=await count_rows(connection),
    )


async def count_rows(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, int]:
    """Rows of every table of ours, a month's partition counted by itself; the role must see all tenants."""
    counts = {}
    for name, quoted in await connection.fetch(_TABLES):
        counts[name] = await connection.fetchval(f"select count(*) from {quoted}")  # noqa: S608 quoted by the server
    return counts


async def _histories(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, str]:
    found = {}
    for (table,) in await connection.fetch(_HISTORIES):
        revision = await connection.fetchval(f"select version_num from jobs.{table}")  # noqa: S608 named by the catalog
        if revision:
            found[table.removeprefix("alembic_")] = revision
    return found


def digest_of(path: Path) -> str:
    """SHA-256 in hexadecimal."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup whose dump is what was written; raises `InvalidInput` for anything else."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        raise bad_backup(
            f"没有可以读取的清单 {MANIFEST}（备份不完整，或这里不是备份）",
            f"it has no {MANIFEST} that can be read: it is not whole, or no backup",
        ) from None
    if manifest.format != FORMAT:
        raise bad_backup(f"格式 {manifest.format} 不认识", f"its form {manifest.format} is not known here")
    dump = folder / DUMP
    if not dump.is_file() or dump.stat().st_size != manifest.size or digest_of(dump) != manifest.sha256:
        raise bad_backup(f"{DUMP} 与清单不符", f"{DUMP} is not what the manifest says")
    if measure(folder / FILES) != (manifest.files, manifest.file_bytes):
        raise bad_backup(f"{FILES} 与清单不符", f"{FILES} is not what the manifest says")
    return manifest


def bad_backup(zh: str, en: str) -> InvalidInput:
    """A refusal that says what is wrong with the backup."""
    return InvalidInput(
        "backup", Words(f"这份备份不能恢复：{zh}。", f"This backup cannot be restored: {en}."), field="from"
    )

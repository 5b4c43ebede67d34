"""Takes a backup: one snapshot of the database, dumped and counted, in a folder that appears only once it is whole."""

import asyncio
import datetime as dt
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import msgspec

from zhibu_core.backup.files import FILES, copy_files
from zhibu_core.backup.manifest import DUMP, MANIFEST, Manifest, describe
from zhibu_core.backup.programs import run_program
from zhibu_core.database.access import BACKUP, Server
from zhibu_core.database.opening import database_for
from zhibu_core.errors import InvalidInput
from zhibu_core.settings import Settings
from zhibu_core.words import Words

LAST = "last-backup"
"""An empty file in the data folder; its time is that of the last whole backup."""


def last_backup(settings: Settings) -> dt.datetime | None:
    """When the last whole backup of the embedded database was taken; None where none was, or others take them."""
    mark = settings.data / LAST
    return dt.datetime.fromtimestamp(mark.stat().st_mtime, dt.UTC) if mark.exists() else None


async def take_backup(settings: Settings, out: Path) -> Manifest:
    """Writes the backup to the folder `out`, which must not exist, and returns its manifest.

    Nothing is stopped meanwhile: dump and counts are of one snapshot, taken by app_backup, which reads and never
    writes. Raises `InvalidInput` where something is at `out` or the database is not the embedded one, `Unavailable`
    where pg_dump fails, `OSError` of the folder; nothing is left behind then.
    """
    refuse_other_database(settings)
    with _folder(out) as draft:
        async with database_for(settings) as server:
            manifest = await _dump(server, draft / DUMP)
            files, size = await asyncio.to_thread(copy_files, settings, draft / FILES)
            manifest = msgspec.structs.replace(manifest, files=files, file_bytes=size)
        _write(draft / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    (settings.data / LAST).touch()
    return manifest


def refuse_other_database(settings: Settings) -> None:
    """Raises `InvalidInput` where the database is somebody else's to copy."""
    if settings.database_url:
        raise InvalidInput(
            "database_not_ours",
            Words(
                "数据库由 ZHIBU_DATABASE_URL 指定，请用它自己的备份工具（pgBackRest、CloudNativePG；见 docs/howto/operate.md）。",
                "The database of ZHIBU_DATABASE_URL is copied by its own tools (pgBackRest, CloudNativePG; see docs/howto/operate.md).",
            ),
            field="ZHIBU_DATABASE_URL",
        )


async def _dump(server: Server, file: Path) -> Manifest:
    address = server.dsn_for(BACKUP)
    _write(file, b"")  # pg_dump keeps the file's mode, which lets only its owner read
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("select pg_export_snapshot()")
            await run_program(
                server, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}", f"--dbname={address}"
            )  # fmt: skip
            return await describe(connection, file)
    finally:
        await connection.close()


@contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its name at the end; removed where the block fails."""
    _refuse_taken(out)
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}.partial")
    draft.mkdir(mode=0o700)
    try:
        yield draft
        _keep(draft)
        _refuse_taken(out)
        draft.rename(out)
        _keep(out.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _keep(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_taken(out: Path) -> None:
    if os.path.lexists(out):
        raise InvalidInput(
            "backup_exists",
            Words(f"{out} 已存在。请换一个名称。", f"{out} exists already. Name a folder that does not exist yet."),
            field="out",
        )

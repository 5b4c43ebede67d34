"""Backup and restore: whole or not there, refused over anything that exists, and no way back to what was erased."""

import asyncio
import datetime as dt
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import msgspec
import pytest
from sqlalchemy import text

from zhibu_core.audit import note
from zhibu_core.audit.seals import seal_tenant
from zhibu_core.backup.manifest import DUMP, MANIFEST, Manifest
from zhibu_core.backup.programs import run_program
from zhibu_core.backup.restoring import STAGE, Restored, restore_backup
from zhibu_core.backup.taking import take_backup
from zhibu_core.boot import running_platform
from zhibu_core.database import embedded
from zhibu_core.errors import InvalidInput, Unavailable, ZhibuError
from zhibu_core.organization.people import Person
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, open_secrets, sealed_columns
from zhibu_core.platform import Platform
from zhibu_core.settings import Settings
from zhibu_core.storage.checking import check_tenant
from zhibu_core.storage.keeping import Belongs, keep_file
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_tenants.life.erasing import erase_tenant
from zhibu_tenants.provisioning import create_tenant
from zhibu_testing import factories
from zhibu_testing.fixtures import all_powers
from zhibu_testing.key_material import key_material

pytestmark = pytest.mark.drills
SECRETS = PersonSecrets(citizen_id="990101199001011236")
TODAY = dt.date(2026, 10, 31)
MINUTES = b"%PDF-1.7 what was said"


@dataclass(frozen=True)
class Installation:
    """A data folder with two tenants and its backup, which was taken before one of them was erased."""

    settings: Settings
    backup: Path
    manifest: Manifest
    kept: Tenant
    gone: Tenant
    people: dict[str, Person]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Made once: a server of its own takes seconds."""
    folder = tmp_path_factory.mktemp("installation")
    settings = Settings(data=folder / "data")
    made = asyncio.run(_made(settings, folder / "backup"))
    yield made
    embedded.stop(settings)


async def _made(settings: Settings, out: Path) -> Installation:
    async with running_platform(settings) as platform:
        kept = await create_tenant(platform, "stays", "测试大学", "university", today=TODAY)
        gone = await create_tenant(platform, "leaves", "隔壁集团", "enterprise", today=TODAY)
        people = {tenant.slug: await with_somebody(platform, tenant) for tenant in (kept, gone)}
        for tenant in (kept, gone):
            await seal_tenant(platform, tenant.id, now=dt.datetime.now(dt.UTC))
        manifest = await take_backup(settings, out)
        await erase_tenant(platform, gone, out.with_name("certificate.json"))
    return Installation(settings, out, manifest, kept, gone, people)


async def with_somebody(platform: Platform, tenant: Tenant) -> Person:
    async with platform.database.session(tenant.id) as session:
        branch = await factories.organization(session, "000", kind="branch")
        person = await factories.member(session, "示例乙", branch)
        for column, value in sealed_columns(platform.keyring.cipher(tenant.id, COLUMN), person.id, SECRETS).items():
            setattr(person, column, value)
    who, belongs = await all_powers(platform, tenant), Belongs("core.test", person.id, "file.upload")
    await keep_file(platform, who, io.BytesIO(MINUTES), "minutes.pdf", belongs)
    return person


@contextmanager
def refused(kind: type[ZhibuError], words: str) -> Iterator[None]:
    with pytest.raises(kind) as error:
        yield
    assert words in error.value.message.en


async def elsewhere(installation: Installation, folder: Path, *, keys: bool = True) -> tuple[Settings, Restored]:
    """The backup restored into another data folder, beside the same keys and anchors."""
    settings = Settings(data=folder / "elsewhere")
    for name in ("keys", "anchors") if keys else ("anchors",):
        shutil.copytree(installation.settings.data / name, settings.data / name)
    return settings, await restore_backup(settings, installation.backup)


async def test_an_erased_tenant_does_not_come_back_from_a_backup(installation: Installation, tmp_path: Path) -> None:
    settings, found = await elsewhere(installation, tmp_path)
    assert (found.erased, found.keyless, found.is_whole) == (("leaves",), (), False)
    assert [slug for slug, report in found.reports.items() if report.is_whole] == ["stays"]
    async with running_platform(settings) as platform:
        kept = await _person(platform, installation.kept, installation.people["stays"].id)
        gone = await _person(platform, installation.gone, installation.people["leaves"].id)
        assert gone.sealed is not None, "its rows are back"
        with refused(Unavailable, "destroyed"):
            platform.keyring.cipher(installation.gone.id, COLUMN)
        with refused(Unavailable, "does not fit"):
            open_secrets(platform.keyring.cipher(installation.kept.id, COLUMN), gone.id, gone.sealed)
        assert open_secrets(platform.keyring.cipher(installation.kept.id, COLUMN), kept.id, kept.sealed) == SECRETS
        whole = await check_tenant(platform, installation.kept.id)
        assert (whole.contents, whole.faults) == (1, ()), "its file is back and can be read"
        again = await erase_tenant(platform, installation.gone, tmp_path / "again.json")
        assert (again.rows["person"], again.files) == (1, 1), "and are taken once more"
    assert (installation.manifest.files, installation.manifest.file_bytes > 0) == (2, True)
    assert {path.stat().st_mode & 0o077 for path in installation.backup.iterdir()} == {0}
    assert b"990101199001011236" not in await _plain(installation, tmp_path)


async def _plain(installation: Installation, folder: Path) -> bytes:
    """The dump as SQL: its own form is compressed, so nothing could be found in it."""
    async with embedded.running(installation.settings) as server:
        await run_program(server, "pg_restore", f"--file={folder / 'dump.sql'}", str(installation.backup / DUMP))
    return (folder / "dump.sql").read_bytes()


async def test_no_key_is_in_a_backup(installation: Installation, tmp_path: Path) -> None:
    plain = await _plain(installation, tmp_path)
    assert b"COPY public.person" in plain
    async with running_platform(installation.settings) as platform:
        keys = key_material(platform, installation.kept)
    assert [key for key in keys if key in plain] == []


async def _person(platform: Platform, tenant: Tenant, key: object) -> Person:
    async with platform.database.session(tenant.id) as session:
        person = await session.get(Person, (tenant.id, key))
    assert person is not None
    return person


async def test_without_the_keys_a_restore_says_whose_are_missing(installation: Installation, tmp_path: Path) -> None:
    _, found = await elsewhere(installation, tmp_path, keys=False)
    assert (found.erased, found.keyless, found.is_whole) == ((), ("leaves", "stays"), False)


async def test_a_backup_older_than_the_anchors_is_named_and_what_was_there_is_kept(
    installation: Installation, tmp_path: Path
) -> None:
    settings, _ = await elsewhere(installation, tmp_path)
    with refused(InvalidInput, "holds a database already"):
        await restore_backup(settings, installation.backup)
    async with running_platform(settings) as platform:
        await with_somebody(platform, await create_tenant(platform, "later", "后来", "university", today=TODAY))
        async with platform.database.session(installation.kept.id) as session:
            await note(session, Scope(installation.kept, frozenset()), "tenant.resume", "tenant", purpose="测试")
        await seal_tenant(platform, installation.kept.id, now=dt.datetime.now(dt.UTC))
        with refused(InvalidInput, "in use"):
            await restore_backup(settings, installation.backup, replacing=True)
    found = await restore_backup(settings, installation.backup, replacing=True)
    problem = found.reports["stays"].problem
    assert problem is not None
    assert (problem.kind, problem.seal) == ("seal_missing", 2)
    assert found.kept is not None
    assert (found.kept / "PG_VERSION").is_file()
    async with running_platform(settings) as platform, platform.database.system_session() as system:
        assert list(await system.scalars(text("select slug from global_tenant order by slug"))) == ["leaves", "stays"]


async def test_a_backup_that_is_not_what_was_written_is_refused(installation: Installation, tmp_path: Path) -> None:
    settings, bad = Settings(data=tmp_path / "data"), tmp_path / "bad"
    for spoil, why in (
        (_without_a_file, "files is not what"),
        (_cut, "not what the manifest says"),
        (_newer, "newer release"),
        (_no_manifest, "no backup"),
    ):
        shutil.copytree(installation.backup, bad, dirs_exist_ok=True)
        spoil(bad)
        with refused(InvalidInput, why):
            await restore_backup(settings, bad)
    _miscounted(bad, installation)
    with refused(Unavailable, "public.person"):
        await restore_backup(settings, bad)
    assert not (settings.data / "postgres").exists()
    assert not (settings.data / STAGE).exists()


def _cut(folder: Path) -> None:
    content = (folder / DUMP).read_bytes()
    (folder / DUMP).write_bytes(content[:-10] + bytes(10))


def _newer(folder: Path) -> None:
    said = msgspec.json.decode((folder / MANIFEST).read_bytes())
    said["histories"]["core"] = "9999"
    (folder / MANIFEST).write_bytes(msgspec.json.encode(said))


def _without_a_file(folder: Path) -> None:
    next(path for path in (folder / "files").rglob("*") if path.is_file()).unlink()


def _no_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def _miscounted(folder: Path, installation: Installation) -> None:
    shutil.copytree(installation.backup, folder, dirs_exist_ok=True)
    tables = {**installation.manifest.tables, "public.person": 99}
    (folder / MANIFEST).write_bytes(msgspec.json.encode(msgspec.structs.replace(installation.manifest, tables=tables)))


async def test_a_backup_overwrites_nothing_and_leaves_nothing_half_written(
    installation: Installation, tmp_path: Path
) -> None:
    with refused(InvalidInput, "exists already"):
        await take_backup(installation.settings, installation.backup)
    async with embedded.running(installation.settings) as server:
        admin = await asyncpg.connect(server.admin)
        await admin.execute("revoke select on person from app_backup")
        try:
            with refused(Unavailable, "pg_dump"):
                await take_backup(installation.settings, tmp_path / "new")
        finally:
            await admin.execute("grant select on person to app_backup")
            await admin.close()
    assert list(tmp_path.iterdir()) == []


def zhibu(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ZHIBU_DATA": str(data)}
    environment.pop("ZHIBU_PG", None)
    command = [sys.executable, "-m", "zhibu_core", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)


def test_the_commands_say_what_they_did(installation: Installation, tmp_path: Path) -> None:
    done = zhibu(installation.settings.data, "backup", "--out", str(tmp_path / "copy"))
    assert (done.returncode, "not in it: the keys" in done.stderr) == (0, True), done.stderr
    assert zhibu(installation.settings.data, "backup", "--out", str(tmp_path / "copy")).returncode == 2
    refused = zhibu(installation.settings.data, "restore", str(tmp_path / "copy"))
    assert (refused.returncode, refused.stdout) == (2, "")
    other = tmp_path / "data"
    for name in ("keys", "anchors"):
        shutil.copytree(installation.settings.data / name, other / name)
    restored = zhibu(other, "restore", str(tmp_path / "copy"))
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "catalog audit: no findings" in restored.stdout
    assert zhibu(other, "audit", "verify", "--tenant", "stays").returncode == 0
    _try_files(other)


def _try_files(data: Path) -> None:
    """`zhibu files`: what there is, that it is whole, and that it is not once its object is gone."""
    listed = zhibu(data, "files", "list", "--tenant", "stays").stdout.split("\t")
    assert (listed[1:4], listed[-1]) == (["clean", str(len(MINUTES)), "application/pdf"], "minutes.pdf\n")
    assert zhibu(data, "files", "check", "--tenant", "stays").returncode == 0
    assert zhibu(data, "files", "sweep", "--tenant", "stays").stdout == "uploads\t0\nfiles\t0\nobjects\t0\nstrays\t0\n"
    for path in (data / "files").rglob("objects/*/*"):
        path.unlink()
    faulty = zhibu(data, "files", "check", "--tenant", "stays")
    assert (faulty.returncode, faulty.stdout) == (1, f"missing\t{listed[0]}\tminutes.pdf\n")
    assert zhibu(data, "files", "check", "--tenant", "nobody").returncode == 2

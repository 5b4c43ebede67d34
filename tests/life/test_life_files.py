"""Files of a tenant through its life: in the archive with their hashes, taken in under a new key, erased and counted."""

import io
import json
import subprocess
import sys
import uuid
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from zhibu_core.errors import InvalidInput, Unavailable
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.storage.checking import check_tenant
from zhibu_core.storage.keeping import Belongs, keep_file
from zhibu_core.storage.models import FileObject
from zhibu_core.storage.port import prefix_of
from zhibu_core.tenancy.scope import Tenant
from zhibu_tenants.life.erasing import erase_tenant
from zhibu_tenants.life.exporting import export_tenant
from zhibu_tenants.life.importing import import_tenant
from zhibu_tenants.life.person_erasure import erase_person
from zhibu_tenants.life.person_export import export_person
from zhibu_testing import factories
from zhibu_testing.fixtures import Parties, all_powers

CONTENTS = (b"%PDF-1.7 one\n" * 9000, b"%PDF-1.7 two\n")


async def furnished(platform: Platform, tenant: Tenant, person: uuid.UUID | None = None) -> None:
    """Three files with two contents."""
    who = await all_powers(platform, tenant, person)
    for name, content in (("a.pdf", CONTENTS[0]), ("b.pdf", CONTENTS[0]), ("c.pdf", CONTENTS[1])):
        await keep_file(platform, who, io.BytesIO(content), name, Belongs("core.test", uuid.uuid4(), "file.upload"))


async def stored(platform: Platform, tenant: Tenant) -> list[str]:
    return [one.name async for one in platform.store.below(prefix_of(tenant.id))]


def files_of(archive: Path) -> list[tuple[str, int, str]]:
    with zipfile.ZipFile(archive) as opened:
        manifest = json.loads(opened.read("manifest.json"))
    return [(entry["file"], entry["size"], entry["sha256"]) for entry in manifest["files"]]


def verified(archive: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zhibu_verify", str(archive)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def changed(archive: Path, name: str, content: bytes | None) -> Path:
    other = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(other, "w") as target:
        for entry in source.namelist():
            kept = source.read(entry) if entry != name else content
            if kept is not None:
                target.writestr(entry, kept)
    return other


async def test_files_go_with_their_tenant_under_a_key_of_its_own(
    platform: Platform, parties: Parties, tmp_path: Path
) -> None:
    await furnished(platform, parties.home)
    archive = tmp_path / "home.zip"
    await export_tenant(platform, parties.home, archive)
    assert sorted(size for _, size, _ in files_of(archive)) == sorted(len(one) for one in CONTENTS)
    said = verified(archive)
    assert (said.returncode, "2 files" in said.stdout) == (0, True), said
    made = await import_tenant(platform, archive, f"files-{parties.home.slug[-8:]}")
    again = tmp_path / "again.zip"
    await export_tenant(platform, made, again)
    assert files_of(again) == files_of(archive)
    assert (await check_tenant(platform, made.id)).faults == ()
    theirs = {(platform.settings.data / "files" / name).read_bytes()[:64] for name in await stored(platform, made)}
    mine = {
        (platform.settings.data / "files" / name).read_bytes()[:64] for name in await stored(platform, parties.home)
    }
    assert len(theirs) == 2
    assert not theirs & mine


@pytest.mark.parametrize("content", [b"%PDF-1.7 other", None])
async def test_an_archive_with_a_changed_or_missing_file_is_refused(
    platform: Platform, parties: Parties, tmp_path: Path, content: bytes | None
) -> None:
    await furnished(platform, parties.home)
    await export_tenant(platform, parties.home, tmp_path / "home.zip")
    name = files_of(tmp_path / "home.zip")[0][0]
    faulty = changed(tmp_path / "home.zip", name, content)
    assert verified(faulty).returncode == 1
    with pytest.raises(InvalidInput, match="归档文件有问题"):
        await import_tenant(platform, faulty, "never-there")


async def test_an_import_that_fails_leaves_no_object(
    platform: Platform, parties: Parties, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnished(platform, parties.home)
    await export_tenant(platform, parties.home, tmp_path / "home.zip")
    before = {one.name async for one in platform.store.below("tenants/")}

    async def fail(*_: object) -> None:
        raise RuntimeError("power")

    monkeypatch.setattr("zhibu_tenants.life.importing.claim_files", fail)
    with pytest.raises(RuntimeError, match="power"):
        await import_tenant(platform, tmp_path / "home.zip", "half-files")
    assert {one.name async for one in platform.store.below("tenants/")} == before


async def test_a_damaged_file_stops_the_export_and_is_named(
    platform: Platform, parties: Parties, tmp_path: Path
) -> None:
    await furnished(platform, parties.home)
    (platform.settings.data / "files" / (await stored(platform, parties.home))[0]).write_bytes(b"?")
    with pytest.raises(Unavailable, match=r"“.*pdf”在存储中已损坏"):
        await export_tenant(platform, parties.home, tmp_path / "home.zip")
    assert list(tmp_path.iterdir()) == []


async def test_erasing_removes_objects_and_counts_them(platform: Platform, parties: Parties, tmp_path: Path) -> None:
    await furnished(platform, parties.home)
    await furnished(platform, parties.neighbour)
    said = await erase_tenant(platform, parties.home, tmp_path / "certificate.json")
    assert (said.files, said.rows["file"], said.rows["file_object"]) == (2, 3, 2)
    assert "files" not in said.rows
    assert await stored(platform, parties.home) == []
    assert len(await stored(platform, parties.neighbour)) == 2


async def test_a_persons_own_files_are_named(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        branch = await factories.organization(session, "B01")
        person = await factories.member(session, "示例甲", branch)
        other = Person(id=uuid.uuid4(), name="示例乙", sort_name="示例乙")
        session.add(other)
    await furnished(platform, parties.home, person.id)
    await furnished(platform, parties.home, other.id)
    scope = await all_powers(platform, parties.home)
    async with platform.database.session(parties.home.id) as session:
        sections = {section.title.zh: section.rows for section in await export_person(platform, session, scope, person)}
        assert sorted(row["name"] for row in sections["上传的附件"]) == ["a.pdf", "b.pdf", "c.pdf"]
        erased = await erase_person(
            platform, session, scope, await session.get_one(Person, (parties.home.id, other.id))
        )
        assert [(kept.what.zh, kept.number) for kept in erased.kept] == [("上传的附件", 3)]
        assert len((await session.scalars(select(FileObject))).all()) == 2

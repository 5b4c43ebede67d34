"""A tenant's archive: taken in elsewhere with equal hashes, refused when anything in it was changed, checked without Zhibu."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select, text

from zhibu_core.errors import InvalidInput
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.organization.people import Person
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, citizen_id_index, open_secrets, sealed_columns
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant
from zhibu_tenants.life.exporting import export_tenant
from zhibu_tenants.life.importing import import_tenant
from zhibu_tenants.life.tables import archived_tables, in_order
from zhibu_testing import factories
from zhibu_testing.fixtures import TODAY, Parties

SECRETS = PersonSecrets(citizen_id="990101199001011236", phone="19900001111", address="示例市示例路 1 号")
CHANGED_BY_IMPORT = {"audit_entry"}


async def furnished(platform: Platform, tenant: Tenant) -> Tenant:
    async with platform.database.session(tenant.id) as session:
        root = await factories.organization(session, "000", kind="committee")
        branch = await factories.organization(session, "B01", parent=root)
        person = await factories.member(session, "示例甲", branch)
        await session.flush()
        for column, value in sealed_columns(platform.keyring.cipher(tenant.id, COLUMN), person.id, SECRETS).items():
            setattr(person, column, value)
        fact = FactDraft("attendance", branch.id, TODAY, "meeting", new_id(), person_id=person.id, mark="present")
        await write_facts(session, [fact], source="orglife", written_by=None)
    return tenant


@pytest.fixture
async def archive(platform: Platform, parties: Parties, tmp_path: Path) -> Path:
    await furnished(platform, parties.home)
    await furnished(platform, parties.neighbour)
    await export_tenant(platform, parties.home, tmp_path / "home.zip")
    return tmp_path / "home.zip"


def tables_of(file: Path) -> dict[str, tuple[int, str]]:
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    return {entry["name"]: (entry["rows"], entry["sha256"]) for entry in manifest["tables"]}


def rewritten(file: Path, name: str, change: bytes | None) -> Path:
    """A copy in which one entry is other, or missing."""
    other = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        for entry in source.namelist():
            content = source.read(entry) if entry != name else change
            if content is not None:
                target.writestr(entry, content)
    return other


def verified(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zhibu_verify", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


async def test_what_is_taken_in_is_what_was_given_out(
    platform: Platform, parties: Parties, archive: Path, tmp_path: Path
) -> None:
    slug = f"again-{parties.home.slug[-8:]}"
    made = await import_tenant(platform, archive, slug)
    assert (made.state, made.name, made.today) == ("open", parties.home.name, parties.home.today)
    assert made.id != parties.home.id
    await export_tenant(platform, made, tmp_path / "again.zip")
    before, after = tables_of(archive), tables_of(tmp_path / "again.zip")
    assert before["person"][0] == 1
    assert {n: v for n, v in before.items() if n not in CHANGED_BY_IMPORT} == {
        n: v for n, v in after.items() if n not in CHANGED_BY_IMPORT
    }
    async with platform.database.session(made.id) as session:
        cipher = platform.keyring.cipher(made.id, COLUMN)
        index = citizen_id_index(cipher, SECRETS.citizen_id or "")
        person = await session.scalar(select(Person).where(Person.citizen_id_index == index))
        assert person is not None
        assert open_secrets(cipher, person.id, person.sealed) == SECRETS
    async with platform.database.session(parties.neighbour.id) as other:
        assert len(list(await other.scalars(select(Person)))) == 1
    with pytest.raises(InvalidInput, match="已被使用"):
        await import_tenant(platform, archive, slug)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("tables/person.jsonl", b"{}\n"),
        ("tables/fact.jsonl", None),
        ("manifest.sig", b"AAAA"),
        ("manifest.json", b"{}"),
        ("manifest.json", None),
    ],
)
async def test_a_changed_archive_is_refused_and_nothing_stays(
    platform: Platform, archive: Path, name: str, change: bytes | None
) -> None:
    changed = rewritten(archive, name, change)
    with pytest.raises(InvalidInput, match="什么都没有写入"):
        await import_tenant(platform, changed, "changed-one")
    found = verified(str(changed))
    assert found.returncode == 1
    assert "NOT VALID" in found.stdout
    async with platform.database.system_session() as system:
        assert await system.scalar(text("select count(*) from global_tenant where slug = 'changed-one'")) == 0


async def test_an_import_that_fails_half_way_leaves_nothing(
    platform: Platform, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_args: object, **_given: object) -> None:
        raise RuntimeError("power")

    monkeypatch.setattr("zhibu_tenants.life.importing._compare", fail)
    with pytest.raises(RuntimeError, match="power"):
        await import_tenant(platform, archive, "half-way")
    async with platform.database.system_session() as system:
        assert await system.scalar(text("select count(*) from global_tenant where slug = 'half-way'")) == 0


async def test_anybody_can_check_an_archive_without_zhibu(archive: Path) -> None:
    found = verified(str(archive))
    assert (found.returncode, "valid" in found.stdout) == (0, True), found.stdout + found.stderr
    signer = found.stdout.split("signed by key ")[1].strip()
    assert verified(str(archive), "--key", signer).returncode == 0
    assert verified(str(archive), "--key", "0" * 16).returncode == 1
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    assert verified(str(archive)).returncode == 1
    assert verified(str(archive.with_name("none.zip"))).returncode == 1


async def test_every_table_is_in_the_archive_or_left_out_for_a_reason(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        archived = [table.name for table in await archived_tables(platform, session)]
        order = await in_order(session)
    assert set(archived) <= set(order)
    assert order.index("organization") < order.index("fact") < order.index("fact_end")
    assert {"person", "position", "orglife_meeting", "learning_course", "affairs_case", "capability_score"} <= set(
        archived
    )


async def test_the_file_must_be_new(platform: Platform, parties: Parties, archive: Path) -> None:
    before = archive.read_bytes()
    with pytest.raises(FileExistsError):
        await export_tenant(platform, parties.home, archive)
    assert archive.read_bytes() == before
    assert archive.stat().st_mode & 0o077 == 0

"""Imports, exports and erasures that were killed: nothing half is left under a name, and a further call finishes."""

import json
from contextlib import suppress
from pathlib import Path

import pytest

from zhibu_core.database.ownership import owner_of
from zhibu_core.errors import InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import all_tenants, find_tenant
from zhibu_core.tenancy.scope import Tenant
from zhibu_tenants.life import erasing
from zhibu_tenants.life.erasing import erase_tenant
from zhibu_tenants.life.exporting import export_tenant
from zhibu_tenants.life.importing import _LOCK, import_tenant
from zhibu_tenants.life.states import change_state
from zhibu_tenants.life.whole_file import Draft
from zhibu_testing import factories
from zhibu_testing.fixtures import Parties


class Killed(BaseException):
    """What no code may catch and go on after."""


async def stored(platform: Platform, slug: str) -> Tenant:
    async with platform.database.system_session() as system:
        return await find_tenant(system, slug)


async def test_what_a_killed_import_left_gives_its_slug_back(
    platform: Platform, parties: Parties, tmp_path: Path
) -> None:
    await export_tenant(platform, parties.home, tmp_path / "archive.zip")
    slug = f"in-{parties.home.slug[5:]}"
    first = await import_tenant(platform, tmp_path / "archive.zip", slug)
    with pytest.raises(InvalidInput):
        await import_tenant(platform, tmp_path / "archive.zip", slug)
    await change_state(platform, first, "importing")
    async with owner_of(platform) as other:
        await other.fetchval(_LOCK, slug)
        with pytest.raises(InvalidInput) as error:
            await import_tenant(platform, tmp_path / "archive.zip", slug)
        assert error.value.code == "slug_importing", "somebody is still at it"
    second = await import_tenant(platform, tmp_path / "archive.zip", slug)
    async with platform.database.system_session() as system:
        same = [(t.id, t.state) for t in await all_tenants(system) if t.slug == slug]
    assert same == [(second.id, "open")]
    assert second.id != first.id


async def test_an_erasure_killed_at_any_step_is_finished_by_a_further_call(
    platform: Platform, parties: Parties, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with platform.database.session(parties.home.id) as session:
        await factories.member(session, "示例乙", await factories.organization(session, "000", kind="branch"))
    certificate = tmp_path / "certificate.json"
    for step in ("_audit_head", "_delete_some", "_remove_tenant"):
        with monkeypatch.context() as broken:
            broken.setattr(erasing, step, _dies)
            with pytest.raises(Killed):
                await erase_tenant(platform, await stored(platform, parties.home.slug), certificate)
        assert (await stored(platform, parties.home.slug)).state == "erasing"
        assert list(tmp_path.iterdir()) == []
    said = await erase_tenant(platform, await stored(platform, parties.home.slug), certificate)
    assert said.rows["person"] == 1, "rows that an earlier call erased are on the certificate too"
    assert json.loads(certificate.read_text())["certificate"]["rows"] == said.rows
    assert not (platform.settings.data / "erasing" / f"{parties.home.id}.json").exists()


async def test_a_certificate_without_its_last_commit_is_taken_back(
    platform: Platform, parties: Parties, tmp_path: Path
) -> None:
    certificate = tmp_path / "certificate.json"
    certificate.write_text(json.dumps({"certificate": {"tenant": str(parties.home.id)}}))
    with pytest.raises(FileExistsError):
        await erase_tenant(platform, await stored(platform, parties.home.slug), certificate)
    await change_state(platform, parties.home, "erasing")
    said = await erase_tenant(platform, await stored(platform, parties.home.slug), certificate)
    assert json.loads(certificate.read_text())["certificate"]["rows"] == said.rows


def test_a_draft_takes_no_name_that_somebody_took_meanwhile(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "out")
    draft.file.write(b"mine")
    (tmp_path / "out").write_bytes(b"theirs")
    with suppress(FileExistsError):
        draft.keep()
    draft.drop()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("out", b"theirs")]


async def _dies(*_: object) -> int:
    raise Killed

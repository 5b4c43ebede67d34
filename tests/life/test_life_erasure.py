"""Suspending, resuming and erasing: doors close, keys go first, neighbours notice nothing, the certificate holds."""

import json
import subprocess
import sys
from pathlib import Path
from typing import cast

import httpx
import pytest
from sqlalchemy import Table, select, text

from zhibu_core.app import create_app
from zhibu_core.crypto.fields import Sealed
from zhibu_core.errors import InvalidInput, Unavailable
from zhibu_core.organization.people import Person
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, open_secrets, sealed_columns
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.models import Base
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_tenants.keys import NOT_ARCHIVED, rotate
from zhibu_tenants.life.erasing import erase_tenant
from zhibu_tenants.life.states import change_state, resume, suspend
from zhibu_tenants.life.tables import LEFT_OUT
from zhibu_testing import factories
from zhibu_testing.delivering import deliver
from zhibu_testing.fixtures import Parties

SECRETS = PersonSecrets(citizen_id="990101199001011236")


async def as_stored(platform: Platform, tenant: Tenant) -> Tenant:
    async with platform.database.system_session() as system:
        return await find_tenant(system, tenant.slug)


async def with_somebody(platform: Platform, tenant: Tenant) -> Person:
    async with platform.database.session(tenant.id) as session:
        branch = await factories.organization(session, "000", kind="branch")
        person = await factories.member(session, "示例乙", branch)
        await session.flush()
        for column, value in sealed_columns(platform.keyring.cipher(tenant.id, COLUMN), person.id, SECRETS).items():
            setattr(person, column, value)
    return person


async def test_a_suspended_tenant_answers_with_one_plain_page(platform: Platform, parties: Parties) -> None:
    transport = httpx.ASGITransport(app=create_app(platform, jobs=False))  # type: ignore[arg-type]
    html = {"accept": "text/html"}
    async with httpx.AsyncClient(transport=transport, base_url="http://zhibu.test") as client:
        await suspend(platform, parties.home, "测试")
        for path in ("", "/sign-in", "/help"):
            answer = await client.get(f"/t/{parties.home.slug}{path}", headers=html)
            assert (answer.status_code, "暂停使用" in answer.text) == (403, True), path
        assert (await client.get(f"/t/{parties.neighbour.slug}/sign-in", headers=html)).status_code == 200
        await resume(platform, await as_stored(platform, parties.home), "测试")
        assert (await client.get(f"/t/{parties.home.slug}/sign-in", headers=html)).status_code == 200


async def test_events_of_a_suspended_tenant_wait_without_being_tried(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        await publish(session, "import.written", "import_run", None)
    await suspend(platform, parties.home, "")
    await deliver(platform, parties.home)
    async with platform.database.system_session() as system:
        waiting = (
            await system.execute(
                text("select attempts, dispatched_at from jobs.outbox where tenant_id = :t"), {"t": parties.home.id}
            )
        ).all()
    assert [tuple(row) for row in waiting if row.dispatched_at is None] == [(0, None)] * len(waiting)


async def test_an_erased_tenant_is_gone_and_its_neighbour_is_whole(
    platform: Platform, parties: Parties, tmp_path: Path
) -> None:
    gone, kept = await with_somebody(platform, parties.home), await with_somebody(platform, parties.neighbour)
    backup = gone.sealed
    said = await erase_tenant(platform, parties.home, tmp_path / "certificate.json")
    assert said.rows["person"] == 1
    assert said.key_destroyed_at < said.finished_at
    async with platform.database.session(parties.home.id) as session:
        for name in said.rows:
            assert (
                await session.scalar(
                    text(f'select count(*) from "{name}" where tenant_id = :t'), {"t": parties.home.id}
                )
                == 0
            )
    with pytest.raises(Unavailable, match="销毁"):
        open_secrets(platform.keyring.cipher(parties.home.id, COLUMN), gone.id, backup)
    async with platform.database.session(parties.neighbour.id) as session:
        person = await session.scalar(select(Person))
        assert person is not None
        cipher = platform.keyring.cipher(parties.neighbour.id, COLUMN)
        assert open_secrets(cipher, kept.id, person.sealed) == SECRETS
    text_of = (tmp_path / "certificate.json").read_text()
    assert "示例乙" not in text_of
    command = [sys.executable, "-m", "zhibu_verify", str(tmp_path / "certificate.json")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (tmp_path / "forged.json").write_text(text_of.replace('"person":1', '"person":0'))
    assert json.loads((tmp_path / "forged.json").read_text())["certificate"]["rows"]["person"] == 0
    command[-1] = str(tmp_path / "forged.json")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


async def test_an_erasure_that_was_broken_off_goes_on(platform: Platform, parties: Parties, tmp_path: Path) -> None:
    await with_somebody(platform, parties.home)
    await change_state(platform, parties.home, "erasing")
    platform.keyring.destroy(parties.home.id)
    half = await as_stored(platform, parties.home)
    with pytest.raises(InvalidInput, match="注销"):
        await resume(platform, half, "")
    assert (await erase_tenant(platform, half, tmp_path / "c.json")).rows["person"] == 1


async def test_the_certificate_is_refused_before_anything_is_touched(
    platform: Platform, parties: Parties, tmp_path: Path
) -> None:
    (tmp_path / "c.json").write_text("kept")
    with pytest.raises(FileExistsError):
        await erase_tenant(platform, parties.home, tmp_path / "c.json")
    assert (await as_stored(platform, parties.home)).state == "open"
    assert (tmp_path / "c.json").read_text() == "kept"


async def test_a_rotation_reads_the_same_and_leaves_no_old_key(platform: Platform, parties: Parties) -> None:
    person = await with_somebody(platform, parties.home)
    done = await rotate(platform, Scope(parties.home, frozenset()), "sm4")
    assert (done.values, done.forgotten) == (1, 1)
    async with platform.database.session(parties.home.id) as session:
        stored = await session.get(Person, (parties.home.id, person.id))
        assert stored is not None
        assert stored.sealed is not None
        assert stored.sealed[0] == done.number
        assert open_secrets(platform.keyring.cipher(parties.home.id, COLUMN), person.id, stored.sealed) == SECRETS
        assert stored.citizen_id_index == person.citizen_id_index


def test_ciphertext_that_no_archive_holds_is_sealed_anew_too() -> None:
    tables = [cast("Table", mapper.local_table) for mapper in Base.registry.mappers]
    sealed = {t.name for t in tables if t.name in LEFT_OUT and any(isinstance(c.type, Sealed) for c in t.c)}
    assert sealed == {model.__tablename__ for model in NOT_ARCHIVED}

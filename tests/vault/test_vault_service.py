"""The service with its keys in a real Vault: a hanging one is a clear 503 that heals, rotation and erasure reach it, nothing leaks."""

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select

from zhibu_core.crypto import vault
from zhibu_core.crypto.keyring import Keyring
from zhibu_core.crypto.vault import VaultKeys
from zhibu_core.errors import Unavailable
from zhibu_core.organization.people import Person
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, open_secrets, sealed_columns
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Tenant
from zhibu_tenants.keys import rotate
from zhibu_tenants.life.erasing import erase_tenant
from zhibu_testing import factories
from zhibu_testing.browsing import app_of, sign_in
from zhibu_testing.fixtures import Parties, TestDatabase, all_powers
from zhibu_testing.key_material import forms_of, wrapped_and_plain

SECRETS = PersonSecrets(citizen_id="990101199001011236")


async def with_somebody(platform: Platform, tenant: Tenant) -> Person:
    async with platform.database.session(tenant.id) as session:
        branch = await factories.organization(session, "000", kind="branch")
        person = await factories.member(session, "示例乙", branch)
        await session.flush()
        for column, value in sealed_columns(platform.keyring.cipher(tenant.id, COLUMN), person.id, SECRETS).items():
            setattr(person, column, value)
    return person


async def test_a_vault_that_hangs_is_a_clear_503_and_heals(
    on_vault: Platform, server: Any, parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await with_somebody(on_vault, parties.home)
    browser = await sign_in(app_of(on_vault), on_vault, parties.home, person.id, {"organizer": None})
    page = f"/people/members/{person.id}"
    assert (await browser.get(page)).status_code == 200
    # As in a process that has just begun: nothing was opened before.
    monkeypatch.setattr(on_vault, "keyring", Keyring(VaultKeys(server.settings)))
    monkeypatch.setattr(vault, "PATIENCE", 1)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        answer = await browser.get(page)
        first = time.monotonic() - begun
        assert (answer.status_code, "密钥服务" in answer.text) == (503, True)
        assert int(answer.headers["retry-after"]) > 0
        assert first < 4.5
        begun = time.monotonic()
        assert [(await browser.get(page)).status_code for _ in range(5)] == [503] * 5
        assert time.monotonic() - begun < first
        assert (await browser.get("/people/organizations")).status_code == 200
    finally:
        os.kill(server.pid, signal.SIGCONT)
    begun = time.monotonic()
    while (await browser.get(page)).status_code != 200:
        assert time.monotonic() - begun < 10
        await asyncio.sleep(0.5)


async def test_rotation_and_erasure_reach_what_a_backup_holds(
    on_vault: Platform, server: Any, parties: Parties, tmp_path: Path
) -> None:
    gone, kept = await with_somebody(on_vault, parties.home), await with_somebody(on_vault, parties.neighbour)
    before = gone.sealed
    done = await rotate(on_vault, await all_powers(on_vault, parties.home), "sm4")
    assert (done.number, done.values, done.forgotten) == (2, 1, 1)
    async with on_vault.database.session(parties.home.id) as session:
        after = (await session.scalars(select(Person))).one().sealed
    cipher = on_vault.keyring.cipher(parties.home.id, COLUMN)
    assert open_secrets(cipher, gone.id, after) == SECRETS
    with pytest.raises(Unavailable, match="密钥不匹配"):
        open_secrets(cipher, gone.id, before)
    await erase_tenant(on_vault, parties.home, tmp_path / "certificate.json")
    for ring in (on_vault.keyring, Keyring(VaultKeys(server.settings))):
        with pytest.raises(Unavailable, match="销毁"):
            open_secrets(ring.cipher(parties.home.id, COLUMN), gone.id, after)
    versions = server.versions(f"zhibu/{parties.home.id}")
    assert [one["destroyed"] for one in versions.values()] == [True] * (len(versions) - 1) + [False]
    neighbours = on_vault.keyring.cipher(parties.neighbour.id, COLUMN)
    assert open_secrets(neighbours, kept.id, kept.sealed) == SECRETS


async def test_no_key_is_in_tables_logs_or_on_the_disk(
    on_vault: Platform, server: Any, parties: Parties, test_database: TestDatabase, capfd: pytest.CaptureFixture[str]
) -> None:
    await with_somebody(on_vault, parties.home)
    await rotate(on_vault, await all_powers(on_vault, parties.home))
    on_vault.keyring.provider.stamp(parties.home.id)
    kept = on_vault.keyring.provider.read(parties.home.id) or b""
    secrets = forms_of([*wrapped_and_plain(on_vault, parties.home), kept, (server.settings.given_token or "").encode()])
    said = "".join(capfd.readouterr()).encode()
    places = {
        "tables": await _all_rows(test_database),
        "said": said,
        "log": (test_database.settings.data / "postgres.log").read_bytes(),
        "disk": b"".join(path.read_bytes() for path in on_vault.settings.keys.glob(f"{parties.home.id}*")),
    }
    assert str(parties.home.id).encode() in places["tables"]
    assert [(where, secret) for where, found in places.items() for secret in secrets if secret in found] == []


async def _all_rows(database: TestDatabase) -> bytes:
    """Every row of every table, as its text: what a dump holds."""
    administrator = await asyncpg.connect(database.server.admin_for(database.name))
    try:
        names = await administrator.fetch(
            "select quote_ident(schemaname) || '.' || quote_ident(tablename) from pg_tables"
            " where schemaname in ('public', 'jobs')"
        )
        found = [
            await administrator.fetchval(f"select string_agg(r::text, chr(10)) from {name[0]} r") for name in names
        ]
    finally:
        await administrator.close()
    return "\n".join(rows for rows in found if rows).encode()

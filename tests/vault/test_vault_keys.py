"""The key provider of production against a real Vault: what is sealed opens, rotation and destruction hold on every machine."""

import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.exceptions import InvalidTag

from zhibu_core.crypto import vault
from zhibu_core.crypto.keyring import Keyring, KeysChanged, TenantKeys
from zhibu_core.crypto.settings import VaultSettings
from zhibu_core.crypto.vault import VaultKeys
from zhibu_core.errors import Unavailable

COLUMN, ROW = "person.sealed", uuid.UUID(int=7)


@pytest.fixture
def tenant() -> uuid.UUID:
    return uuid.uuid4()


def test_what_one_machine_seals_another_opens(settings: VaultSettings, tenant: uuid.UUID) -> None:
    sealed = Keyring(VaultKeys(settings)).cipher(tenant, COLUMN).seal(b"990101", ROW)
    elsewhere = Keyring(VaultKeys(settings))
    assert elsewhere.cipher(tenant, COLUMN).open(sealed, ROW) == b"990101"
    assert elsewhere.cipher(tenant, COLUMN).index("x") == Keyring(VaultKeys(settings)).cipher(tenant, COLUMN).index("x")
    with pytest.raises(Unavailable, match="密钥不匹配"):
        elsewhere.cipher(uuid.uuid4(), COLUMN).open(sealed, ROW)


def test_a_wrapped_key_opens_for_its_tenant_only(settings: VaultSettings, tenant: uuid.UUID) -> None:
    provider = VaultKeys(settings)
    wrapped = provider.wrap(b"k" * 32, tenant)
    assert wrapped.startswith(b"vault:v1:")
    assert provider.unwrap(wrapped, tenant) == b"k" * 32
    for other, content in ((uuid.uuid4(), wrapped), (tenant, b"vault:v1:AAAA"), (tenant, "钥".encode())):
        with pytest.raises(InvalidTag):
            provider.unwrap(content, other)


@pytest.mark.parametrize("suite", ["aes", "sm4"])
def test_rotation_is_seen_elsewhere_and_old_values_open(settings: VaultSettings, tenant: uuid.UUID, suite: str) -> None:
    here, there = Keyring(VaultKeys(settings), suite=suite), Keyring(VaultKeys(settings), suite=suite)
    old = there.cipher(tenant, COLUMN).seal(b"old", ROW)
    assert here.rotate(tenant).number == 2
    fresh = there.cipher(tenant, COLUMN).seal(b"new", ROW)
    assert (old[0], fresh[0]) == (1, 2)
    assert there.cipher(tenant, COLUMN).open(old, ROW) == b"old"
    assert here.retire(tenant) == 1
    with pytest.raises(Unavailable, match="密钥不匹配"):
        there.cipher(tenant, COLUMN).open(old, ROW)


def test_destroyed_is_destroyed_everywhere_with_all_older_versions(server: Any, tenant: uuid.UUID) -> None:
    here, there = Keyring(VaultKeys(server.settings)), Keyring(VaultKeys(server.settings))
    sealed = there.cipher(tenant, COLUMN).seal(b"990101", ROW)
    here.rotate(tenant)
    here.destroy(tenant)
    with pytest.raises(Unavailable, match="销毁"):
        there.cipher(tenant, COLUMN).open(sealed, ROW)
    kept = server.versions(f"zhibu/{tenant}")
    assert [number for number, one in kept.items() if not one["destroyed"]] == ["3"]


def test_a_destruction_that_was_broken_off_is_finished_by_a_further_one(
    server: Any, tenant: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = VaultKeys(server.settings)
    Keyring(provider).cipher(tenant, COLUMN)
    ask = provider._ask_strictly
    monkeypatch.setattr(
        provider, "_ask_strictly", lambda call, **given: 1 / 0 if "destroy" in call else ask(call, **given)
    )
    with pytest.raises(ZeroDivisionError):
        Keyring(provider).destroy(tenant)
    assert not server.versions(f"zhibu/{tenant}")["1"]["destroyed"]
    again = Keyring(VaultKeys(server.settings))
    when = again.keys_of(tenant).destroyed_at
    again.destroy(tenant)
    kept = server.versions(f"zhibu/{tenant}")
    assert [number for number, one in kept.items() if not one["destroyed"]] == ["3"]
    assert again.keys_of(tenant).destroyed_at == when


def test_who_is_second_reads_what_the_first_made(settings: VaultSettings, tenant: uuid.UUID) -> None:
    first, second = VaultKeys(settings), VaultKeys(settings)
    with first.locked(tenant):
        Keyring(second).cipher(tenant, COLUMN)
        with pytest.raises(KeysChanged):
            first.write(tenant, b"{}")


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "http://127.0.0.1:9"},
        {"given_token": "nobody"},
        {"transit": "nowhere"},
        {"kv": "nowhere"},
        {"kv": "transit"},
    ],
)
def test_away_refused_or_set_up_wrongly_is_said_in_one_sentence_and_makes_no_key(
    settings: VaultSettings, tenant: uuid.UUID, wrong: dict[str, Any]
) -> None:
    ring = Keyring(VaultKeys(replace(settings, **wrong)))
    for _ in range(2):
        with pytest.raises(Unavailable, match="ZHIBU_KEYS"):
            ring.cipher(tenant, COLUMN)
    assert VaultKeys(settings).read(tenant) is None


def test_keys_under_another_transit_key_are_said_to_be_that(settings: VaultSettings, tenant: uuid.UUID) -> None:
    provider = VaultKeys(settings)
    Keyring(provider).cipher(tenant, COLUMN)
    with provider.locked(tenant):
        kept = provider.read(tenant) or b""
        provider.write(tenant, kept.replace(msgspec.json.encode(_wrapped(kept)), msgspec.json.encode(b"vault:v1:AAAA")))
    with pytest.raises(Unavailable, match="主密钥"):
        Keyring(VaultKeys(settings)).cipher(tenant, COLUMN)


def _wrapped(kept: bytes) -> bytes:
    return msgspec.json.decode(kept, type=TenantKeys).data[0].wrapped


def test_keys_opened_before_are_used_for_two_minutes_while_vault_is_away(
    settings: VaultSettings, tenant: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = VaultKeys(settings)
    ring = Keyring(provider)
    sealed = ring.cipher(tenant, COLUMN).seal(b"990101", ROW)
    provider.settings = replace(settings, address="http://127.0.0.1:9")
    provider._client = None
    assert ring.cipher(tenant, COLUMN).open(sealed, ROW) == b"990101"
    monkeypatch.setattr(vault, "AWAY_AT_MOST", 0.0)
    with pytest.raises(Unavailable, match="ZHIBU_KEYS"):
        ring.cipher(tenant, COLUMN)


def test_a_token_in_a_file_is_read_anew_when_it_has_run_out(server: Any, tenant: uuid.UUID, tmp_path: Path) -> None:
    file = tmp_path / "token"
    first = server.root.auth.token.create(policies=["zhibu"])["auth"]["client_token"]
    file.write_text(first)
    provider = VaultKeys(replace(server.settings, given_token=None, token_file=file))
    assert Keyring(provider).cipher(tenant, COLUMN)
    server.root.auth.token.revoke(first)
    file.write_text(server.settings.given_token or "")
    with pytest.raises(Unavailable):
        provider.read(tenant)
    provider._away = None  # two seconds later
    assert provider.read(tenant)

"""The key provider of production against a real Vault: what is sealed opens, rotation and destruction hold on every machine."""

import uuid
from dataclasses import replace

import hvac
import pytest
from cryptography.exceptions import InvalidTag

from services.places import read_state
from zhibu_core.crypto import vault
from zhibu_core.crypto.keyring import Keyring, KeysChanged
from zhibu_core.crypto.settings import VaultSettings
from zhibu_core.crypto.vault import TRANSIT_KEY, VaultKeys
from zhibu_core.errors import Unavailable

pytestmark = pytest.mark.vault
COLUMN, ROW = "person.sealed", uuid.UUID(int=7)


@pytest.fixture(scope="session")
def settings() -> VaultSettings:
    """A Vault with the engines and the policy of docs/howto/operate.md, and a token that may do only that."""
    state = read_state()["vault"]
    root = hvac.Client(url=state["address"], token=state["token"])
    if "transit/" not in root.sys.list_mounted_secrets_engines()["data"]:
        root.sys.enable_secrets_engine("transit")
        root.secrets.transit.create_key(name=TRANSIT_KEY, key_type="aes256-gcm96", derived=True)
    root.sys.create_or_update_policy(
        "zhibu",
        """path "transit/encrypt/zhibu" { capabilities = ["update"] }
        path "transit/decrypt/zhibu" { capabilities = ["update"] }
        path "secret/data/zhibu/*" { capabilities = ["create", "read", "update"] }
        path "secret/metadata/zhibu/*" { capabilities = ["read"] }
        path "secret/destroy/zhibu/*" { capabilities = ["update"] }""",
    )
    token = root.auth.token.create(policies=["zhibu"], ttl="1h")["auth"]["client_token"]
    return VaultSettings(state["address"], given_token=token)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every stamp is asked for: nobody waits ten seconds here."""
    monkeypatch.setattr(vault, "SEEN_WITHIN", 0.0)


@pytest.fixture
def tenant() -> uuid.UUID:
    return uuid.uuid4()


def test_what_one_machine_seals_another_opens(settings: VaultSettings, tenant: uuid.UUID) -> None:
    sealed = Keyring(VaultKeys(settings)).cipher(tenant, COLUMN).seal(b"990101", ROW)
    elsewhere = Keyring(VaultKeys(settings))
    assert elsewhere.cipher(tenant, COLUMN).open(sealed, ROW) == b"990101"
    assert elsewhere.cipher(tenant, COLUMN).index("x") == Keyring(VaultKeys(settings)).cipher(tenant, COLUMN).index("x")
    with pytest.raises(InvalidTag):
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
    with pytest.raises(InvalidTag):
        there.cipher(tenant, COLUMN).open(old, ROW)


def test_destroyed_is_destroyed_everywhere_with_all_older_versions(settings: VaultSettings, tenant: uuid.UUID) -> None:
    here, there = Keyring(VaultKeys(settings)), Keyring(VaultKeys(settings))
    sealed = there.cipher(tenant, COLUMN).seal(b"990101", ROW)
    here.rotate(tenant)
    here.destroy(tenant)
    with pytest.raises(Unavailable, match="销毁"):
        there.cipher(tenant, COLUMN).open(sealed, ROW)
    state = read_state()["vault"]
    root = hvac.Client(url=state["address"], token=state["token"])
    kept = root.secrets.kv.v2.read_secret_metadata(path=f"zhibu/{tenant}")["data"]["versions"]
    assert [number for number, one in kept.items() if not one["destroyed"]] == ["3"]


def test_who_is_second_reads_what_the_first_made(settings: VaultSettings, tenant: uuid.UUID) -> None:
    first, second = VaultKeys(settings), VaultKeys(settings)
    with first.locked(tenant):
        Keyring(second).cipher(tenant, COLUMN)
        with pytest.raises(KeysChanged):
            first.write(tenant, b"{}")


def test_away_or_refused_is_said_in_one_sentence(settings: VaultSettings, tenant: uuid.UUID) -> None:
    for wrong in (replace(settings, address="http://127.0.0.1:9"), replace(settings, given_token="nobody")):
        with pytest.raises(Unavailable, match="ZHIBU_KEYS"):
            Keyring(VaultKeys(wrong)).cipher(tenant, COLUMN)


def test_keys_opened_before_are_used_while_vault_is_away(settings: VaultSettings, tenant: uuid.UUID) -> None:
    provider = VaultKeys(settings)
    ring = Keyring(provider)
    sealed = ring.cipher(tenant, COLUMN).seal(b"990101", ROW)
    provider.settings = replace(settings, address="http://127.0.0.1:9")
    provider._client = None
    assert ring.cipher(tenant, COLUMN).open(sealed, ROW) == b"990101"

"""A Vault with the engines and the policy of docs/howto/operate.md, and a platform whose keys lie in it."""

from dataclasses import dataclass
from typing import Any

import hvac
import pytest

from services.places import read_state
from zhibu_core.crypto import vault
from zhibu_core.crypto.keyring import Keyring
from zhibu_core.crypto.settings import VaultSettings
from zhibu_core.crypto.vault import TRANSIT_KEY, VaultKeys
from zhibu_core.platform import Platform

POLICY = """path "transit/encrypt/zhibu" { capabilities = ["update"] }
path "transit/decrypt/zhibu" { capabilities = ["update"] }
path "secret/data/zhibu/*" { capabilities = ["create", "read", "update"] }
path "secret/metadata/zhibu/*" { capabilities = ["read"] }
path "secret/destroy/zhibu/*" { capabilities = ["update"] }"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs a Vault."""
    for item in items:
        if "tests/vault" in item.path.as_posix():
            item.add_marker(pytest.mark.vault)


@dataclass(frozen=True)
class Server:
    """The running Vault as its administrator sees it; `settings` hold a token that may do only what the policy says."""

    pid: int
    root: hvac.Client
    settings: VaultSettings

    def versions(self, path: str) -> dict[str, Any]:
        """The versions of what is kept there, by number."""
        found: dict[str, Any] = self.root.secrets.kv.v2.read_secret_metadata(path=path)["data"]["versions"]
        return found


@pytest.fixture(scope="session")
def server() -> Server:
    """The one that `python -m services start vault` started."""
    found = read_state().get("vault")
    assert found is not None, "vault does not run: make test-vault"
    root = hvac.Client(url=found["address"], token=found["token"])
    if "transit/" not in root.sys.list_mounted_secrets_engines()["data"]:
        root.sys.enable_secrets_engine("transit")
        root.secrets.transit.create_key(name=TRANSIT_KEY, key_type="aes256-gcm96", derived=True)
    root.sys.create_or_update_policy("zhibu", POLICY)
    token = root.auth.token.create(policies=["zhibu"], ttl="1h")["auth"]["client_token"]
    return Server(found["pid"], root, VaultSettings(found["address"], given_token=token))


@pytest.fixture
def settings(server: Server) -> VaultSettings:
    """How Zhibu signs in there."""
    return server.settings


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every stamp is asked for, and rotation waits for nobody: no test takes two minutes."""
    monkeypatch.setattr(vault, "SEEN_WITHIN", 0.0)
    monkeypatch.setattr(VaultKeys, "seen_within", 0.0)


@pytest.fixture
def on_vault(platform: Platform, settings: VaultSettings, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """The platform as it is where `ZHIBU_KEYS` names the Vault."""
    monkeypatch.setattr(platform, "keyring", Keyring(VaultKeys(settings)))
    return platform

"""The signing keys in a real Vault: one for every process, wrapped, taken over from a file; archives and seals stay checkable."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from zhibu_core.audit.signing import SealingKeys
from zhibu_core.crypto.providers import signing_of
from zhibu_core.crypto.settings import VaultSettings
from zhibu_core.crypto.signing import ARCHIVES, SEALS, Purpose, SigningKeys, public_bytes
from zhibu_core.errors import Unavailable


@pytest.fixture(autouse=True)
def no_keys_yet(server: Any) -> None:
    """Each test begins with a Vault that has none."""
    for purpose in (ARCHIVES, SEALS):
        server.root.secrets.kv.v2.delete_metadata_and_all_versions(path=f"zhibu/{purpose.place}")


@pytest.mark.parametrize("purpose", [ARCHIVES, SEALS])
def test_two_machines_sign_with_one_key_that_no_disk_holds(
    settings: VaultSettings, tmp_path: Path, purpose: Purpose
) -> None:
    here, there = signing_of(settings, tmp_path / "here"), signing_of(settings, tmp_path / "there")
    public = public_bytes(here.key(purpose))
    assert public_bytes(there.key(purpose)) == public
    Ed25519PublicKey.from_public_bytes(public).verify(there.key(purpose).sign(b"said"), b"said")
    assert not list(tmp_path.rglob(purpose.file))


def test_a_key_that_was_a_file_moves_in_and_old_signatures_hold(
    server: Any, settings: VaultSettings, tmp_path: Path
) -> None:
    before = SealingKeys(SigningKeys(tmp_path))
    signature, key = before.sign(b"head"), before.current
    after = SealingKeys(signing_of(settings, tmp_path))
    assert (after.current, after.is_signed(key, b"head", signature)) == (key, True)
    assert not (tmp_path / SEALS.file).exists()
    kept = server.root.secrets.kv.v2.read_secret_version(path=f"zhibu/{SEALS.place}", raise_on_deleted_version=False)
    assert "vault:v" not in kept["data"]["data"]["keys"], "base64 of what transit wrapped"


def test_while_vault_is_away_whoever_holds_the_key_signs_on(settings: VaultSettings, tmp_path: Path) -> None:
    keys = signing_of(settings, tmp_path)
    keys.key(ARCHIVES)
    away = signing_of(replace(settings, address="http://127.0.0.1:9"), tmp_path)
    with pytest.raises(Unavailable, match="ZHIBU_KEYS"):
        away.key(ARCHIVES)
    assert keys.key(ARCHIVES).sign(b"said")

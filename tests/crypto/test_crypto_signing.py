"""Signing keys: files of their own, or wrapped beside the tenants' keys; whoever moves them keeps the public half."""

from pathlib import Path

import pytest

from zhibu_core.audit.signing import SealingKeys
from zhibu_core.crypto.folder import MASTER, FolderOfKeys
from zhibu_core.crypto.signing import ARCHIVES, SEALS, Purpose, SigningKeys, public_bytes
from zhibu_core.errors import Unavailable

PURPOSES = [ARCHIVES, SEALS]


def public_of(keys: SigningKeys, purpose: Purpose) -> bytes:
    return public_bytes(keys.key(purpose))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_file_is_made_once_and_read_by_everybody(tmp_path: Path, purpose: Purpose) -> None:
    made = public_of(SigningKeys(tmp_path), purpose)
    assert public_of(SigningKeys(tmp_path), purpose) == made
    assert (tmp_path / purpose.file).stat().st_mode & 0o777 == 0o600
    assert made != public_of(SigningKeys(tmp_path), PURPOSES[1 - PURPOSES.index(purpose)])


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("was_file", [True, False])
def test_with_a_keeper_no_private_key_lies_in_the_folder(tmp_path: Path, purpose: Purpose, was_file: bool) -> None:
    folder, keeper = tmp_path / "keys", FolderOfKeys(tmp_path / "keeper")
    before = public_of(SigningKeys(folder), purpose) if was_file else None
    kept = SigningKeys(folder, keeper)
    found = public_of(kept, purpose)
    assert before in (None, found), "a key that was a file is taken over"
    assert not (folder / purpose.file).exists()
    assert kept.key(purpose).private_bytes_raw() not in b"".join(
        path.read_bytes() for path in (tmp_path / "keeper").iterdir()
    )
    assert public_of(SigningKeys(folder, keeper), purpose) == found
    (tmp_path / "keeper" / MASTER).write_bytes(b"x" * 32)
    with pytest.raises(Unavailable, match="签名密钥不能解开"):
        SigningKeys(folder, keeper).key(purpose)


def test_what_a_kept_key_signed_is_checked_by_the_public_file_alone(tmp_path: Path) -> None:
    folder, keeper = tmp_path / "keys", FolderOfKeys(tmp_path / "keeper")
    sealing = SealingKeys(SigningKeys(folder, keeper))
    signature, key = sealing.sign(b"head"), sealing.current
    elsewhere = SealingKeys(SigningKeys(folder))
    assert elsewhere.is_signed(key, b"head", signature) is True
    assert elsewhere.is_signed(key, b"tail", signature) is False
    assert elsewhere.is_signed("0" * 16, b"head", signature) is None
    assert not (folder / SEALS.file).exists()

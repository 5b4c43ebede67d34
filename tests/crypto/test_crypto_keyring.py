"""Keys of tenants: both suites, binding to row and tenant, rotation, destruction, and processes that race for the first key."""

import hmac
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.crypto.folder import FolderOfKeys
from zhibu_core.crypto.keyring import Keyring
from zhibu_core.crypto.suites import SUITES, Sm4Gcm
from zhibu_core.errors import Unavailable

ROW, OTHER = uuid.uuid4(), uuid.uuid4()


@pytest.fixture(params=sorted(SUITES))
def keyring(request: pytest.FixtureRequest, tmp_path: Path) -> Keyring:
    return Keyring(FolderOfKeys(tmp_path / "keys"), suite=request.param)


def test_sm4_gcm_is_that_of_rfc_8998() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce = bytes.fromhex("00001234567800000000abcd")
    plain = bytes.fromhex("".join(two * 8 for two in ("aa", "bb", "cc", "dd", "ee", "ff", "ee", "aa")))
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = Sm4Gcm(key).encrypt(nonce, plain, aad)
    assert sealed[:16].hex() == "17f399f08c67d5ee19d0dc9969c4bb7d"
    assert sealed[-16:].hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert Sm4Gcm(key).decrypt(nonce, sealed, aad) == plain


@given(plain=st.binary(max_size=300))
def test_what_is_sealed_opens_for_its_own_row_only(tmp_path_factory: pytest.TempPathFactory, plain: bytes) -> None:
    for suite in SUITES:
        keyring = Keyring(FolderOfKeys(tmp_path_factory.getbasetemp() / f"keys-{suite}"), suite=suite)
        cipher = keyring.cipher(ROW, "person.sealed")
        sealed = cipher.seal(plain, ROW)
        assert cipher.open(sealed, ROW) == plain
        assert cipher.seal(plain, ROW) != sealed
        for wrong in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), b"", b"\x09" + sealed[1:]):
            with pytest.raises(Unavailable):
                cipher.open(wrong, ROW)
        with pytest.raises(Unavailable):
            cipher.open(sealed, OTHER)
        for foreign in (keyring.cipher(OTHER, "person.sealed"), keyring.cipher(ROW, "person.other")):
            with pytest.raises(Unavailable):
                foreign.open(sealed, ROW)


def test_equal_values_are_found_within_a_tenant_and_column_only(keyring: Keyring) -> None:
    index = keyring.cipher(ROW, "person.sealed").index("id|1")
    assert len(index) == 16
    assert index == keyring.cipher(ROW, "person.sealed").index("id|1")
    assert index != keyring.cipher(OTHER, "person.sealed").index("id|1")
    assert index != keyring.cipher(ROW, "person.other").index("id|1")


def test_a_rotation_holds_in_other_processes_at_once(keyring: Keyring) -> None:
    elsewhere = Keyring(keyring.provider)
    before = keyring.cipher(ROW, "person.sealed")
    sealed, index = before.seal(b"one", ROW), before.index("one")
    assert elsewhere.cipher(ROW, "person.sealed").open(sealed, ROW) == b"one"
    assert keyring.rotate(ROW, "sm4").number == 2
    for ring in (keyring, elsewhere):
        cipher = ring.cipher(ROW, "person.sealed")
        assert (cipher.newest, cipher.open(sealed, ROW), cipher.index("one")) == (2, b"one", index)
    anew = elsewhere.cipher(ROW, "person.sealed").seal(b"two", ROW)
    assert keyring.retire(ROW) == 1
    assert elsewhere.cipher(ROW, "person.sealed").open(anew, ROW) == b"two"
    with pytest.raises(Unavailable):
        elsewhere.cipher(ROW, "person.sealed").open(sealed, ROW)


def test_destroyed_keys_are_gone_for_good(keyring: Keyring) -> None:
    elsewhere, neighbour = Keyring(keyring.provider), keyring.cipher(OTHER, "person.sealed")
    cipher = elsewhere.cipher(ROW, "person.sealed")
    kept = neighbour.seal(b"kept", OTHER)
    assert cipher.open(cipher.seal(b"x", ROW), ROW) == b"x"
    keyring.destroy(ROW)
    keyring.destroy(ROW)
    for ring in (keyring, elsewhere, Keyring(keyring.provider)):
        with pytest.raises(Unavailable, match="销毁"):
            ring.cipher(ROW, "person.sealed")
        with pytest.raises(Unavailable):
            ring.rotate(ROW)
    assert keyring.cipher(OTHER, "person.sealed").open(kept, OTHER) == b"kept"


def test_keys_of_version_0_1_go_on(tmp_path: Path) -> None:
    folder = FolderOfKeys(tmp_path)
    data_key, nonce = os.urandom(32), os.urandom(12)
    (tmp_path / f"{ROW}.key").write_bytes(folder.wrap(data_key, ROW))
    info = {
        use: HKDF(SHA256(), 32, None, f"{use}|person.sealed".encode()).derive(data_key) for use in ("seal", "index")
    }
    sealed = b"\x01" + nonce + AESGCM(info["seal"]).encrypt(nonce, b"old", ROW.bytes + b"person.sealed" + OTHER.bytes)
    keyring = Keyring(folder)
    cipher = keyring.cipher(ROW, "person.sealed")
    assert cipher.open(sealed, OTHER) == b"old"
    assert cipher.index("id|1") == hmac.digest(info["index"], b"id|1", "sha256")[:16]
    keyring.rotate(ROW)
    assert [path.suffix for path in tmp_path.glob(f"{ROW}.*") if path.suffix != ".lock"] == [".json"]
    assert keyring.cipher(ROW, "person.sealed").open(sealed, OTHER) == b"old"
    keyring.destroy(ROW)
    with pytest.raises(Unavailable):
        keyring.cipher(ROW, "person.sealed")


def test_processes_that_race_make_one_key(tmp_path: Path) -> None:
    program = (
        "import sys, uuid; from pathlib import Path\n"
        "from zhibu_core.crypto.folder import FolderOfKeys; from zhibu_core.crypto.keyring import Keyring\n"
        "print(Keyring(FolderOfKeys(Path(sys.argv[1]))).cipher(uuid.UUID(sys.argv[2]), 'a.b').index('x').hex())"
    )
    racers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(ROW)], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert len({racer.communicate()[0] for racer in racers}) == 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.glob("*.json"))

"""Several processes behind one address: what one began another finishes, and nothing is taken twice."""

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from zhibu_bridge.attempts import Attempt, Box
from zhibu_bridge.codes import LIFETIME, Codes, Granted
from zhibu_bridge.sessions import Opened, Sessions
from zhibu_bridge.shelf import InFolder, waiting_cipher

from .conftest import Bridge

VERIFIER = secrets.token_urlsafe(48)
GRANTED = Granted(
    "2019001", "yunting", "zhibu", "https://id.example/cb", "n", create_s256_code_challenge(VERIFIER), "s"
)
GIVEN = ("zhibu", "https://id.example/cb", VERIFIER)


def process(folder: Path, lasts: float = LIFETIME) -> InFolder:
    """As a process of its own opens the shared folder."""
    return InFolder(folder / "waiting", waiting_cipher(folder / "keys", "cas"), lasts)


def test_a_code_of_one_process_is_redeemed_at_another_and_once(tmp_path: Path) -> None:
    code = Codes(process(tmp_path)).hand_out(GRANTED)
    with ThreadPoolExecutor(8) as pool:
        shelves = [Codes(process(tmp_path)) for _ in range(8)]
        found = list(pool.map(lambda codes: codes.redeem(code, *GIVEN), shelves))
    assert sorted(found, key=str) == [GRANTED, *[None] * 7]
    assert list((tmp_path / "waiting").iterdir()) == []


def test_what_waits_is_sealed_named_by_no_key_and_bound_to_its_place(tmp_path: Path) -> None:
    shelf = process(tmp_path)
    code = Codes(shelf).hand_out(GRANTED)
    (file,) = (tmp_path / "waiting").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == (sha256(code.encode()).hexdigest(), 0o600)
    assert b"2019001" not in file.read_bytes()
    other = secrets.token_urlsafe(32)
    file.rename(file.with_name(sha256(other.encode()).hexdigest()))
    assert shelf.take(other) is None, "moved to another name, it opens no more"


def test_what_nobody_took_ends_with_its_time_and_is_swept(tmp_path: Path) -> None:
    shelf = process(tmp_path)
    shelf.put("old", b"1")
    (file,) = (tmp_path / "waiting").iterdir()
    os.utime(file, (0, 0))
    assert process(tmp_path).take("old") is None
    shelf.put("older", b"2")
    for file in (tmp_path / "waiting").iterdir():
        os.utime(file, (0, 0))
    process(tmp_path).put("new", b"3")
    assert len(list((tmp_path / "waiting").iterdir())) == 1


def test_sessions_and_attempts_are_every_processs(tmp_path: Path) -> None:
    Sessions(process(tmp_path)).keep("ST-1", Opened("2019001", "sid"))
    assert Sessions(process(tmp_path)).end("ST-1") == Opened("2019001", "sid")
    assert Sessions(process(tmp_path)).end("ST-1") is None
    attempt = Attempt.begin("cas", "zhibu", "https://id.example/cb", "s", "n", "c")
    cookie = Box(waiting_cipher(tmp_path / "keys", "cas")).seal(attempt)
    assert Box(waiting_cipher(tmp_path / "keys", "cas")).open(cookie, "cas") == attempt
    assert Box(waiting_cipher(tmp_path / "keys", "other")).open(cookie, "cas") is None


async def test_the_assembled_bridge_keeps_what_waits_beside_its_keys(bridge: Bridge) -> None:
    issuer: Any = next(iter(bridge.issuers.values()))
    _, answer = await bridge.sign_in(issuer.name, "zhang")
    folder: Path = issuer.codes._shelf._folder
    assert sha256(answer["code"].encode()).hexdigest() in {path.name for path in folder.iterdir()}

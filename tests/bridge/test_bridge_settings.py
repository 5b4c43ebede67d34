"""What the bridge refuses to start with, and the keys it keeps."""

import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from zhibu_bridge.assembling import assemble, make_issuers
from zhibu_bridge.command import main
from zhibu_bridge.contract import make_source
from zhibu_bridge.settings import read_bridge
from zhibu_bridge.signing import kept_key
from zhibu_core.errors import InvalidInput, Unavailable

GOOD = """address = "https://bridge.example.edu.cn"
data = "data"
[sources.campus]
kind = "cas"
tenant = "yunting"
settings = { server = "https://cas.example.edu.cn/cas" }
[sources.campus.client]
id = "zhibu"
secret_file = "client.secret"
redirect_addresses = ["https://id.example.edu.cn/realms/zhibu/broker/zhibu-yunting/endpoint"]
logout_address = "https://id.example.edu.cn/realms/zhibu/protocol/openid-connect/logout/backchannel-logout"
"""


def written(folder: Path, text: str, secret: str = "s" * 24) -> Path:
    (folder / "client.secret").write_text(secret, encoding="utf-8")
    (folder / "bridge.toml").write_text(text, encoding="utf-8")
    return folder / "bridge.toml"


def start(file: Path) -> dict[str, Any]:
    return dict(make_issuers(read_bridge(file), file.parent))


def test_good_settings_start_and_say_whose_the_source_is(tmp_path: Path) -> None:
    issuer = start(written(tmp_path, GOOD))["campus"]
    assert issuer.metadata()["zhibu_tenant"] == "yunting"
    assert issuer.callback == "https://bridge.example.edu.cn/campus/callback"
    assert {route.path for route in assemble(read_bridge(tmp_path / "bridge.toml"), tmp_path).routes} >= {
        "/{name:str}/token",
        "/{name:str}/callback",
    }


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("https://bridge", "http://bridge", Unavailable),
        ("https://cas", "http://cas", Unavailable),
        ('["https://id', '["http://id', Unavailable),
        ('logout_address = "https', 'logout_address = "http', Unavailable),
        ('kind = "cas"', 'kind = "ldap"', InvalidInput),
        ('tenant = "yunting"\n', "", InvalidInput),
        ("server = ", "address = ", InvalidInput),
        ("[sources.campus]", "surprise = 1\n[sources.campus]", InvalidInput),
        ('data = "data"', 'data = "data"\ndemo = true\nhost = "0.0.0.0"', InvalidInput),
        ("redirect_addresses = [", "redirect_addresses = []\nx = [", InvalidInput),
        ("sources.campus", "sources.Campus", InvalidInput),
    ],
)
def test_unsafe_or_unclear_settings_do_not(tmp_path: Path, old: str, new: str, error: type[Exception]) -> None:
    assert old in GOOD
    with pytest.raises(error):
        start(written(tmp_path, GOOD.replace(old, new)))


def test_a_short_or_missing_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        start(written(tmp_path, GOOD, "short"))
    (tmp_path / "client.secret").unlink()
    with pytest.raises(InvalidInput):
        start(tmp_path / "bridge.toml")


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_a_key_is_kept_sealed_and_for_its_own_name(tmp_path: Path, algorithm: Any) -> None:
    first = kept_key(tmp_path, "campus", algorithm)
    assert kept_key(tmp_path, "campus", algorithm).kid == first.kid
    kept = tmp_path / f"campus.{algorithm.lower()}"
    assert b"PRIVATE" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    (tmp_path / f"other.{algorithm.lower()}").write_bytes(kept.read_bytes())
    with pytest.raises(InvalidTag):
        kept_key(tmp_path, "other", algorithm)


def test_an_unknown_kind_names_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cas、dingtalk、wecom"):
        make_source("ldap", {}, tmp_path, demo=False)


def test_the_command_lists_and_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended(*arguments: object) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["zhibu-bridge", *map(str, arguments)])
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        return (code, *capsys.readouterr())

    line = "campus\tyunting\thttps://bridge.example.edu.cn/campus\thttps://bridge.example.edu.cn/campus/callback\n"
    assert ended("list", "--config", written(tmp_path, GOOD)) == (0, line, "")
    code, _, said = ended("serve", "--config", written(tmp_path, GOOD.replace("https://cas", "http://cas")))
    assert (code, "https" in said) == (1, True)
    code, _, said = ended("serve", "--config", written(tmp_path, GOOD.replace('kind = "cas"', 'kind = "ldap"')))
    assert (code, "ldap" in said) == (2, True)
    assert ended("serve", "--config", tmp_path / "nothing.toml")[0] == 64

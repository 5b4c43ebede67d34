"""`zhibu doctor --deployment` on settings: each unsafe one is named, a production's own are not."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from zhibu_core.doctor.deployment import examine_deployment
from zhibu_core.doctor.unsafe import advice
from zhibu_core.settings import read_settings

HERE_ONLY = {"dev_issuer_installed", "demo_installed", "test_kit_installed", "runs_as_root", "database_unreachable"}
"""True of every environment that runs these tests, or of an address that leads nowhere."""


def production(folder: Path) -> dict[str, str]:
    """Settings in which nothing but the database is missing."""
    return {
        "ZHIBU_DATA": str(folder),
        "ZHIBU_DATABASE_URL": "postgresql://app_rt:x@127.0.0.1:9/zhibu",
        "ZHIBU_KEYCLOAK": "https://id.example.edu.cn",
        "ZHIBU_KEYCLOAK_CLIENT_ID": "zhibu",
        "ZHIBU_KEYCLOAK_CLIENT_SECRET": "given",
        "ZHIBU_ADDRESS": "https://dj.example.edu.cn",
        "ZHIBU_STAFF_ISSUER": "https://id.example.edu.cn/realms/staff",
        "ZHIBU_STAFF_CLIENT_SECRET": "given",
        "ZHIBU_STAFF_LEVEL": "2",
        "ZHIBU_HOSTS": "dj.example.edu.cn=yunting",
        "ZHIBU_METRICS_TOKEN": "0123456789abcdef0123456789abcdef",
        "ZHIBU_HOST": "0.0.0.0",
        "ZHIBU_ANCHORS": str(folder / "elsewhere"),
        "FORWARDED_ALLOW_IPS": "10.0.0.0/8",
    }


async def codes(environ: dict[str, str]) -> set[str]:
    return {finding.code for finding in await examine_deployment(read_settings(environ), environ)} - HERE_ONLY


async def test_a_production_has_no_finding_of_its_own(tmp_path: Path) -> None:
    assert await codes(production(tmp_path)) == ALWAYS
    assert await codes(production(tmp_path) | S3) == ALWAYS


ALWAYS = {"key_files"}

S3 = {
    "ZHIBU_STORAGE": "s3://zhibu/files",
    "ZHIBU_S3_ENDPOINT": "https://s3.example.edu.cn",
    "ZHIBU_S3_ACCESS_KEY": "zhibu",
    "ZHIBU_S3_SECRET_KEY": "0123456789abcdef",
}
ISSUER = {"ZHIBU_ISSUER": "https://id.example.edu.cn/realms/zhibu", "ZHIBU_CLIENT_SECRET": "given"}
BESIDE = {
    code: {"issuer_no_second_factor"} for code in ("issuer_not_https", "issuer_loopback", "client_secret_missing")
}
"""What is named as well: an issuer of the settings never asks for a second factor."""

PROVOKED = {
    "issuer_missing": {"ZHIBU_KEYCLOAK": ""},
    "issuer_no_second_factor": ISSUER,
    "issuer_not_https": ISSUER | {"ZHIBU_ISSUER": "http://id.example.edu.cn/realms/zhibu"},
    "issuer_loopback": ISSUER | {"ZHIBU_ISSUER": "https://127.0.0.1:9443/issuer"},
    "keycloak_incomplete": {"ZHIBU_KEYCLOAK_CLIENT_SECRET": ""},
    "staff_issuer_not_https": {"ZHIBU_STAFF_ISSUER": "http://id.example.edu.cn/realms/staff"},
    "staff_client_secret_missing": {"ZHIBU_STAFF_CLIENT_SECRET": ""},
    "staff_no_second_factor": {"ZHIBU_STAFF_LEVEL": ""},
    "keycloak_not_https": {"ZHIBU_KEYCLOAK": "http://id.example.edu.cn"},
    "address_not_https": {"ZHIBU_ADDRESS": "http://dj.example.edu.cn"},
    "client_secret_missing": ISSUER | {"ZHIBU_CLIENT_SECRET": ""},
    "embedded_database": {"ZHIBU_DATABASE_URL": "", "ZHIBU_DATA": "no-such-folder"},
    "anchors_inside": {"ZHIBU_ANCHORS": ""},
    "points_off": {"ZHIBU_GRAPHQL_CLIENT_POINTS": "bench=off"},
    "s3_not_https": S3 | {"ZHIBU_S3_ENDPOINT": "http://s3.example.edu.cn"},
    "s3_secret_default": S3 | {"ZHIBU_S3_SECRET_KEY": "minioadmin"},
    "audit_short": {"ZHIBU_AUDIT_MONTHS": "12"},
    "hosts_missing": {"ZHIBU_HOSTS": ""},
    "metrics_token_missing": {"ZHIBU_METRICS_TOKEN": ""},
    "metrics_token_short": {"ZHIBU_METRICS_TOKEN": "secret"},
    "no_proxy_trusted": {"FORWARDED_ALLOW_IPS": ""},
    "every_proxy_trusted": {"FORWARDED_ALLOW_IPS": "*"},
    "log_debug": {"ZHIBU_LOG": "DEBUG"},
}


@pytest.mark.parametrize("code", PROVOKED)
async def test_each_unsafe_setting_is_named(code: str, tmp_path: Path) -> None:
    assert await codes(production(tmp_path) | PROVOKED[code]) == ALWAYS | {code} | BESIDE.get(code, set())


async def test_every_address_is_no_network(tmp_path: Path) -> None:
    assert "every_proxy_trusted" in await codes(production(tmp_path) | {"FORWARDED_ALLOW_IPS": "10.0.0.1, 0.0.0.0/0"})


async def test_loopback_needs_no_proxy(tmp_path: Path) -> None:
    environ = production(tmp_path) | {"ZHIBU_HOST": "127.0.0.1", "FORWARDED_ALLOW_IPS": ""}
    assert await codes(environ) == ALWAYS


async def test_keys_that_others_may_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys").chmod(0o755)
    assert await codes(production(tmp_path)) == ALWAYS | {"keys_readable"}
    (tmp_path / "keys").chmod(0o700)
    assert await codes(production(tmp_path)) == ALWAYS


async def test_what_is_installed_here_is_named(tmp_path: Path) -> None:
    environ = production(tmp_path)
    found = {finding.code for finding in await examine_deployment(read_settings(environ), environ)}
    assert {"dev_issuer_installed", "demo_installed", "test_kit_installed", "database_unreachable"} <= found
    assert ("runs_as_root" in found) == (os.geteuid() == 0)


def doctor(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIBU", "FORWARDED"))}
    command = [sys.executable, "-m", "zhibu_core", "doctor", "--deployment", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=clean | environ, check=False, timeout=60)


def test_the_command_says_what_why_and_how(tmp_path: Path) -> None:
    environ = production(tmp_path) | {"ZHIBU_LOG": "debug"}
    done = doctor(environ)
    assert done.returncode == 1
    words = advice()["log_debug"]
    assert f"BAD log_debug: 日志级别是 debug。\n      {words.why.zh}\n      {words.mend.zh}\n" in done.stdout
    assert "BAD log_debug: The log level is debug.\n" in doctor(environ, "--language", "en").stdout
    lines = {line["code"]: line for line in map(json.loads, doctor(environ, "--json").stdout.splitlines())}
    assert lines["log_debug"] == {
        "code": "log_debug",
        "what": {"zh": "日志级别是 debug。", "en": "The log level is debug."},
        "why": {"zh": words.why.zh, "en": words.why.en},
        "mend": {"zh": words.mend.zh, "en": words.mend.en},
    }


@pytest.mark.parametrize("code", sorted(advice()))
def test_words_are_whole_in_both_languages(code: str) -> None:
    found = advice()[code]
    assert re.findall(r"{\w+}", found.what.zh) == re.findall(r"{\w+}", found.what.en)
    for words in (found.what, found.why, found.mend):
        assert words.zh[-1] in "。…}"
        assert words.en[-1] in ".…}"
        assert not re.search(r"[\u4e00-\u9fff]", words.en)
        assert not re.search(r"[\u4e00-\u9fff][,;:!?()]", words.zh), "half-width punctuation"

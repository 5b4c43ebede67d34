"""WeCom and DingTalk against recorded exchanges: members, error answers, spent codes, changed user ids, people from outside."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from zhibu_bridge.contract import LoginSource, Visit, make_source
from zhibu_core.errors import InvalidInput, Unauthenticated, Unavailable
from zhibu_testing.loopback import Asked, Said, answering

RECORDINGS = Path(__file__).parent / "recordings"
VISIT = Visit("https://bridge.example.edu.cn/wecom/callback", "own-state")
SECRET = "secret-of-a-recording"


@contextmanager
def replaying(provider: str, case: str) -> Iterator[str]:
    """Answers as recorded, in the recorded order, and only to what was asked then."""
    waiting: list[dict[str, Any]] = tomllib.loads((RECORDINGS / f"{provider}.toml").read_text(encoding="utf-8"))[case]
    strange: list[str] = []

    def answer(asked: Asked) -> Said:
        one = waiting.pop(0) if waiting else {"ask": "nothing more"}
        method, _, target = one["ask"].partition(" ")
        parts = urlsplit(target)
        fits = (asked.method, asked.path, asked.query) == (method, parts.path, dict(parse_qsl(parts.query)))
        fits = fits and ("body" not in one or json.loads(asked.body) == one["body"])
        fits = fits and one.get("token") in (None, asked.headers.get("x-acs-dingtalk-access-token"))
        if not fits:
            strange.append(f"{asked.method} {asked.path} {asked.query} {asked.body!r} instead of {one}")
            return Said("not recorded", 500)
        return Said(one.get("text") or json.dumps(one["answer"]), one.get("status", 200), "application/json")

    with answering(answer) as address:
        yield address
    assert (strange, waiting) == ([], [])


def wecom(address: str, folder: Path) -> LoginSource:
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    given = {"corp_id": "ww0000example", "agent_id": "1000002", "secret_file": "secret", "api": address}
    return make_source("wecom", given, folder, demo=True)


def dingtalk(address: str, folder: Path) -> LoginSource:
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    given = {"corp_id": "dingcorp0000", "client_id": "dingexample", "client_secret_file": "secret"}
    return make_source("dingtalk", given | {"api": address, "old_api": address}, folder, demo=True)


MAKE = {"wecom": wecom, "dingtalk": dingtalk}


@pytest.mark.parametrize(
    ("provider", "case", "subject"),
    [
        ("wecom", "member", "zhangsan"),
        ("wecom", "renamed", "2019001"),
        ("wecom", "stale", "zhangsan"),
        ("dingtalk", "staff", "zUnion19Example"),
        ("dingtalk", "renamed", "zUnion19Example"),
    ],
)
async def test_the_subject_is_the_providers_stable_id(provider: str, case: str, subject: str, tmp_path: Path) -> None:
    with replaying(provider, case) as address:
        found = await MAKE[provider](address, tmp_path).find(VISIT, {"code": "given", "state": VISIT.state})
    assert (found.subject, found.session) == (subject, None)


@pytest.mark.parametrize(
    ("provider", "case"),
    [
        ("wecom", "spent"),
        ("wecom", "outsider"),
        ("dingtalk", "spent"),
        ("dingtalk", "elsewhere"),
        ("dingtalk", "left"),
        ("dingtalk", "contact"),
    ],
)
async def test_a_no_is_a_no(provider: str, case: str, tmp_path: Path) -> None:
    with replaying(provider, case) as address, pytest.raises(Unauthenticated):
        await MAKE[provider](address, tmp_path).find(VISIT, {"code": "given"})


@pytest.mark.parametrize(
    ("provider", "case"),
    [("wecom", "secret"), ("wecom", "busy"), ("wecom", "broken"), ("wecom", "untrusted"), ("dingtalk", "forbidden")],
)
async def test_a_provider_in_trouble_is_no_sign_in_and_its_words_are_not_told(
    provider: str, case: str, tmp_path: Path
) -> None:
    with replaying(provider, case) as address, pytest.raises(Unavailable) as caught:
        await MAKE[provider](address, tmp_path).find(VISIT, {"code": "given"})
    assert SECRET not in str(caught.value)
    assert "token" not in caught.value.message.en


@pytest.mark.parametrize("provider", MAKE)
async def test_without_a_code_or_a_server_nobody_is_asked(provider: str, tmp_path: Path) -> None:
    source = MAKE[provider]("http://127.0.0.1:9", tmp_path)
    with pytest.raises(Unauthenticated):
        await source.find(VISIT, {"state": VISIT.state})
    with pytest.raises(Unavailable):
        await source.find(VISIT, {"code": "given"})
    assert source.ended({"logoutRequest": "<x/>"}) is None


def test_the_browser_is_sent_to_this_enterprise_alone(tmp_path: Path) -> None:
    query = asked_of(wecom("http://127.0.0.1:9", tmp_path).address(VISIT))
    assert (query["appid"], query["agentid"], query["state"]) == ("ww0000example", "1000002", VISIT.state)
    inside = Visit(VISIT.callback, VISIT.state, "Mozilla/5.0 wxwork/4.1 MicroMessenger/7.0")
    address = wecom("http://127.0.0.1:9", tmp_path).address(inside)
    assert address.endswith("#wechat_redirect")
    assert asked_of(address)["scope"] == "snsapi_base"
    query = asked_of(dingtalk("http://127.0.0.1:9", tmp_path).address(VISIT))
    assert (query["exclusiveCorpId"], query["redirect_uri"]) == ("dingcorp0000", VISIT.callback)


def asked_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


@pytest.mark.parametrize("provider", MAKE)
def test_plain_http_is_refused_in_earnest(provider: str, tmp_path: Path) -> None:
    MAKE[provider]("https://api.example.com", tmp_path)
    given = {"corp_id": "c", "agent_id": "1", "secret_file": "secret"}
    if provider == "dingtalk":
        given = {"corp_id": "c", "client_id": "1", "client_secret_file": "secret"}
    with pytest.raises(Unavailable, match="https"):
        make_source(provider, given | {"api": "http://127.0.0.1:9"}, tmp_path, demo=False)
    with pytest.raises(InvalidInput):
        make_source(provider, given | {"match_by_mobile": True}, tmp_path, demo=False)

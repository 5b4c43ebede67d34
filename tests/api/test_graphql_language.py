"""Errors come in the reader's language: by cookie, else by Accept-Language; Chinese when in doubt; headers are kept."""

from typing import Any

import pytest

BAD_PERIOD = '{ duties(period: "2026Q9", first: 1) { totalCount } }'
TOO_MANY = "{ members(first: 101) { totalCount } }"
ENGLISH = {"Accept-Language": "fr, en-GB;q=0.8, zh;q=0.5"}


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "不是时段"),
        (ENGLISH, "is no period. Write it like"),
        ({"Accept-Language": "fr"}, "不是时段"),
        ({"Accept-Language": "en;q=x, zh"}, "不是时段"),
        ({"Accept-Language": "en", "Cookie": "zhibu-lang=zh_CN"}, "不是时段"),
        ({"Cookie": "zhibu-lang=en"}, "is no period"),
    ],
)
async def test_an_error_of_a_resolver_speaks_the_readers_language(api: Any, headers: Any, said: str) -> None:
    answer = await api.ask(BAD_PERIOD, headers=headers)
    assert said in answer.body["errors"][0]["message"]
    assert answer.code == "BAD_USER_INPUT"


async def test_refusals_before_running_do_too(api: Any) -> None:
    for headers, said in (({}, "最大为 100"), (ENGLISH, "is at most 100")):
        answer = await api.ask(TOO_MANY, headers=headers)
        assert (answer.status, answer.code) == (400, "LIMIT")
        assert said in answer.body["errors"][0]["message"]
    answer = await api.ask("{ viewer { name } }", role=None, headers=ENGLISH)
    assert (answer.status, answer.body["errors"][0]["message"]) == (401, "Please sign in first.")


async def test_user_errors_of_mutations_do_too(api: Any) -> None:
    duties = await api.ask('{ duties(period: "2026", first: 1) { edges { node { id } } } }')
    duty = duties.data["duties"]["edges"][0]["node"]["id"]
    waive = 'mutation W($d: ID!) { waiveDuty(duty: $d, reason: " ") { errors { message field } } }'
    for headers, said in (({}, "请写明免除的理由"), (ENGLISH, "State the reason")):
        answer = await api.ask(waive, headers=headers, variables={"d": duty})
        (error,) = answer.data["waiveDuty"]["errors"]
        assert error["message"].startswith(said)
        assert error["field"] == "reason"


async def test_problem_details_do_too(api: Any) -> None:
    path = f"/t/{api.home.tenant.slug}/no-such-page"
    assert (await api.http.get(path)).json()["title"] == "没有找到这个页面。"
    assert (await api.http.get(path, headers=ENGLISH)).json()["title"] == "There is no such page."


async def test_the_frameworks_headers_are_kept(api: Any) -> None:
    for accept in ("application/json", "text/html"):
        answer = await api.http.delete("/health/live", headers={"Accept": accept})
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]

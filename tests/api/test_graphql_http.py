"""The form of requests and answers: media types, statuses, what is not taken, sessions of browsers."""

# ruff: noqa: E501 operations and attacks read best in one line

import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from zhibu_core.identity.sessions import cookie_name, open_session
from zhibu_core.platform import Platform
from zhibu_testing.fixtures import TestDatabase, owner_dsn

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
QUERY = {"query": "{ __typename }"}


async def send(api: Any, body: Any = QUERY, *, method: str = "POST", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Authorization": f"Bearer {api.token('organizer')}", "Content-Type": JSON} | named
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await api.http.request(method, f"/t/{api.home.tenant.slug}/graphql", content=content, headers=sent)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (GRAPHQL, GRAPHQL),
        (JSON, JSON),
        ("*/*", JSON),
        ("", JSON),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.5", JSON),
        ("text/html, application/*;q=0.1", JSON),
    ],
)
async def test_the_media_type_is_negotiated(api: Any, accept: str, media_type: str) -> None:
    answer = await send(api, Accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")
    assert answer.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": "query Q($id: ID!) { node(id: $id) { id } }", "variables": {"id": None}},
    ],
)
async def test_what_cannot_be_run_is_400_without_data(api: Any, body: Any) -> None:
    for accept, status in ((GRAPHQL, 400), ("*/*", 400), (JSON, 200)):
        answer = await send(api, body, Accept=accept)
        assert answer.status_code == status
        assert "data" not in answer.json()
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "body",
    [
        [QUERY],
        b"{",
        b"",
        b"\xff",
        {},
        {"query": 1},
        QUERY | {"variables": []},
        QUERY | {"operationName": 7},
        QUERY | {"operationName": "Other"},
    ],
)
async def test_bodies_of_another_form_are_400(api: Any, body: Any) -> None:
    answer = await send(api, body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "",
    ],
)
async def test_other_media_types_are_415(api: Any, media_type: str) -> None:
    assert (await send(api, Content_Type=media_type)).status_code == 415


async def test_answers_are_only_json(api: Any) -> None:
    assert (await send(api, Accept="text/html")).status_code == 406


async def test_reading_by_get_is_off(api: Any) -> None:
    answer = await send(api, b"", method="GET")
    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]


async def test_large_bodies_are_refused(api: Any) -> None:
    assert (await send(api, {"query": "#" * 300_000})).status_code == 413


async def test_names_are_not_suggested(api: Any) -> None:
    for query in (
        "{ organisations(first: 1) { totalCount } }",
        '{ duties(period: "2026", first: 1, state: mised) { totalCount } }',
    ):
        answer = await send(api, {"query": query})
        assert "did you mean" not in answer.text.lower()
    answer = await send(
        api,
        {
            "query": 'query Q($s: DutyState) { viewer { name @include(if: true) } duties(period: "2026", first: 1, state: $s) { totalCount } }',
            "variables": {"s": "mised"},
        },
    )
    assert answer.status_code == 400
    assert "did you mean" not in answer.text.lower()


async def test_a_browser_session_needs_our_header_and_origin(api: Any, platform: Platform) -> None:
    home = api.home.tenant
    async with platform.database.session(home.id) as session:
        secret = (await open_session(session, "https://issuer.example.edu.cn", f"organizer-{home.slug}")).secret
    cookie = {"Cookie": f"{cookie_name(home.slug)}={secret}"}
    ours = {"X-Zhibu-Client": "web", "Origin": "http://testserver"}
    url = f"/t/{home.slug}/graphql"
    assert (await api.http.post(url, json=QUERY, headers=cookie | ours)).json()["data"] == {"__typename": "Query"}
    same_site = {"Sec-Fetch-Site": "same-origin"}
    for headers in (
        {},
        {"Origin": ours["Origin"]},
        {"X-Zhibu-Client": "web"},
        ours | {"Origin": "https://elsewhere.example"},
        {"X-Zhibu-Client": "web"} | same_site,
    ):
        answer = await api.http.post(url, json=QUERY, headers=cookie | headers)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
        assert "data" not in answer.json()
    form = await api.http.post(url, content=b"query=1", headers=cookie | ours | {"Content-Type": "text/plain"})
    assert form.status_code == 415


@pytest_asyncio.fixture(loop_scope="session")
async def demo(platform: Platform, test_database: TestDatabase) -> AsyncIterator[None]:
    """The database as `zhibu demo` marks it, for the time of a test."""
    owner = await asyncpg.connect(owner_dsn(test_database))
    await owner.execute("insert into global_setting (key, value) values ('demo', 'true')")
    platform.tenants.known.clear()
    yield
    await owner.execute("delete from global_setting where key = 'demo'")
    await owner.close()
    platform.tenants.known.clear()


async def test_the_explorer_answers_a_plain_form(api: Any, demo: None) -> None:
    url = f"/t/{api.home.tenant.slug}/graphql/explorer"
    headers = {"Authorization": f"Bearer {api.token('secretary')}"}
    page = await api.http.get(url, headers=headers)
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "waiveDuty(duty: ID!, reason: String!)" in page.text
    assert (await api.http.get(f"{url}.css", headers=headers)).headers["content-type"].startswith("text/css")
    form = {"query": "query Q($n: Int!) { members(first: $n) { edges { node { name } } } }", "variables": '{"n": 1}'}
    answer = await api.http.post(url, data=form, headers=headers)
    assert "&#34;name&#34;: &#34;李111&#34;" in answer.text
    for wrong in (
        {"query": "{"},
        {"query": "{ members(first: 101) { totalCount } }"},
        form | {"variables": "["},
        {"query": "<b>"},
    ):
        refused = await api.http.post(url, data=wrong, headers=headers)
        assert refused.status_code == 200
        assert "&#34;errors&#34;" in refused.text
        assert "<b>" not in refused.text


async def test_the_explorer_is_there_in_demos_only(api: Any, platform: Platform) -> None:
    url = f"/t/{api.home.tenant.slug}/graphql/explorer"
    headers = {"Authorization": f"Bearer {api.token('organizer')}"}
    assert (await api.http.get(url, headers=headers)).status_code == 404
    assert (await api.http.post(url, data={"query": "{ viewer { name } }"}, headers=headers)).status_code == 404
    assert (await api.http.get(f"{url}.css", headers=headers)).status_code == 404

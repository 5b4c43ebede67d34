"""Stored operations: named by the hash of their text, by POST and by GET; each tenant's own; valid for its plugins."""

from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.stored import finding
from zhibu_graphql.stored.keeping import drop, listed, store
from zhibu_tenants.enablement import switch

NAMES = "query Names($code: String!) { organization(code: $code) { name } }"
MEETINGS = 'query Meetings { organization(code: "1") { meetings(first: 1) { totalCount } } }'
WAIVE = 'mutation Waive { waiveDuty(duty: "x", reason: "y") { errors { code } } }'
NAMES_ID = f"sha256:{sha256(NAMES.encode()).hexdigest()}"
GRAPHQL = {"Accept": "application/graphql-response+json"}


async def keep(platform: Platform, tenant: Any, *texts: str) -> list[str]:
    async with platform.database.session(tenant.id) as session:
        scope = await platform.scopes.scope(session, tenant, None)
        return [(await store(platform, session, scope, text, where="x.graphql")).document_id for text in texts]


async def post(api: Any, body: dict[str, Any], at: Any = None) -> Any:
    place = at or api.home
    headers = GRAPHQL | {"Authorization": f"Bearer {api.token('organizer', place)}"}
    return await api.http.post(f"/t/{place.tenant.slug}/graphql", json=body, headers=headers)


async def get(api: Any, parameters: dict[str, str], **headers: str) -> Any:
    sent = (
        GRAPHQL
        | {"Authorization": f"Bearer {api.token('organizer')}"}
        | {k.replace("_", "-"): v for k, v in headers.items()}
    )
    return await api.http.get(f"/t/{api.home.tenant.slug}/graphql", params=parameters, headers=sent)


async def test_a_stored_operation_is_named_by_its_hash(api: Any, platform: Platform) -> None:
    assert await keep(platform, api.home.tenant, NAMES, NAMES) == [NAMES_ID] * 2
    variables = {"code": "111"}
    by_text = (await post(api, {"query": NAMES, "variables": variables})).json()
    assert by_text["data"]["organization"]["name"]
    apollo = {"persistedQuery": {"version": 1, "sha256Hash": NAMES_ID.removeprefix("sha256:")}}
    for named in ({"documentId": NAMES_ID}, {"extensions": apollo}):
        assert (await post(api, named | {"variables": variables})).json() == by_text
    assert (await get(api, {"documentId": NAMES_ID, "variables": '{"code":"111"}'})).json() == by_text


async def test_the_neighbours_operation_is_like_an_unknown_one(api: Any, platform: Platform) -> None:
    await keep(platform, api.home.tenant, NAMES)
    answers = [
        await post(api, {"documentId": NAMES_ID}, api.neighbour),
        await post(api, {"documentId": "sha256:" + "0" * 64}),
        await post(api, {"documentId": "nothing"}),
    ]
    for answer in answers:
        assert answer.status_code == 404
        assert "data" not in answer.json()
    assert {answer.json()["errors"][0]["extensions"]["reason"] for answer in answers} == {"operation_not_stored"}


async def test_an_answer_by_address_is_the_callers_own_to_keep(api: Any, platform: Platform) -> None:
    await keep(platform, api.home.tenant, NAMES)
    asked = {"documentId": NAMES_ID, "variables": '{"code":"111"}'}
    first = await get(api, asked)
    assert first.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in first.headers["vary"]
    again = await get(api, asked, If_None_Match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    other = await get(api, asked | {"variables": '{"code":"112"}'}, If_None_Match=first.headers["etag"])
    assert other.status_code == 200


async def test_an_address_changes_nothing_and_runs_nothing_that_is_not_stored(api: Any, platform: Platform) -> None:
    (waive,) = await keep(platform, api.home.tenant, WAIVE)
    for parameters in ({"documentId": waive}, {"query": "{ viewer { name } }"}, {}):
        answer = await get(api, parameters)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert (await get(api, {"documentId": NAMES_ID, "variables": "no json"})).status_code == 400
    cookie = await api.http.get(f"/t/{api.home.tenant.slug}/graphql", params={"documentId": NAMES_ID}, headers=GRAPHQL)
    assert cookie.status_code in (401, 403)


async def test_what_a_plugin_takes_with_it_is_named(
    platform: Platform, session: AsyncSession, scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store(platform, session, scope, NAMES, where="a")
    kept = await store(platform, session, scope, MEETINGS, where="b")
    await switch(platform, session, scope, "orglife", on=False)
    later = await platform.scopes.scope(session, scope.tenant, None)
    assert [(line.name, bool(line.fault)) for line in await listed(platform, session, later)] == [
        ("Meetings", True),
        ("Names", False),
    ]
    with pytest.raises(InvalidInput, match=r"c\.graphql"):
        await store(platform, session, later, MEETINGS + " ", where="c.graphql")
    assert await drop(session, later, kept.document_id) == await drop(session, later, "Names") == 1
    with pytest.raises(NotFound):
        await drop(session, later, "Names")
    assert await listed(platform, session, later) == []


@pytest.mark.parametrize(
    "text", ["{ viewer { name } }", NAMES + "query Two { viewer { name } }", "query {", "query A { b }"]
)
async def test_only_one_valid_named_operation_is_stored(
    platform: Platform, session: AsyncSession, scope: Scope, text: str
) -> None:
    with pytest.raises(InvalidInput, match=r"d\.graphql"):
        await store(platform, session, scope, text, where="d.graphql")


async def test_a_dropped_operation_is_forgotten(api: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    (kept,) = await keep(platform, api.neighbour.tenant, NAMES)
    assert (await post(api, {"documentId": kept, "variables": {"code": "1"}}, api.neighbour)).status_code == 200
    async with platform.database.session(api.neighbour.tenant.id) as session:
        await drop(session, await platform.scopes.scope(session, api.neighbour.tenant, None), kept)
    monkeypatch.setattr(finding, "KEPT", -1.0)
    assert (await post(api, {"documentId": kept}, api.neighbour)).status_code == 404

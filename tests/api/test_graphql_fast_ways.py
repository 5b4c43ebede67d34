"""What goes the fast way beside lists: sessions of our pages, records opened by id with their audit, unions, objects of many keys."""

# ruff: noqa: E501 operations read best in one line

import json
import uuid
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from zhibu_core.i18n import CHINESE
from zhibu_core.identity.sessions import close_session, cookie_name, open_session
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Actor, Scope
from zhibu_graphql.context import Context
from zhibu_graphql.engine import Operation, engine_for
from zhibu_graphql.ids import global_id
from zhibu_testing.fixtures import all_powers

ISSUER = "https://issuer.example.edu.cn"
LISTS = """{ members(first: 2, name: "张") { totalCount edges { cursor node { id name phone organization { name } } } }
  organization(code: "111") { terms { number } positions { role member { name } } } }"""


async def asked(platform: Platform, scope: Scope, query: str, **variables: Any) -> bytes:
    answer, _ = await engine_for(platform.host).by_statement(platform, scope, Operation(query, variables))
    assert answer is not None, query
    return answer.content(lambda: CHINESE)


async def test_a_session_of_our_pages_costs_as_little_and_ends_at_once(
    api: Any, platform: Platform, statements: Any
) -> None:
    tenant = api.home.tenant
    async with platform.database.session(tenant.id) as session:
        opened = await open_session(session, ISSUER, f"organizer-{tenant.slug}")
    headers = {
        "cookie": f"{cookie_name(tenant.slug)}={opened.secret}", "origin": "http://testserver", "x-zhibu-client": "test",
        "accept": "application/graphql-response+json",
    }  # fmt: skip

    async def ask(**more: str) -> Any:
        return await api.http.post(f"/t/{tenant.slug}/graphql", json={"query": LISTS}, headers=headers | more)

    for _ in range(2):
        assert (await ask()).json()["data"] == (await api.ask(LISTS)).data
    with statements:
        await ask()
    assert len(statements.seen) == 2, statements.seen
    assert (await ask(origin="http://elsewhere")).status_code == 403
    async with platform.database.session(tenant.id) as session:
        await close_session(session, opened.secret)
    assert (await ask()).status_code == 401


async def test_somebody_elses_record_by_its_id_is_one_statement_and_one_row_of_the_audit(
    api: Any, platform: Platform, statements: Any
) -> None:
    scope = replace(await all_powers(platform, api.home.tenant), request_id=uuid.uuid4().hex[:12])
    other, me = (api.home.people[name] for name in ("王111", "李111"))
    scope = replace(scope, actor=Actor(me.id, "李111", "test"))
    query = "query Q($a: ID!, $b: ID!, $c: ID!) { a: node(id: $a) { ...M } b: node(id: $b) { ...M } c: node(id: $c) { ...M } } fragment M on Member { name phone }"
    ids = {key: global_id("M", one.bytes) for key, one in (("a", other.id), ("b", me.id), ("c", uuid.uuid4()))}
    kept = text(
        "select object_id, action, object_type, fields, purpose, actor_id, client from audit_entry where tenant_id = :t and request_id = :r"
    )

    async def rows() -> list[Any]:
        async with platform.database.session(api.home.tenant.id) as session:
            return list(await session.execute(kept, {"t": api.home.tenant.id, "r": scope.request_id}))

    await asked(platform, scope, query, **ids)
    (compiled,) = await rows()
    assert compiled.object_id == other.id
    with statements:
        await asked(platform, scope, query, **ids)
    assert [one.split()[0] for one in statements.seen] == ["select", "insert"]
    engine = engine_for(platform.host)
    async with platform.database.session(api.home.tenant.id) as session:
        prepared = engine.prepare(scope, Operation(query, ids))
        await engine.execute(Context(platform, session, scope), prepared)
    assert await rows() == [compiled] * 3
    own = await asked(platform, scope, query, **dict.fromkeys(ids, ids["b"]))
    assert own.count("李111".encode()) == 3
    assert len(await rows()) == 3


async def test_an_object_of_many_keys_is_put_together_without_blanks(api: Any, platform: Platform) -> None:
    leaves = ["code", "name", "shortName", "kind", "foundedOn", "abolishedOn", "hasCommittee", "unit", "type", "id"]
    body = " ".join([*leaves, *(f"a{n}: {leaf}" for n, leaf in enumerate(leaves * 2))])
    scope = await all_powers(platform, api.home.tenant)
    answer = await asked(platform, scope, '{ organization(code: "111") { ' + body + " } }")
    found = json.loads(answer)
    assert list(found["data"]["organization"]) == [*leaves, *(f"a{n}" for n in range(20))]
    assert found["data"]["organization"]["a1"] == "组织111"
    assert answer == json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


async def test_what_is_refused_to_one_keeps_its_short_way_for_others(api: Any, platform: Platform) -> None:
    reads = engine_for(platform.host).reads
    query = "{ auditEntries(first: 3) { edges { node { action subject { __typename ... on Member { name } } } } } }"
    assert (await api.ask(query, "auditor")).status == 200
    assert (await api.ask(query, "member")).code == "FORBIDDEN"
    assert not reads.goes_by_resolvers(query)
    duties = '{ duties(period: "2026Q2", first: 1) { totalCount } }'
    await api.ask(duties)
    assert reads.goes_by_resolvers(duties)

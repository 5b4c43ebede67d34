"""Compiled reads: one statement each, plans shared and bounded, on Citus in three trips, and nothing that outlives a revocation."""

import asyncio
import datetime as dt
import time
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text, update

from zhibu_core.errors import Unauthenticated
from zhibu_core.i18n import CHINESE
from zhibu_core.identity import quick
from zhibu_core.identity.remembered import Tokens
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy import lending, reading
from zhibu_core.tenancy.models import Base
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.engine import Operation, engine_for
from zhibu_tenants.life.states import change_state
from zhibu_testing.fixtures import all_powers
from zhibu_testing.mutants.sql import mutated_statements
from zhibu_testing.statements import faults_of

LISTS = """{ members(first: 2, name: "张") { totalCount edges { cursor node { id name phone organization { name parent { name } }
  facts(first: 3, kind: "attendance") { totalCount edges { node { happenedOn end { reason } } } } } } pageInfo { hasNextPage endCursor } }
  organization(code: "111") { terms { number } positions { role member { name } } meetings(first: 1) { totalCount } } }"""
READ = "select ("


async def asked(platform: Platform, scope: Scope, query: str, **variables: Any) -> bytes:
    answer, _ = await engine_for(platform.host).by_statement(platform, scope, Operation(query, variables))
    assert answer is not None, query
    return answer.content(lambda: CHINESE)


async def test_a_read_costs_the_look_at_who_asks_and_one_statement(api: Any, statements: Any) -> None:
    first = await api.ask(LISTS)
    with statements:
        again = await api.ask(LISTS)
    assert again.body == first.body
    assert len(statements.seen) == 2, statements.seen
    assert statements.seen[1].startswith(READ)


async def test_the_shortcut_answers_with_the_headers_of_the_usual_route(api: Any) -> None:
    query = "{ organizations(first: 7) { edges { node { id code name kind unit shortName hasCommittee parent { name } } } } } # ours"
    usual, short = await api.ask(query), await api.ask(query)
    assert short.body == usual.body
    assert set(short.headers) == set(usual.headers)
    said = [
        {name: value for name, value in one.headers.items() if name not in ("content-length", "vary")}
        for one in (usual, short)
    ]
    assert said[0] == said[1]
    assert "gzip" in short.headers["content-encoding"]


async def test_in_a_demo_a_header_says_which_way_was_taken(
    api: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = api.home.tenant.slug
    await api.ask("{ viewer { name } }")
    at, tenant = platform.tenants.known[slug]
    monkeypatch.setitem(platform.tenants.known, slug, (at, replace(tenant, is_demo=True)))
    compiled = [(await api.ask("{ viewer { name } }")).headers["zhibu-way"] for _ in range(2)]
    assert compiled == ["compiled; statements=1"] * 2
    way = (await api.ask('{ duties(period: "2026Q2", first: 1) { totalCount } }')).headers["zhibu-way"]
    assert way.startswith("resolvers; statements=")
    assert int(way.rsplit("=")[-1]) > 2


async def test_on_citus_the_same_by_a_transaction(
    api: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = await api.ask(LISTS)
    monkeypatch.setattr(platform.database.readers, "in_transaction", True)
    assert (await api.ask(LISTS)).body == expected.body
    assert (await api.ask(LISTS, at=api.neighbour)).data["members"]["totalCount"] == 4
    assert (await api.ask(LISTS, "secretary")).data["members"]["totalCount"] == 1


async def test_texts_that_differ_in_values_are_one_plan(api: Any, platform: Platform) -> None:
    scope = await all_powers(platform, api.home.tenant)
    reads = engine_for(platform.host).reads
    query = '{ members(first: 3, number: "%s") { edges { node { name } } } } # %s'
    await asked(platform, scope, query % ("1110", "one"))
    plans, families = len(reads.plans), len(reads.families)
    answers = {
        await asked(platform, scope, query % (number, number * 3)) for number in ("1111", "1112", "\\u0031110", "x")
    }
    assert (len(reads.plans), len(reads.families)) == (plans, families)
    assert len(answers) == 4
    other = "query Q($n: Int!) { members(first: $n) { edges { node { name } } } }"
    sizes = [len((await asked(platform, scope, other, n=n)).split(b'"name"')) for n in (1, 2, 2)]
    assert sizes == [2, 3, 3]
    assert len(reads.plans) == plans + 2


async def test_a_literal_that_no_plan_takes_does_not_move_the_others(api: Any) -> None:
    listed = 'members(first: 3, number: "1110") { totalCount }'
    other = 'query B { organizations(first: 2, name: "x") { totalCount } }'
    for query in (
        f'# first: 9, "x"\n{{ {listed} }}',
        f'query A($n: String = "112") {{ {listed} c: members(first: 1, number: $n) {{ totalCount }} }}',
        f"{other} query A {{ {listed} }}",
    ):
        for _ in range(2):
            answer = await api.ask(query, operation="A" if "query" in query else None)
            assert answer.data["members"] == {"totalCount": 1}, query


async def test_plans_on_a_connection_are_bounded(api: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "KEPT", 3)
    scope, readers = await all_powers(platform, api.home.tenant), platform.database.readers
    await readers.close()
    for n in range(1, 9):
        await asked(platform, scope, f"{{ a{n}: members(first: {n}) {{ edges {{ node {{ name }} }} }} }}")
    lease = await readers.lending.take()
    prepared = await lease.connection.fetchval("select count(*) from pg_prepared_statements where name like 'z%'")
    # Those that it brought from before the bound was lowered go one by one.
    assert prepared == len(lease.prepared)
    readers.lending.give_back(lease)


async def test_every_table_of_a_plan_is_tied_to_the_tenant_and_a_missing_tie_is_seen(
    api: Any, platform: Platform
) -> None:
    scope = await all_powers(platform, api.home.tenant)
    engine = engine_for(platform.host)
    tables = frozenset(table.name for table in Base.metadata.tables.values() if "tenant_id" in table.c)
    read = engine.learn(scope, engine.prepare(scope, Operation(LISTS)))
    assert read is not None
    assert faults_of(read.compiled.statement.sql, tables) == []
    for fixed in (read.compiled.statement, quick._SCOPE, quick._PLUGINS):
        assert faults_of(fixed.preparing, tables) == []
    for mutant in mutated_statements(read.compiled.statement.sql, tables):
        assert faults_of(mutant, tables), mutant


async def test_a_read_survives_the_loss_of_every_connection(api: Any, platform: Platform) -> None:
    before = await api.ask(LISTS)
    async with platform.database.system_session() as system:
        query = "select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()"
        await system.execute(text(query + " and datname = current_database()"))
    assert (await api.ask(LISTS)).body == before.body


async def test_where_no_connection_is_free_one_is_asked_to_try_again(
    api: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await api.ask(LISTS)
    monkeypatch.setattr(lending, "WAIT", 0.02)
    readers = platform.database.readers
    taken = [await readers.lending.take() for _ in range(readers.most)]
    try:
        answer = await api.ask(LISTS)
    finally:
        for lease in taken:
            readers.lending.give_back(lease)
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert "data" not in answer.body


async def test_connections_are_handed_over_in_the_order_of_asking_and_none_is_lost(platform: Platform) -> None:
    lent = platform.database.readers.lending
    taken = [await lent.take() for _ in range(lent.most)]
    first, gone, last = [asyncio.create_task(lent.take()) for _ in range(3)]
    await asyncio.sleep(0)
    lent.give_back(taken[0])
    lent.give_back(taken[1])
    gone.cancel()  # just as it was given one: that goes to the next
    assert [await first, await last] == taken[:2]
    for lease in taken:
        lent.give_back(lease)
    assert len({id(await lent.take()) for _ in taken}) == lent.most
    for lease in taken:
        lent.give_back(lease)


async def test_who_asks_again_is_looked_at_in_the_round_trip_of_his_read(
    fresh: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "{ viewer { name roles { role } } }"
    for _ in range(2):
        before = (await fresh.ask(query)).data["viewer"]
    with monkeypatch.context() as nobody_looks:
        nobody_looks.setattr(platform.quick, "scope", None)
        assert (await fresh.ask(query)).data["viewer"] == before
    async with platform.database.session(fresh.home.tenant.id) as session:
        renamed = (await session.scalars(select(Person).where(Person.name == before["name"]))).one()
        renamed.name = "改名"
    for _ in range(2):
        assert (await fresh.ask(query)).data["viewer"]["name"] == "改名"
    meetings = '{ organization(code: "111") { meetings(first: 1) { totalCount } } }'
    for _ in range(2):
        assert (await fresh.ask(meetings)).data["organization"]["meetings"]["totalCount"] == 0
    async with platform.database.session(fresh.home.tenant.id) as session:
        off = text("update plugin_enablement set is_on = false where tenant_id = :t and plugin = 'orglife'")
        await session.execute(off, {"t": fresh.home.tenant.id})
    assert "Cannot query field 'meetings'" in str((await fresh.ask(meetings)).body)
    await change_state(platform, fresh.home.tenant, "suspended")
    assert (await fresh.ask(query)).status == 403


async def test_what_is_taken_from_somebody_is_gone_at_the_next_request(fresh: Any, platform: Platform) -> None:
    query = "{ members(first: 1) { totalCount } }"
    for _ in range(2):
        assert (await fresh.ask(query)).data["members"]["totalCount"] == 10
    async with platform.database.session(fresh.home.tenant.id) as session:
        await session.execute(
            text("update role_grant set until = since - 1 where tenant_id = :t"), {"t": fresh.home.tenant.id}
        )
    assert (await fresh.ask(query)).code == "FORBIDDEN"
    for _ in range(2):
        assert (await fresh.ask(query, "member")).data["members"]["totalCount"] == 1
    async with platform.database.session(fresh.home.tenant.id) as session:
        off = (
            update(Person)
            .where(Person.id == fresh.home.people["王111"].id)
            .values(sign_in_off_since=dt.datetime.now(dt.UTC))
        )
        await session.execute(off)
    assert (await fresh.ask(query, "member")).status == 403


async def test_a_remembered_token_ends_with_its_time_its_keys_and_its_session(
    api: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens, token = Tokens(), api.token("member")
    issuers = platform.issuers
    claims = await tokens.claims(token, issuers)
    with monkeypatch.context() as nobody_verifies:
        nobody_verifies.setattr("zhibu_core.identity.tokens.read_access_token", None)
        assert await tokens.claims(token, issuers) == claims
    with pytest.raises(Unauthenticated):
        await tokens.claims(token, {})
    await tokens.claims(token, issuers)
    tokens.forget(claims["iss"], session_id=None, subject="somebody else")
    assert len(tokens) == 1
    tokens.forget(claims["iss"], session_id=None, subject=claims["sub"])
    assert len(tokens) == 0
    await tokens.claims(token, issuers)
    now = time.time() + 100_000
    monkeypatch.setattr("zhibu_core.identity.remembered.time.time", lambda: now)
    with pytest.raises(Unauthenticated):
        await tokens.claims(token, issuers)

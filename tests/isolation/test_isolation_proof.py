"""The proof that an auditor runs: on the page, as a file, by command; it finds nothing, and a hole where one is made."""

import json
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.context import Context
from zhibu_graphql.node import Node
from zhibu_graphql.types.member import Member
from zhibu_tenants.isolation import proof
from zhibu_tenants.isolation.graphql_walk import walk
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import Parties, TestDatabase

PAGE = "/audit/isolation"
QUERIES_AT_LEAST = 5


async def auditor_of(platform: Platform, parties: Parties, role: str = "auditor") -> Browser:
    """An auditor of the home tenant; the neighbour has an organization and a member."""
    for tenant in (parties.neighbour, parties.home):
        async with platform.database.session(tenant.id) as session:
            someone = await member(session, "王一", await organization(session, "001"), number="1001")
    return await sign_in(app_of(platform), platform, parties.home, someone.id, {role: None})


async def notes_of(platform: Platform, parties: Parties) -> list[str]:
    query = text("select purpose from audit_entry where tenant_id = :t and object_type = 'isolation'")
    async with platform.database.session(parties.home.id) as session:
        return list(await session.scalars(query, {"t": parties.home.id}))


async def test_the_auditor_runs_it_on_the_page(platform: Platform, parties: Parties) -> None:
    browser = await auditor_of(platform, parties)
    assert "开始检查" in (await browser.get(PAGE)).text
    assert PAGE in (await browser.get("/audit")).text
    answer = await browser.post(PAGE)
    assert answer.status_code == 200
    assert "隔离有效" in answer.text
    assert await notes_of(platform, parties) == ["isolation check: holds"]


async def test_it_comes_as_a_file_in_plain_words(platform: Platform, parties: Parties) -> None:
    answer = await (await auditor_of(platform, parties)).post(PAGE, **{"as": "file"})
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert f"isolation-{parties.home.slug}-" in answer.headers["content-disposition"]
    assert answer.text.startswith("隔离自检报告")
    assert answer.text.count("未发现问题。") == 10
    assert parties.neighbour.slug not in answer.text


async def test_nobody_else_may(platform: Platform, parties: Parties) -> None:
    browser = await auditor_of(platform, parties, "organizer")
    assert [(await browser.get(PAGE)).status_code, (await browser.post(PAGE)).status_code] == [403, 403]


async def test_a_hole_in_the_database_is_named(
    platform: Platform, parties: Parties, test_database: TestDatabase
) -> None:
    await auditor_of(platform, parties)
    owner = await asyncpg.connect(test_database.dsn("app_owner"))
    try:
        await owner.execute("alter table person disable row level security")
        report = await proof.prove(platform, Scope(parties.home, frozenset()))
    finally:
        await owner.execute("alter table person enable row level security")
        await owner.close()
    found = {(check.key, fault.thing) for check, fault in report.faults}
    assert {("reading", "public.person"), ("unbound", "public.person"), ("giving", "public.person")} <= found
    assert "public.person: 能看到其他租户的数据" in report.as_text("zh_CN")
    assert json.loads(json.dumps(report.as_line()))["holds"] is False


async def test_a_hole_in_the_interface_is_named(
    platform: Platform, parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    await auditor_of(platform, parties)
    assert (await walk(platform, parties.home, parties.neighbour)).faults == ()
    own = Member.find.__func__

    async def find_anywhere(cls: type[Node], context: Any, keys: list[Any]) -> Any:
        async with platform.database.session(parties.neighbour.id) as session:
            there = replace(context.scope, tenant=parties.neighbour)
            return await own(cls, Context(platform, session, there), keys)

    monkeypatch.setattr(Member, "find", classmethod(find_anywhere))
    found = await walk(platform, parties.home, parties.neighbour)
    assert {fault.thing for fault in found.faults} >= {f"node(id) {Member.tag}"}


async def test_mutations_do_not_tell_foreign_ids_from_made_up_ones(platform: Platform, parties: Parties) -> None:
    await auditor_of(platform, parties)
    check = await walk(platform, parties.home, parties.neighbour, mutations=True)
    assert check.faults == ()
    assert check.looked_at > QUERIES_AT_LEAST

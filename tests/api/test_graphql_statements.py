"""Reads are set-wise: how many statements a query costs does not grow with its lists."""

# ruff: noqa: E501 operations and attacks read best in one line

from typing import Any

import pytest
import pytest_asyncio

from zhibu_core.platform import Platform
from zhibu_core.tenancy.models import Base
from zhibu_testing.factories import member, organization
from zhibu_testing.statements import faults_of

QUERIES = {
    "members with branch": "{ members(first: %d) { totalCount edges { node { name phone organization { name parent { name } } } } } }",
    "organizations with lists": """{ organizations(first: %d) { edges { node { name parent { name } terms { number } positions { role member { name } }
      children(first: 3) { totalCount edges { node { name } } } members(first: 5) { totalCount edges { node { name organization { name } } } } } } } }""",
    "facts with whose": "{ facts(first: %d) { totalCount edges { node { kind end { reason } member { name organization { name } } organization { name } } } } }",
    "duties with facts": '{ duties(period: "2026Q2", first: %d) { totalCount edges { node { state organization { name } member { name } facts { kind } } } } }',
    "duties of organizations": '{ organizations(first: %d) { edges { node { duties(period: "2026Q2", first: 5) { totalCount edges { node { state } } } } } } }',
    "duties of members": '{ members(first: %d) { edges { node { duties(period: "2026", first: 5) { totalCount } facts(first: 3) { totalCount } } } } }',
    "unmasked": '{ members(first: %d) { edges { node { unmasked(purpose: "核对") { phone } } } } }',
}
MOST = 20
"""Six of them say who asks and bind the two transactions."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def crowd(api: Any, platform: Platform) -> None:
    """More branches and members than a page holds."""
    async with platform.database.session(api.home.tenant.id) as session:
        for code in range(120):
            branch = await organization(session, f"13{code}", parent=api.home.organizations["12"])
            await member(session, f"钱{code}", branch)


@pytest.mark.parametrize("name", QUERIES)
async def test_statements_do_not_grow_with_lists(api: Any, crowd: None, statements: Any, name: str) -> None:
    counts: list[int] = []
    for first in (5, 100):
        query = QUERIES[name] % first
        await api.ask(query)
        with statements:
            statements.seen.clear()
            answer = await api.ask(query)
        assert "errors" not in answer.body
        counts.append(len(statements.seen))
    assert counts[0] == counts[1], counts
    assert counts[0] <= MOST


async def test_every_statement_names_its_tenant(api: Any, statements: Any) -> None:
    tables = frozenset(table.name for table in Base.metadata.tables.values() if "tenant_id" in table.c)
    more = [
        '{ organizations(first: 5, asOf: "2026-01-01", name: "1") { totalCount edges { node { children(first: 5, asOf: "2020-01-01") { totalCount } } } } }',
        '{ facts(first: 5, kind: "theme_day", period: "2026", includeEnded: true) { totalCount } members(first: 3, name: "张", isLost: false) { totalCount } }',
    ]
    with statements:
        for query in (*(query % 5 for query in QUERIES.values()), *more):
            for role in ("organizer", "secretary"):
                await api.ask(query, role)
    assert len(statements.seen) > 100
    assert [fault for statement in set(statements.seen) for fault in faults_of(statement, tables)] == []

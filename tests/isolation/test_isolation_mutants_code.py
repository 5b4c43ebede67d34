"""The mutation check of the code: binding, filters, bulk and hand-written SQL lose their tenant; a guard must notice."""

import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest
import pytest_asyncio

from zhibu_core.isolation.prober import MARK
from zhibu_core.platform import Platform
from zhibu_core.plugins.fitness import PARAMETER, handlers_of, methods_of
from zhibu_core.plugins.host import PluginHost
from zhibu_core.tenancy.session import Database
from zhibu_tenants.enablement import switch
from zhibu_tenants.isolation.graphql_walk import walk
from zhibu_tenants.isolation.proof import prove
from zhibu_testing.browsing import EVERY_ROLE, app_of, sign_in
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import Parties, TestDatabase, all_powers, log_statements, tenant_tables
from zhibu_testing.mutants.code import code_mutants
from zhibu_testing.mutants.score import SEED, Score
from zhibu_testing.mutants.sql import Errand, constants, mutated_statements, senders, without_one
from zhibu_testing.mutants.story import Story
from zhibu_testing.statements import faults_of

pytestmark = pytest.mark.mutants
CONSTANTS = 12
"""How many hand-written statements are broken in one run, chosen by the seed."""


@dataclass
class Watched:
    """A platform with a pool and a statement log of its own: what mutants send must not blame the suite."""

    platform: Platform
    seen: set[str]
    tables: frozenset[str]

    def logged(self) -> list[str]:
        """What the statement log has against what was sent since the last time."""
        faults = [fault for statement in self.seen for fault in faults_of(statement, self.tables)]
        self.seen.clear()
        return faults


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def watched(test_database: TestDatabase) -> AsyncIterator[Watched]:
    host = PluginHost.discover()
    host.prepare()
    running = Platform(test_database.settings, host, Database(test_database.dsn()), test_database.dsn("app_owner"))
    seen = log_statements(running.database)
    yield Watched(running, seen, await tenant_tables(running.database))
    await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def errands(watched: Watched, parties: Parties) -> Mapping[str, Errand]:
    """Every page that can be opened without a parameter, the walk over GraphQL, and the proof itself."""
    home, running = parties.home, watched.platform
    async with running.database.session(home.id) as session:
        for key in sorted(running.host.switchable):
            await switch(running, session, await all_powers(running, home), key, on=True)
        someone = await member(session, "王一", await organization(session, "001", has_committee=True), number="1001")
    browser = await sign_in(app_of(running), running, home, someone.id, EVERY_ROLE)
    pages = {
        path
        for _, route in running.host.collect("routes")
        for handler, path, _ in handlers_of(route)
        if "GET" in methods_of(handler) and not PARAMETER.search(path) and "sign" not in path
    }
    found: dict[str, Errand] = {path: (lambda path=path: browser.get(path)) for path in sorted(pages)}  # type: ignore[misc]
    scope = await all_powers(running, home)
    return found | {
        "graphql": lambda: walk(running, home, parties.neighbour),
        "proof": lambda: prove(running, scope),
    }


async def test_every_mutant_of_the_sessions_is_noticed(watched: Watched, parties: Parties, score: Score) -> None:
    story = Story(watched.platform, parties.home, parties.neighbour)
    assert (await story.faults(), watched.logged()) == ([], [])
    for name, broken in code_mutants(watched.platform.database, parties.home.id).items():
        with broken:
            told = await story.faults()
        score.put(name, [guard for guard, found in (("story", told), ("log", watched.logged())) if found])
        await story.clear()
        watched.seen.clear()
    assert (await story.faults(), watched.logged()) == ([], [])
    assert score.survivors == []


async def test_every_mutant_of_written_sql_is_noticed(
    watched: Watched, errands: Mapping[str, Errand], score: Score
) -> None:
    known = constants(watched.tables)
    sending = await senders(watched.platform.database, known, errands)
    assert watched.logged() == []
    names = sorted(sending)
    assert len(names) >= CONSTANTS
    chosen = random.Random(SEED)
    for name in chosen.sample(names, CONSTANTS):
        with without_one(known[name], chosen.randrange(9)):
            await sending[name]()
        score.put(name, ["log"] if watched.logged() else [])
    assert score.survivors == []


async def test_the_log_would_miss_no_statement_that_was_sent(
    watched: Watched, errands: Mapping[str, Errand], score: Score
) -> None:
    watched.seen.clear()
    for errand in errands.values():
        await errand()
    sent = [s for s in sorted(watched.seen) if "tenant_id" in s and not s.startswith(MARK) and "pg_" not in s]
    assert watched.logged() == []
    broken = [mutant for statement in sent for mutant in mutants_of(statement, watched.tables)]
    missed = [mutant for mutant in broken if not faults_of(mutant, watched.tables)]
    score.put(f"{len(broken)} predicates of {len(sent)} statements", ["log"] if not missed else [])
    assert missed == []
    assert len(broken) > len(sent) > CONSTANTS


def mutants_of(statement: str, tables: frozenset[str]) -> list[str]:
    return list(mutated_statements(statement, tables)) if any(table in statement for table in tables) else []

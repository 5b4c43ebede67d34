"""The mutation check: isolation is broken in one place at a time; a guard must notice each, or the survivor is named."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from zhibu_core.platform import Platform
from zhibu_tenants.provisioning import create_tenant
from zhibu_testing.fixtures import TODAY, TestDatabase
from zhibu_testing.mutants.furnishing import furnish_every_table
from zhibu_testing.mutants.guards import Pair, copy_of, verdicts
from zhibu_testing.mutants.schema import Mutant, mutants_of, tables_of
from zhibu_testing.mutants.score import SEED, Score

pytestmark = pytest.mark.mutants
LEAST = 20


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(test_database: TestDatabase, platform: Platform) -> AsyncIterator[Pair]:
    """Two tenants with rows in every table of the database that all copies are made of; nobody is connected to it."""
    mine = await create_tenant(platform, "mutant-mine", "甲大学", "university", today=TODAY)
    other = await create_tenant(platform, "mutant-other", "乙集团", "enterprise", today=TODAY)
    owner = await asyncpg.connect(test_database.server.admin_for(test_database.name))
    await furnish_every_table(owner, [mine.id, other.id])
    await owner.close()
    await platform.database.close()
    yield Pair(mine.id, other.id)


async def test_the_guards_are_content_with_what_is_whole(test_database: TestDatabase, pair: Pair) -> None:
    async with copy_of(test_database.server, test_database.name) as name:
        assert {k: v for k, v in (await verdicts(test_database.server, name, pair)).items() if v} == {}


async def test_every_mutant_of_the_database_is_noticed(test_database: TestDatabase, pair: Pair, score: Score) -> None:
    owner = await asyncpg.connect(test_database.dsn("app_owner"))
    mutants = list(mutants_of(await tables_of(owner), SEED))
    await owner.close()
    assert len(mutants) >= LEAST
    for mutant in mutants:
        score.put(mutant.name, await noticed_by(test_database, pair, mutant))
    assert score.survivors == []


async def noticed_by(database: TestDatabase, pair: Pair, mutant: Mutant) -> list[str]:
    """The guards that find something in a copy with this one mutant."""
    async with copy_of(database.server, database.name) as name:
        admin = await asyncpg.connect(database.server.admin_for(name))
        try:
            await admin.execute(mutant.apply)
            found = await verdicts(database.server, name, pair)
        finally:
            if mutant.undo:
                await admin.execute(mutant.undo)
            await admin.close()
    return [guard for guard, faults in found.items() if faults]

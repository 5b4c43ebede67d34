"""The black-box prober: as one tenant, with the runtime role and nothing but SQL, over everything that role may touch."""

from sqlalchemy import text

from zhibu_core.isolation.prober import probe, probe_unbound
from zhibu_core.isolation.relations import relations_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.bulk import raw_connection
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import Parties, tenant_tables


async def furnish(platform: Platform, parties: Parties) -> None:
    """The home tenant holds people and settings, which the neighbour must not see."""
    async with platform.database.session(parties.home.id) as session:
        branch = await organization(session, "1")
        await member(session, "甲", branch, number="N1")


async def test_as_a_neighbour_nothing_can_be_had(platform: Platform, parties: Parties) -> None:
    await furnish(platform, parties)
    async with platform.database.session(parties.neighbour.id) as session:
        checks = await probe(await raw_connection(session), parties.neighbour.id, parties.home.id)
    assert {check.key: check.faults for check in checks if not check.holds} == {}
    assert [check.key for check in checks] == ["reading", "changing", "giving", "binding", "functions", "powers"]


async def test_it_looks_at_every_tenant_table(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.neighbour.id) as session:
        relations = await relations_of(await raw_connection(session))
    looked_at = {relation.name for relation in relations if relation.has_tenant and relation.name.startswith("public.")}
    tables = await tenant_tables(platform.database)
    partitions = {name for name in tables if name.startswith("audit_entry_")}
    assert looked_at == {f"public.{name}" for name in tables - partitions}


async def test_unbound_nothing_is_seen(platform: Platform, parties: Parties) -> None:
    await furnish(platform, parties)
    async with platform.database.system_session() as session:
        await session.execute(text("select 1"))
        check = await probe_unbound(await raw_connection(session))
    assert check.faults == ()
    assert check.looked_at > 10

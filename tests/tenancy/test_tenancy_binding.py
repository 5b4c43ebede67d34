"""What keeps tenants apart: binding, the tenant filter, the guard, row security, the pinned catalog."""

import uuid

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from zhibu_core.database.canary import isolation_canary
from zhibu_core.database.catalog import audit_catalog
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.guard import UnboundTenant
from zhibu_core.tenancy.ids import new_id
from zhibu_testing.fixtures import Parties, TestDatabase, owner_dsn


async def test_catalog_audit_has_no_findings(platform: Platform, test_database: TestDatabase) -> None:
    assert await audit_catalog(owner_dsn(test_database)) == []


async def test_canary_is_silent(platform: Platform) -> None:
    assert await isolation_canary(platform) == []


async def test_a_neighbour_sees_nothing(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        session.add(Person(id=new_id(), name="甲", sort_name="jia3 甲"))
    async with platform.database.session(parties.neighbour.id) as session:
        assert list(await session.scalars(select(Person))) == []
        found = await session.scalar(text("select count(*) from person where tenant_id = :t"), {"t": parties.home.id})
        assert found == 0
    async with platform.database.session(parties.home.id) as session:
        assert [p.name for p in await session.scalars(select(Person))] == ["甲"]


async def test_unbound_sessions_name_the_model(platform: Platform) -> None:
    async with platform.database.system_session() as session:
        with pytest.raises(UnboundTenant, match="Person"):
            await session.scalars(select(Person))


async def test_rows_of_another_tenant_are_refused(platform: Platform, parties: Parties) -> None:
    with pytest.raises(UnboundTenant):
        async with platform.database.session(parties.home.id) as session:
            session.add(Person(tenant_id=parties.neighbour.id, id=new_id(), name="乙", sort_name="乙"))


async def test_rebinding_inside_a_transaction_is_refused(platform: Platform, parties: Parties) -> None:
    with pytest.raises(DBAPIError, match=r"42501|bound"):
        async with platform.database.session(parties.home.id) as session:
            await session.execute(text("select app.bind(:t)"), {"t": parties.neighbour.id})


async def test_bulk_insert_lands_in_the_bound_tenant(platform: Platform, parties: Parties) -> None:
    rows = [{"id": uuid.uuid4(), "key": f"k{n}", "value": {"n": n, "text": 'a"\\b'}} for n in range(3)]
    async with platform.database.session(parties.home.id) as session:
        assert await insert_rows(session, TenantSetting.__table__, rows) == 3
        found = list(
            await session.scalars(select(TenantSetting).where(TenantSetting.key.like("k%")).order_by(TenantSetting.key))
        )
    assert [row.value["n"] for row in found] == [0, 1, 2]
    assert all(row.tenant_id == parties.home.id for row in found)

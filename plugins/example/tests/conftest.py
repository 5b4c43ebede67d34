"""A tenant where the reading circle is on, with a branch, a group in it, and people."""

from dataclasses import dataclass

import pytest
import pytest_asyncio
from litestar import Litestar
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.app import create_app
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.enablement import switch
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import Parties, all_powers


@dataclass(frozen=True)
class Circle:
    """The people and places of a test; `scope` may do everything."""

    branch: Organization
    group: Organization
    reader: Person
    scope: Scope


@pytest_asyncio.fixture(loop_scope="session")
async def circle(platform: Platform, parties: Parties) -> Circle:
    """Committed before the test begins, so that other sessions see it."""
    async with platform.database.session(parties.home.id) as session:
        operator = Scope(parties.home, frozenset())
        await switch(platform, session, operator, "example", on=True)
        await switch(platform, session, operator, "capability", on=False)  # which would listen to the same events
        branch = await organization(session, "001", name="数学党支部")
        group = await organization(session, "001001", kind="group", parent=branch, name="第一党小组")
        reader = await member(session, "王一", branch, number="1001")
    return Circle(branch, group, reader, await all_powers(platform, parties.home, reader.id))


@pytest_asyncio.fixture(loop_scope="session")
async def session(circle: Circle, platform: Platform, parties: Parties) -> AsyncSession:
    """A transaction of the home tenant, after the circle was made."""
    async with platform.database.session(parties.home.id) as bound:
        yield bound


@pytest.fixture(scope="session")
def app(platform: Platform) -> Litestar:
    """The application."""
    return create_app(platform, jobs=False)

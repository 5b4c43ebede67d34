"""Statements given to the driver itself: bound, seen by who counts, and never on a connection that was given back."""

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from zhibu_core.platform import Platform
from zhibu_core.tenancy.direct import direct
from zhibu_core.tenancy.session import CONNECTION
from zhibu_testing.counting import counted
from zhibu_testing.factories import organization
from zhibu_testing.fixtures import Parties

_NAMED = text(
    "select o.id, o.name, :t = o.tenant_id as own from organization o where o.tenant_id = :t and o.id = any(:orgs)"
).bindparams(bindparam("orgs", type_=ARRAY(Uuid())))


async def test_rows_are_the_tenants_own_and_their_columns_attributes(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        mine = await organization(session, "001")
        with counted(platform) as seen:
            (row,) = await direct(session, _NAMED, {"t": parties.home.id, "orgs": [mine.id]})
        assert (row.id, row.name, row.own) == (mine.id, mine.name, True)
        assert len(seen) == 1
        with pytest.raises(AttributeError):
            _ = row.nothing
    async with platform.database.session(parties.neighbour.id) as session:
        assert not await direct(session, _NAMED, {"t": parties.home.id, "orgs": [mine.id]})


async def test_a_session_that_ended_knows_no_connection(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        await direct(session, _NAMED, {"t": parties.home.id, "orgs": []})
        kept = session
    assert CONNECTION not in kept.info

"""A state machine over three tenants: whatever they do, in any order, each reads exactly what it wrote itself, and of another's what
an agreement in force gives it.
"""

import asyncio
import os
from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, rule, run_state_machine_as_test
from sqlalchemy import select, text

from zhibu_core.identity.models import RoleGrant
from zhibu_core.ledger.models import Fact
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.plugins.models import PluginEnablement
from zhibu_core.spaces.copies import copies_of
from zhibu_core.spaces.reading import spaces_of
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_example.models import Note
from zhibu_testing.fixtures import all_powers
from zhibu_testing.machine.meeting import Meeting
from zhibu_testing.machine.sides import SIDES, Pact, Side
from zhibu_testing.machine.writing import Writing

LONG = bool(os.environ.get("ZHIBU_LONG"))
"""Set for the long run (a night's); `make test` takes a few short stories."""

PROFILE = settings(
    max_examples=60 if LONG else 3,
    stateful_step_count=40 if LONG else 18,
    deadline=None,
    derandomize=not LONG,
    database=None,
    phases=tuple(Phase) if LONG else (Phase.generate,),  # shortening a failure takes minutes
    suppress_health_check=list(HealthCheck),
)
LISTS = """{ organizations(first: 50) { edges { node { code } } } members(first: 50) { edges { node { number } } }
  facts(first: 50) { totalCount } }"""
MEETINGS = '{ organization(code: "%s") { meetings(first: 50) { edges { node { id } } } } }'
T = TypeVar("T")


class Tenants(Writing, Meeting):
    """Three tenants; the first two have an agreement from the start."""

    def __init__(self) -> None:
        super().__init__()
        self.number = self.turn = 0
        self.sides = [self.run(self._open(preset)) for preset in ("university", "enterprise", "university")]
        self.pacts: list[Pact] = []
        self.run(self._agree(self.sides[0], self.sides[1]))

    @invariant()
    def everyone_reads_their_own_and_what_is_in_force(self) -> None:
        """After every step, whatever it was; each in turn, as what one may read depends on nobody's reading."""
        self.turn += 1
        for side in self.sides if LONG else [self.sides[self.turn % len(self.sides)]]:
            self.run(self._read_what_came(side))

    async def _read_what_came(self, side: Side) -> None:
        who = await all_powers(self.platform, side.tenant)
        mine = [pact for pact in self.pacts if side in pact.sides]
        async with self.platform.database.session(side.tenant.id) as session:
            found = await copies_of(session, who)
            assert {one.id for one in await spaces_of(session, who)} == {pact.space for pact in mine}
            own = set(await session.scalars(select(Note.id)))
        assert own == side.notes
        expected = [{"book": book} for pact in mine for book in pact.readable(side)]
        assert sorted(one.record["book"] for one in found) == sorted(one["book"] for one in expected)
        assert all(set(one.record) == {"book"} for one in found)
        if found:
            self.done.add("read")

    # Reading: each road by itself, in any tenant.

    @rule(side=SIDES)
    def read_by_orm(self, side: int) -> None:
        self.run(self._read_by_orm(self.sides[side]))

    async def _read_by_orm(self, side: Side) -> None:
        async with self.platform.database.session(side.tenant.id) as session:
            assert set(await session.scalars(select(Organization.id))) == set(side.organizations.values())
            assert set(await session.scalars(select(Person.id))) == set(side.people.values())
            assert set(await session.scalars(select(RoleGrant.id))) == side.roles
            keys = select(TenantSetting.key).where(TenantSetting.key.startswith("machine."))
            assert set(await session.scalars(keys)) == side.settings
            assert set(await session.scalars(select(Fact.record_id).where(Fact.source == "core"))) == side.facts
            off = select(PluginEnablement.plugin).where(PluginEnablement.is_on.is_(False))
            assert set(await session.scalars(off)) == side.off

    @rule(side=SIDES)
    def read_by_sql(self, side: int) -> None:
        self.run(self._read_by_sql(self.sides[side]))

    async def _read_by_sql(self, side: Side) -> None:
        """What is asked for is the other tenant's: there is nothing of it here."""
        others = [one.tenant.id for one in self.sides if one is not side]
        tables = (
            "organization",
            "person",
            "fact",
            "role_grant",
            "orglife_meeting",
            "space",
            "space_envelope",
            "space_copy",
        )
        async with self.platform.database.session(side.tenant.id) as session:
            for table in tables:
                query = text(f"select count(*) from {table} where tenant_id = any(:others)")
                assert await session.scalar(query, {"others": others}) == 0

    @rule(side=SIDES)
    def read_by_graphql(self, side: int) -> None:
        self.run(self._read_by_graphql(self.sides[side]))

    async def _read_by_graphql(self, side: Side) -> None:
        found = await self._ask(side, LISTS)
        assert {edge["node"]["code"] for edge in found["organizations"]["edges"]} == set(side.organizations)
        assert {edge["node"]["number"] for edge in found["members"]["edges"]} == set(side.people)
        assert found["facts"]["totalCount"] >= len(side.facts)
        for code in list(side.organizations)[:1]:
            held = (await self._ask(side, MEETINGS % code))["organization"]["meetings"]["edges"]
            assert {edge["node"]["id"] for edge in held} == side.meetings.get(code, set())

    def teardown(self) -> None:
        for side in self.sides:
            self.run(self._read_by_orm(side))
            self.run(self._read_by_sql(side))
            self.run(self._read_by_graphql(side))
            self.run(self._read_what_came(side))


async def test_each_tenant_reads_what_it_wrote(platform: Platform) -> None:
    """The machine runs beside the loop, whose pool it uses."""
    loop = asyncio.get_running_loop()

    def wait(work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=60)

    machine: type[Tenants] = type("Machine", (Tenants,), {"platform": platform, "run": staticmethod(wait)})
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=PROFILE)
    assert machine.done >= {"proposed", "signed", "published", "read", "taken back", "revoke", "expire"}

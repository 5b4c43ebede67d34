"""A state machine over three tenants: whatever they do, in any order, each reads exactly what it wrote itself, and of another's what
an agreement in force gives it.
"""

import asyncio
import datetime as dt
import os
import tempfile
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import select, text

from zhibu_core.identity.models import RoleGrant
from zhibu_core.imports.engine import run_import
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.ledger.models import Fact
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.plugins.models import PluginEnablement
from zhibu_core.spaces.agreements import propose as propose_agreement
from zhibu_core.spaces.agreements import sign as sign_agreement
from zhibu_core.spaces.copies import copies_of
from zhibu_core.spaces.ending import revoke as revoke_agreement
from zhibu_core.spaces.lane import SpaceLane
from zhibu_core.spaces.proposal import AskedField, AskedShare, Other, Proposal
from zhibu_core.spaces.publishing import publish_records
from zhibu_core.spaces.reading import spaces_of, whole_of
from zhibu_core.spaces.upkeep import keep_up
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_example.models import Note
from zhibu_graphql.context import Context
from zhibu_graphql.engine import Engine, Operation, engine_for
from zhibu_tenants.enablement import switch
from zhibu_tenants.provisioning import create_tenant
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import TODAY, all_powers

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
SIDES = st.integers(0, 2)
PAIRS = st.sampled_from([(0, 1), (1, 2)])
"""Who agrees with whom: the first and the last never do."""

SWITCHED = st.sampled_from(["affairs", "example", "learning"])
RECORD = "mutation R($i: MeetingInput!) { recordMeeting(input: $i, submit: true) { meeting { id } errors { code } } }"
LISTS = """{ organizations(first: 50) { edges { node { code } } } members(first: 50) { edges { node { number } } }
  facts(first: 50) { totalCount } }"""
MEETINGS = '{ organization(code: "%s") { meetings(first: 50) { edges { node { id } } } } }'
T = TypeVar("T")
_DAY_IS_OVER = text(
    "update space set starts_on = starts_on - 2, ends_on = ends_on - 1 where tenant_id = :t and id = :id"
)


@dataclass
class Side:
    """One tenant, and all that was written there."""

    tenant: Tenant
    organizations: dict[str, uuid.UUID] = field(default_factory=dict)
    people: dict[str, uuid.UUID] = field(default_factory=dict)
    facts: set[uuid.UUID] = field(default_factory=set)
    meetings: dict[str, set[str]] = field(default_factory=dict)
    roles: set[uuid.UUID] = field(default_factory=set)
    settings: set[str] = field(default_factory=set)
    off: set[str] = field(default_factory=set)
    notes: set[uuid.UUID] = field(default_factory=set)


@dataclass
class Pact:
    """An agreement of two sides: who signed it, whether it is over, and which notes each side gave under it."""

    sides: tuple[Side, Side]
    space: uuid.UUID
    signed: set[uuid.UUID] = field(default_factory=set)
    is_over: bool = False
    given: dict[uuid.UUID, set[str]] = field(default_factory=dict)

    def readable(self, side: Side) -> set[str]:
        """The books that this side may read of the other's notes."""
        other = next(one for one in self.sides if one is not side)
        holds = len(self.signed) == 2 and not self.is_over and "example" not in side.off
        return self.given.get(other.tenant.id, set()) if holds else set()


class Tenants(RuleBasedStateMachine):
    """All write under the same codes, numbers and names, so that nothing but the tenant tells their rows apart."""

    platform: Platform
    done: ClassVar[set[str]] = set()
    run: Callable[[Coroutine[Any, Any, Any]], Any]

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.sides = [self.run(self._open(preset)) for preset in ("university", "enterprise", "university")]
        self.pacts: list[Pact] = []
        self.run(self._agree(self.sides[0], self.sides[1]))

    async def _open(self, preset: str) -> Side:
        slug = f"m-{uuid.uuid4().hex[:12]}"
        side = Side(await create_tenant(self.platform, slug, "同名单位", preset, today=TODAY))
        await self._make_organization(side)
        async with self.platform.database.session(side.tenant.id) as session:
            await switch(self.platform, session, Scope(side.tenant, frozenset()), "example", on=True)
        return side

    def _next(self, taken: dict[str, Any], letter: str) -> str:
        return f"{letter}{len(taken) + 1:03}"

    # Writing.

    @rule(side=SIDES)
    def make_organization(self, side: int) -> None:
        self.run(self._make_organization(self.sides[side]))

    async def _make_organization(self, side: Side) -> None:
        code = self._next(side.organizations, "")
        async with self.platform.database.session(side.tenant.id) as session:
            side.organizations[code] = (await organization(session, code, has_committee=True)).id

    @precondition(lambda self: all(side.organizations for side in self.sides))
    @rule(side=SIDES)
    def make_member(self, side: int) -> None:
        self.run(self._make_member(self.sides[side]))

    async def _make_member(self, side: Side) -> None:
        number = self._next(side.people, "N")
        async with self.platform.database.session(side.tenant.id) as session:
            branch = (await session.scalars(select(Organization).where(Organization.code == "001"))).one()
            side.people[number] = (await member(session, "王一", branch, number=number)).id

    @precondition(lambda self: all(side.organizations for side in self.sides))
    @rule(side=SIDES)
    def write_fact(self, side: int) -> None:
        self.run(self._write_fact(self.sides[side]))

    async def _write_fact(self, side: Side) -> None:
        record = new_id()
        draft = FactDraft("course_required", side.organizations["001"], TODAY, "course", record)
        async with self.platform.database.session(side.tenant.id) as session:
            await write_facts(session, [draft], source="core", written_by=None)
        side.facts.add(record)

    @precondition(lambda self: all(side.people for side in self.sides))
    @rule(side=SIDES)
    def record_meeting(self, side: int) -> None:
        self.run(self._record_meeting(self.sides[side]))

    async def _record_meeting(self, side: Side) -> None:
        asked = '{ organization(code: "001") { id members(first: 9) { edges { node { id } } } } }'
        branch = (await self._ask(side, asked))["organization"]
        people = [edge["node"]["id"] for edge in branch["members"]["edges"]]
        given = {"organization": branch["id"], "kinds": ["theme_day"], "startsAt": "2026-09-10T15:00:00"}
        given |= {"endsAt": "2026-09-10T16:30:00", "place": "活动室", "chair": "王一", "recorder": "王一"}
        given |= {"topic": "学习", "points": "讨论。", "resolution": "照办。", "tasks": []}
        given |= {"roll": [{"member": person, "mark": "present"} for person in people]}
        done = (await self._ask(side, RECORD, i=given, keep=True))["recordMeeting"]
        assert done["errors"] == []
        side.meetings.setdefault("001", set()).add(done["meeting"]["id"])

    @precondition(lambda self: all(side.people for side in self.sides))
    @rule(side=SIDES, role=st.sampled_from(["admin", "auditor", "secretary"]))
    def grant_role(self, side: int, role: str) -> None:
        self.run(self._grant_role(self.sides[side], role))

    async def _grant_role(self, side: Side, role: str) -> None:
        grant = RoleGrant(id=new_id(), person_id=side.people["N001"], role=role, node_id=None, since=TODAY)
        async with self.platform.database.session(side.tenant.id) as session:
            session.add(grant)
        side.roles.add(grant.id)

    @rule(side=SIDES, count=st.integers(1, 4))
    def load_in_bulk(self, side: int, count: int) -> None:
        self.run(self._load_in_bulk(self.sides[side], count))

    async def _load_in_bulk(self, side: Side, count: int) -> None:
        keys = [f"machine.{len(side.settings) + n}" for n in range(count)]
        rows = [{"id": new_id(), "key": key, "value": {"is": True}} for key in keys]
        async with self.platform.database.session(side.tenant.id) as session:
            assert await insert_rows(session, TenantSetting.__table__, rows) == count
        side.settings |= set(keys)

    @precondition(lambda self: all(side.organizations for side in self.sides))
    @rule(side=SIDES)
    def import_sheet(self, side: int) -> None:
        self.run(self._import_sheet(self.sides[side]))

    async def _import_sheet(self, side: Side) -> None:
        code = self._next(side.organizations, "")
        sheet = f"组织代码,组织名称,组织类别,上级组织代码,是否设支委会,支部类型\n{code},导入{code},党支部,,是,教师\n"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "组织机构.csv"
            path.write_text(sheet, encoding="utf-8")
            outcome = await run_import(self.platform, await all_powers(self.platform, side.tenant), [path])
        assert (outcome.written, outcome.counts.new) == (True, 1), outcome
        async with self.platform.database.session(side.tenant.id) as session:
            found = await session.scalar(select(Organization.id).where(Organization.code == code))
        assert found is not None
        side.organizations[code] = found

    @rule(side=SIDES, plugin=SWITCHED)
    def switch_plugin(self, side: int, plugin: str) -> None:
        self.run(self._switch(self.sides[side], plugin))

    async def _switch(self, side: Side, plugin: str) -> None:
        on = plugin in side.off
        async with self.platform.database.session(side.tenant.id) as session:
            await switch(self.platform, session, Scope(side.tenant, frozenset()), plugin, on=on)
        side.off ^= {plugin}

    # Meeting: what one gives, the other may read as long as both say so.

    @precondition(lambda self: all(side.organizations for side in self.sides) and len(self.pacts) < 3)
    @rule(pair=PAIRS)
    def propose(self, pair: tuple[int, int]) -> None:
        self.run(self._propose(self.sides[pair[0]], self.sides[pair[1]]))

    async def _agree(self, side: Side, other: Side) -> None:
        """Both have signed and given a note when the story begins, which else would rarely come to it."""
        await self._propose(side, other)
        for one in (side, other):
            await self._sign(self.pacts[0], one)
        for one in (side, other):
            await self._publish(self.pacts[0], one)

    async def _propose(self, side: Side, other: Side) -> None:
        if "example" in side.off:
            return
        who = await all_powers(self.platform, side.tenant)
        shares = (AskedShare("example.note", (AskedField("book", "互相推荐"),)),)
        proposal = Proposal("共建", "读书", ("001",), (Other(other.tenant.slug, "001"),), TODAY, TODAY, shares)
        async with self.platform.database.session(side.tenant.id) as session:
            space = await propose_agreement(self.platform, session, who, proposal)
        await self._carry()
        self.pacts.append(Pact((side, other), space.id))
        self.done.add("proposed")

    @precondition(lambda self: any(not pact.is_over and len(pact.signed) < 2 for pact in self.pacts))
    @rule(which=st.integers(0, 9), side=st.integers(0, 1))
    def sign(self, which: int, side: int) -> None:
        open_ones = [pact for pact in self.pacts if not pact.is_over and len(pact.signed) < 2]
        pact = open_ones[which % len(open_ones)]
        self.run(self._sign(pact, pact.sides[side]))

    async def _sign(self, pact: Pact, side: Side) -> None:
        if side.tenant.id in pact.signed:
            return
        who = await all_powers(self.platform, side.tenant)
        async with self.platform.database.session(side.tenant.id) as session:
            whole = await whole_of(session, who, pact.space)
            await sign_agreement(session, who, pact.space, whole.newest.id)
        await self._carry()
        pact.signed.add(side.tenant.id)
        self.done.add("signed")

    @precondition(lambda self: any(not pact.is_over and len(pact.signed) == 2 for pact in self.pacts))
    @rule(which=st.integers(0, 9), side=st.integers(0, 1))
    def publish(self, which: int, side: int) -> None:
        open_ones = [pact for pact in self.pacts if not pact.is_over and len(pact.signed) == 2]
        pact = open_ones[which % len(open_ones)]
        self.run(self._publish(pact, pact.sides[side]))

    async def _publish(self, pact: Pact, side: Side) -> None:
        if any("example" in one.off for one in pact.sides):
            return
        self.number += 1
        who, book = await all_powers(self.platform, side.tenant, uuid.uuid4()), f"同名书{self.number}"
        async with self.platform.database.session(side.tenant.id) as session:
            note = Note(
                id=new_id(), organization_id=side.organizations["001"], read_on=TODAY, book=book, thought="保密"
            )
            session.add(note)
            await session.flush()
            await publish_records(self.platform, session, who, pact.space, "example.note", [note.id])
        await self._carry()
        side.notes.add(note.id)
        pact.given.setdefault(side.tenant.id, set()).add(book)
        self.done.add("published")

    @precondition(lambda self: any(not pact.is_over for pact in self.pacts))
    @rule(which=st.integers(0, 9), side=st.integers(0, 1), how=st.sampled_from(["revoke", "expire"]))
    def end(self, which: int, side: int, how: str) -> None:
        open_ones = [pact for pact in self.pacts if not pact.is_over]
        pact = open_ones[which % len(open_ones)]
        self.run(self._end(pact, pact.sides[side], how))

    async def _end(self, pact: Pact, side: Side, how: str) -> None:
        if how == "revoke":
            who = await all_powers(self.platform, side.tenant)
            async with self.platform.database.session(side.tenant.id) as session:
                await revoke_agreement(session, who, pact.space, "完成")
        else:  # the day comes on both sides
            for one in pact.sides:
                async with self.platform.database.session(one.tenant.id) as session:
                    await session.execute(_DAY_IS_OVER, {"t": one.tenant.id, "id": pact.space})
                await keep_up(self.platform, one.tenant)
        await self._carry()
        pact.is_over = True
        self.done.add(how)

    async def _carry(self) -> None:
        lane = SpaceLane(self.platform)
        while await lane.run_once():
            pass

    @rule(side=SIDES)
    def read_what_came(self, side: int) -> None:
        self.run(self._read_what_came(self.sides[side]))

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

    async def _ask(self, side: Side, query: str, *, keep: bool = False, **variables: Any) -> dict[str, Any]:
        scope = await all_powers(self.platform, side.tenant)
        async with self.platform.database.session(side.tenant.id) as session:
            engine = Engine(engine_for(self.platform.host).schemas)
            answer = await engine.run(Context(self.platform, session, scope), Operation(query, variables))
            if not keep:
                await session.rollback()
        assert "errors" not in answer, answer
        found: dict[str, Any] = answer["data"]
        return found

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

    machine = type("Machine", (Tenants,), {"platform": platform, "run": staticmethod(wait)})
    before = dt.datetime.now(dt.UTC)
    await asyncio.to_thread(run_state_machine_as_test, machine, settings=PROFILE)
    assert machine.done >= {"proposed", "signed", "published", "read", "revoke", "expire"}
    assert LONG or dt.datetime.now(dt.UTC) - before < dt.timedelta(seconds=60)

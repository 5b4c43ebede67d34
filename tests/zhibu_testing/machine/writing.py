"""How a tenant of the story writes: by the tree, people, facts, meetings, roles, in bulk, by a sheet, by switching."""

import tempfile
import uuid
from pathlib import Path
from typing import cast

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import Table, select

from zhibu_core.identity.models import RoleGrant
from zhibu_core.imports.engine import run_import
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.organization.models import Organization
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.enablement import switch
from zhibu_tenants.provisioning import create_tenant
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import TODAY, all_powers
from zhibu_testing.machine.sides import SIDES, Acting, Side

SWITCHED = st.sampled_from(["affairs", "example", "learning"])
RECORD = "mutation R($i: MeetingInput!) { recordMeeting(input: $i, submit: true) { meeting { id } errors { code } } }"


class Writing(Acting):
    """All write under the same codes, numbers and names, so that nothing but the tenant tells their rows apart."""

    async def _open(self, preset: str) -> Side:
        slug = f"m-{uuid.uuid4().hex[:12]}"
        side = Side(await create_tenant(self.platform, slug, "同名单位", preset, today=TODAY))
        await self._make_organization(side)
        async with self.platform.database.session(side.tenant.id) as session:
            await switch(self.platform, session, Scope(side.tenant, frozenset()), "example", on=True)
        return side

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
            assert await insert_rows(session, cast("Table", TenantSetting.__table__), rows) == count
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

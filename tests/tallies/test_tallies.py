"""Tallies are what facts and memberships say, after whatever was written, ended or moved, and by two at the same time."""

import asyncio
import datetime as dt
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.facts import FactDraft, end_facts, write_facts
from zhibu_core.ledger.models import Fact, FactEnd
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership
from zhibu_core.organization.tree import bounds, move
from zhibu_core.platform import Platform
from zhibu_core.tallies.facts import CAME, TALLIED
from zhibu_core.tallies.members import count_members
from zhibu_core.tallies.models import FactTally, MemberTally
from zhibu_core.tallies.rebuilding import rebuild_tallies
from zhibu_core.tallies.sums import Sums, sums_below
from zhibu_core.tenancy.ids import new_id
from zhibu_testing import factories
from zhibu_testing.counting import counted
from zhibu_testing.fixtures import TODAY, Parties

Branches = list[list[uuid.UUID]]
"""Branches by side: of the home tenant, of its neighbour."""

MARKS = st.sampled_from([None, "present", "late", "online", "leave", "absent", "makeup", "leave_makeup"])
DAYS = st.dates(TODAY - dt.timedelta(days=500), TODAY)
DETAILS = st.sampled_from(
    [None, {}, {"counted": True}, {"counted": False}, {"counted": None}, {"counted": True, "form": "online"}]
)
FACTS = st.one_of(
    st.tuples(st.just("attendance"), DAYS, st.none(), MARKS, st.none()),
    st.tuples(st.just("activity"), DAYS, st.none(), st.none(), st.just({"tasks": 1})),
    st.tuples(st.just("theme_day"), DAYS, st.none(), st.none(), st.none()),
    st.tuples(st.just("training"), DAYS, st.floats(0, 40) | st.sampled_from([0.0005, 0.25, 1 / 3]), MARKS, DETAILS),
)
PLACES = st.tuples(st.integers(0, 1), st.integers(0, 2))
WRITING = st.tuples(st.just("write"), PLACES, st.lists(FACTS, max_size=6))
ENDING = st.tuples(st.sampled_from(["superseded", "retracted"]), st.integers(0, 1), st.integers(0, 9))


@pytest.fixture(scope="module")
def cast() -> dict[str, Any]:
    """Two tenants with three branches each, made by the first example and kept."""
    return {}


async def _branches(platform: Platform, parties: Parties, cast: dict[str, Any]) -> Branches:
    if "branches" not in cast:
        cast["tenants"] = [parties.home.id, parties.neighbour.id]
        cast["branches"] = []
        for tenant in cast["tenants"]:
            async with platform.database.session(tenant) as session:
                root = await factories.organization(session, "1", kind="committee")
                made = [await factories.organization(session, f"1{n}", parent=root) for n in range(2)]
                cast["branches"].append([root.id, *(branch.id for branch in made)])
    found: Branches = cast["branches"]
    return found


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(WRITING | ENDING, max_size=5))
async def test_whatever_is_written_and_ended(
    platform: Platform, parties: Parties, cast: dict[str, Any], steps: list[Any]
) -> None:
    branches = await _branches(platform, parties, cast)
    records: list[list[uuid.UUID]] = [[], []]
    for step in steps:
        side = step[1][0] if step[0] == "write" else step[1]
        async with platform.database.session(cast["tenants"][side]) as session:
            if step[0] == "write":
                records[side].append(new_id())
                drafts = [_draft(branches[side][step[1][1]], records[side][-1], fact) for fact in step[2]]
                await write_facts(session, drafts, source="core", written_by=None)
            else:
                await end_facts(session, records[side][: step[2]], step[0], note="", ended_by=None)
    for tenant in cast["tenants"]:
        async with platform.database.session(tenant) as session:
            assert await _kept(session) == await _true(session)
            assert await rebuild_tallies(session) == 0
            assert await _kept(session) == await _true(session)


def _draft(branch: uuid.UUID, record: uuid.UUID, fact: Any) -> FactDraft:
    kind, day, quantity, mark, detail = fact
    return FactDraft(kind, branch, day, "test", record, quantity=quantity, mark=mark, detail=detail)


async def _kept(session: AsyncSession) -> dict[Any, Any]:
    rows = await session.scalars(select(FactTally).where(FactTally.facts != 0))
    return {(r.organization_id, r.kind, r.day): (r.facts, r.counted, r.quantity, r.counted_quantity) for r in rows}


async def _true(session: AsyncSession) -> dict[Any, Any]:
    """The same from the facts in force, one by one in Python."""
    ended = select(FactEnd.fact_id).where(FactEnd.fact_id == Fact.id, FactEnd.tenant_id == Fact.tenant_id)
    sums: dict[Any, tuple[int, ...]] = {}
    for fact in await session.scalars(select(Fact).where(~ended.exists(), Fact.kind.in_(TALLIED))):
        day = fact.happened_on if fact.quantity is None else fact.happened_on.replace(month=1, day=1)
        counts = fact.mark in CAME if fact.kind == "attendance" else (fact.detail or {}).get("counted") is not False
        amount = round((fact.quantity or 0) * 1000)
        key = (fact.organization_id, fact.kind, day)
        new = (1, counts * 1, amount, counts * amount)
        sums[key] = tuple(a + b for a, b in zip(sums.get(key, (0, 0, 0, 0)), new, strict=True))
    return sums


async def test_two_who_write_at_the_same_time_both_count(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        branch = (await factories.organization(session, "1")).id

    async def write(record: uuid.UUID) -> None:
        async with platform.database.session(parties.home.id) as session:
            fact = FactDraft("attendance", branch, TODAY, "test", record, mark="present")
            await write_facts(session, [fact] * 5, source="core", written_by=None)
            await asyncio.sleep(0)
            await end_facts(session, [record], "retracted", note="", ended_by=None)
            await write_facts(session, [fact], source="core", written_by=None)

    await asyncio.gather(*(write(new_id()) for _ in range(3)))
    async with platform.database.session(parties.home.id) as session:
        assert await _kept(session) == {(branch, "attendance", TODAY): (3, 3, 0, 0)}


async def test_sums_follow_members_facts_and_moves(platform: Platform, parties: Parties) -> None:
    async with platform.database.session(parties.home.id) as session:
        root = await factories.organization(session, "1", kind="committee")
        left = await factories.organization(session, "11", kind="general_branch", parent=root)
        right = await factories.organization(session, "12", kind="general_branch", parent=root)
        branch = await factories.organization(session, "111", parent=left)
        people = [await factories.member(session, f"示例{n}", branch, is_mobile=n == 0) for n in range(4)]
        old = TODAY - dt.timedelta(days=90)
        facts = [
            ("attendance", TODAY, None, "late"),
            ("attendance", TODAY, None, "absent"),
            ("attendance", old, None, "absent"),
        ]
        facts += [("training", old, 2.5, None)]
        drafts = [_draft(branch.id, new_id(), (*fact, None)) for fact in facts]
        await write_facts(session, drafts, source="core", written_by=None)
    expected = Sums(members=4, asked=3, came=1, recorded=2, hours=2.5)
    with counted(platform) as log:
        async with platform.database.session(parties.home.id) as session:
            found = await sums_below(session, [root.path, left.path, right.path], TODAY)
    assert found == {root.path: expected, left.path: expected, right.path: Sums()}
    assert expected.participation == 0.5
    assert sum("fact_tally" in statement for statement in log) == 1
    async with platform.database.session(parties.home.id) as session:
        organizations = {one.code: one for one in await session.scalars(select(Organization))}
        await move(session, organizations["111"], organizations["12"], TODAY)
        found = await sums_below(session, [left.path, right.path], TODAY)
        assert found == {left.path: Sums(), right.path: expected}
        await session.execute(update(Membership).where(Membership.person_id == people[1].id).values(until=TODAY))
        assert await count_members(session, [branch.id]) == 1
        assert (await sums_below(session, [right.path], TODAY))[right.path].members == 3
    async with platform.database.session(parties.neighbour.id) as session:
        assert await sums_below(session, [root.path], TODAY) == {root.path: Sums()}


async def test_a_rebuild_finds_what_was_wrong(platform: Platform, parties: Parties) -> None:
    for tenant in (parties.home, parties.neighbour):
        async with platform.database.session(tenant.id) as session:
            branch = await factories.organization(session, "1")
            await factories.member(session, "示例", branch)
            await write_facts(
                session,
                [_draft(branch.id, new_id(), ("activity", TODAY, None, None, None))] * 2,
                source="core",
                written_by=None,
            )
    async with platform.database.session(parties.home.id) as session:
        await session.execute(update(FactTally).values(facts=7))
        await session.execute(delete(MemberTally))
        assert await rebuild_tallies(session) == 2
        assert [t.facts for t in await session.scalars(select(FactTally))] == [2]
        assert await rebuild_tallies(session) == 0
    async with platform.database.session(parties.neighbour.id) as session:
        assert await rebuild_tallies(session) == 0
        low, high = bounds("1/")
        assert (
            await session.scalar(select(MemberTally.members).where(MemberTally.path >= low, MemberTally.path < high))
            == 1
        )

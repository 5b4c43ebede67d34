"""Stored scores: what is kept, how they follow facts, what portraits show to whom, and plugins that are off."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.evidence import PARTS, inputs
from zhibu_capability.following import follow, trend_of
from zhibu_capability.models import CapabilityScore
from zhibu_capability.portrait import portrait, portraits, trend
from zhibu_capability.scoring import scores
from zhibu_capability.store import compute
from zhibu_core.errors import Forbidden, InvalidInput
from zhibu_core.ledger.facts import FactDraft, end_facts, write_facts
from zhibu_core.organization.models import Organization
from zhibu_core.periods import parse_period
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import Event
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Actor, Grant, Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_testing import factories
from zhibu_testing.fixtures import Parties

PERIOD = parse_period("2026Q2")
DAY = dt.date(2026, 5, 8)


def event(session: AsyncSession, topic: str, record: uuid.UUID | None, kind: str = "meeting") -> Event:
    return Event(new_id(), topic, kind, record, instant_of(session))


async def hold(session: AsyncSession, branch: Organization, marks: dict[uuid.UUID, str]) -> uuid.UUID:
    record, detail = new_id(), {"tasks": 0, "tasks_closed": 0, "kinds": ["theme_day"]}
    drafts = [
        FactDraft("activity", branch.id, DAY, "meeting", record, until_on=DAY, detail=detail),
        FactDraft("theme_day", branch.id, DAY, "meeting", record),
        *(
            FactDraft("attendance", branch.id, DAY, "meeting", record, person_id=one, mark=mark)
            for one, mark in marks.items()
        ),
    ]  # fmt: skip
    await write_facts(session, drafts, source="orglife", written_by=None)
    return record


async def rows(session: AsyncSession, branch: Organization) -> list[CapabilityScore]:
    query = select(CapabilityScore).where(CapabilityScore.organization_id == branch.id).order_by(CapabilityScore.id)
    return list(await session.scalars(query))


@pytest.fixture
async def tree(session: AsyncSession) -> list[Organization]:
    root = await factories.organization(session, "000", kind="committee")
    branches = [await factories.organization(session, f"B{n:02d}", parent=root) for n in range(9)]
    for n, branch in enumerate(branches):
        people = [(await factories.member(session, f"党员{n}{m}", branch)).id for m in range(5)]
        await hold(session, branch, {one: "present" if m < n else "absent" for m, one in enumerate(people)})
    return branches


async def test_only_what_changed_is_added_and_old_values_stay(
    platform: Platform, parties: Parties, session: AsyncSession, scope: Scope, tree: list[Organization]
) -> None:
    first = await compute(session, scope, platform, PERIOD)
    again = await compute(session, scope, platform, PERIOD)
    assert (first.stored, again.stored) == (9, 0)
    record = await hold(session, tree[0], {})
    assert await follow(session, scope, event(session, "meeting.approved", record), platform) == 1
    old, new = await rows(session, tree[0])
    assert (old.inputs["windows_credited"], new.inputs["windows_credited"]) == (1, 1)
    assert (old.inputs["records"], new.inputs["records"]) == (1, 2)
    assert new.versions["capability.index"] == "2018-10-28"
    await end_facts(session, [record], "retracted", note="测试", ended_by=None)
    assert await follow(session, scope, event(session, "meeting.withdrawn", record), platform) == 1
    assert (await rows(session, tree[0]))[-1].inputs == old.inputs
    async with platform.database.session(parties.neighbour.id) as other:
        assert list(await other.scalars(select(CapabilityScore))) == []


async def test_what_follows_an_event_is_what_measuring_everything_finds(
    platform: Platform, session: AsyncSession, scope: Scope, tree: list[Organization]
) -> None:
    await compute(session, scope, platform, PERIOD)
    person = (await factories.member(session, "新党员", tree[3])).id
    writes = [
        FactDraft("talk", tree[3].id, DAY, "meeting", new_id(), person_id=person),
        FactDraft("term", tree[3].id, dt.date(2020, 1, 1), "term", new_id(), until_on=dt.date(2023, 1, 1)),
        FactDraft("development.applied", tree[3].id, DAY, "affairs_case", new_id(), person_id=person),
        FactDraft("training", tree[3].id, DAY, "learning_training", new_id(), person_id=person, quantity=4.0,
                  detail={"counted": True, "confirmed": True, "form": "session", "evidence": ""}),
    ]  # fmt: skip
    sources = {"talk": "orglife", "term": "core", "development.applied": "affairs", "training": "learning"}
    for draft in writes:
        await write_facts(session, [draft], source=sources[draft.kind], written_by=None)
        assert await follow(session, scope, event(session, "any.thing", draft.record_id), platform) == 1, draft.kind
    followed = (await rows(session, tree[3]))[-1]
    measured = {one.branch.id: one for one in await scores(session, scope, platform, PERIOD)}[tree[3].id]
    assert followed.raw_strict == measured.parts.raw_strict
    assert followed.result["strict"]["OCI"] == pytest.approx(measured.strict.score)
    assert followed.result["veto"] == list(measured.veto) == ["term_overdue_1y"]


async def test_an_import_fills_the_quarters_of_the_trend(
    platform: Platform, session: AsyncSession, scope: Scope, tree: list[Organization]
) -> None:
    quarters = trend_of(parse_period("2026Q4"))
    assert [quarters[0].name, quarters[-1].name, len(quarters)] == ["2024Q4", "2026Q4", 9]
    assert await follow(session, scope, event(session, "import.written", new_id(), "import_run"), platform) == 9 * 9
    points = await trend(session, scope, platform, tree[8], PERIOD)
    assert [point.period.name for point in points] == [q.name for q in trend_of(PERIOD)[1:]]
    assert [point.value is not None for point in points] == [False] * 7 + [True]


async def test_the_portrait_shows_a_distribution_without_names(
    platform: Platform, session: AsyncSession, scope: Scope, tree: list[Organization]
) -> None:
    shown = await portrait(session, scope, platform, tree[4], PERIOD)
    assert shown.units == 9
    assert shown.distribution is not None
    assert list(shown.distribution) == sorted(shown.distribution)
    assert shown.score.strict.score in shown.distribution
    assert sum(one.contribution for one in shown.measures) == pytest.approx(shown.score.strict.raw)
    assert len(shown.raising) <= 3
    assert len(shown.contributions) <= 4
    before = await compute(session, scope, platform, PERIOD)
    assert {one.branch.id: one.strict for one in before.scores}[tree[4].id] == shown.score.strict
    await hold(session, tree[4], {})
    assert (await portrait(session, scope, platform, tree[4], PERIOD)).score.inputs.records == 2


async def test_small_types_are_not_compared(
    platform: Platform, session: AsyncSession, scope: Scope, tree: list[Organization]
) -> None:
    for branch in tree[:4]:
        branch.type = "离退休"
    await session.flush()
    few = await portrait(session, scope, platform, tree[0], PERIOD)
    some = await portrait(session, scope, platform, tree[8], PERIOD)
    assert (few.units, few.type_median, few.distribution) == (4, None, None)
    assert some.units == 5
    assert some.type_median is not None
    assert some.distribution is None


async def test_the_way_down_names_people_only_to_those_who_may_read_them(
    platform: Platform, session: AsyncSession, scope: Scope, tree: list[Organization]
) -> None:
    for part in PARTS:
        evidence = await inputs(session, scope, platform, tree[2], PERIOD, part)
        assert evidence.versions[0].code == "capability.index"
    named = await inputs(session, scope, platform, tree[2], PERIOD, "learning")
    assert named.people is not None
    assert len(named.people) == 5
    held = await inputs(session, scope, platform, tree[2], PERIOD, "attendance")
    assert [(one.listed, one.owed, one.credit, dict(one.marks)) for one in held.sessions] == [
        (5, 5, 2.0, {"absent": 3, "present": 2})
    ]
    own = named.people[0].person_id
    actions = frozenset(platform.scopes.policy(scope.plugins).of_role("member"))
    member = replace(scope, actor=Actor(own, "党员"), grants=(Grant("member", tree[2].id, tree[2].path, actions),))
    seen = await inputs(session, member, platform, tree[2], PERIOD, "talks")
    assert [one.person_id for one in seen.people or ()] == [own]
    with pytest.raises(Forbidden):
        await portrait(session, member, platform, tree[3], PERIOD)
    assert set(await portraits(session, member, platform, [branch.id for branch in tree], PERIOD)) == {tree[2].id}
    with pytest.raises(InvalidInput, match="没有"):
        await inputs(session, scope, platform, tree[2], PERIOD, "ranking")


async def test_a_plugin_that_is_off_takes_its_part_along(
    platform: Platform, session: AsyncSession, scope: Scope, tree: list[Organization]
) -> None:
    del tree
    full = (await scores(session, scope, platform, PERIOD))[-1]
    assert None not in (full.parts.a, full.parts.b, full.parts.c)
    no_learning = replace(scope, plugins=scope.plugins - {"learning"})
    without = (await scores(session, no_learning, platform, PERIOD))[-1]
    assert without.parts.b is without.parts.b_strict is None
    assert without.parts.a is not None
    assert without.parts.c is not None
    assert without.parts.raw_strict == pytest.approx((without.parts.a + without.parts.c) / 2)
    no_life = replace(scope, plugins=scope.plugins - {"orglife"})
    bare = (await scores(session, no_life, platform, PERIOD))[-1]
    assert bare.parts.a is bare.parts.c is None
    assert bare.parts.raw_open == bare.parts.b
    with pytest.raises(InvalidInput, match="没有生效"):
        await scores(session, replace(scope, plugins=frozenset({"orglife"})), platform, PERIOD)


async def test_a_committee_has_no_portrait(
    platform: Platform, session: AsyncSession, scope: Scope, tree: list[Organization]
) -> None:
    root = await session.scalar(select(Organization).where(Organization.code == "000"))
    assert root is not None
    del tree
    with pytest.raises(InvalidInput, match="不是支部"):
        await portrait(session, scope, platform, root, PERIOD)

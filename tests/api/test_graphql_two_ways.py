"""Two ways, one truth: what is compiled to one statement answers what the resolvers answer (`make test-operations`: 2,000)."""

import datetime as dt
import json
import os
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from zhibu_core.audit import note
from zhibu_core.errors import ZhibuError
from zhibu_core.ledger.facts import FactDraft, end_facts, write_facts
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Actor, Grant, Scope
from zhibu_graphql.compiled.coverage import coverage_of
from zhibu_graphql.compiled.running import OnlyResolvers
from zhibu_graphql.context import Context
from zhibu_graphql.cursors import write_cursor
from zhibu_graphql.engine import Operation, engine_for
from zhibu_graphql.errors import RequestRefused
from zhibu_graphql.ids import global_id
from zhibu_testing.everything import Made, everything
from zhibu_testing.everything_shared import DAY, NOW
from zhibu_testing.operations import NEVER_TWICE, OperationWriter, Pools

MANY = int(os.environ.get("ZHIBU_OPERATIONS", "2000"))
PROFILE = settings(
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),  # an operation that fails is printed whole; making it shorter takes minutes
)
SEEN: Counter[str] = Counter()
COVERED: set[str] = set()


@dataclass(repr=False)
class World:
    """Who may ask, in which tenant, and with what."""

    scopes: list[Scope]
    pools: dict[uuid.UUID, Pools]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(api: Any, platform: Platform) -> World:
    """Two tenants with everything that lists show, and askers of every kind in both."""
    scopes: list[Scope] = []
    pools: dict[uuid.UUID, Pools] = {}
    for place in (api.home, api.neighbour):
        async with platform.database.session(place.tenant.id) as session:
            await _more(session, place)
            made = await everything(session, place.organizations, place.people)
        scopes += await _askers(platform, place)
        pools[place.tenant.id] = await _pools(platform, place, api.neighbour if place is api.home else api.home, made)
    return World(scopes, pools)


async def _more(session: Any, place: Any) -> None:
    first = place.people["张111"]
    odd = '引"号\\ 与 😀\n行'
    drafts = [
        FactDraft(
            kind="training", organization_id=place.organizations["111"].id, person_id=first.id, quantity=hours,
            happened_on=dt.date(2026, 5, day), record_type="entry", record_id=new_id(), mark=mark, grp=odd,
        )
        for day, hours, mark in ((1, 1.5, "A"), (2, 2.0, None), (3, 0.1, odd))
    ]  # fmt: skip
    await write_facts(session, drafts, source="learning", written_by=None)
    await end_facts(session, [drafts[0].record_id], "retracted", note=odd, ended_by=None)
    branch: Organization = place.organizations["122"]
    closed = await session.scalar(select(Organization).where(Organization.id == branch.id))
    closed.abolished_on, closed.short_name = dt.date(2026, 6, 1), odd
    place.people["王111"].post = odd
    await session.merge(place.people["王111"])
    scope = Scope(place.tenant, frozenset(), Actor(first.id, "x"), (), "r")
    await note(session, scope, "member.read", "person", place.people["王111"].id, fields=["record"], purpose=odd)


async def _askers(platform: Platform, place: Any) -> list[Scope]:
    async with platform.database.session(place.tenant.id) as session:
        plugins = await platform.scopes.plugins_of(session, place.tenant)
        accounts = await session.execute(
            text("select subject, person_id from account where tenant_id = :t"), {"t": place.tenant.id}
        )
        made = [await platform.scopes.scope(session, place.tenant, row.person_id) for row in accounts]
    actions = frozenset(platform.scopes.policy(plugins).actions)
    parts = tuple(Grant("organizer", None, path, actions) for path in ("1/11/111/", "1/12/"))
    mixed = (Grant("a", None, "", actions - {"member.read", "fact.read"}), Grant("b", None, "1/11/", actions))
    everything = (Grant("organizer", None, "", actions),)
    chance = Random(7)
    some = [
        (Grant("a", None, "", actions - _half(actions, chance)), Grant("b", None, "1/11/", _half(actions, chance)))
        for _ in range(5)
    ]
    made += [
        Scope(place.tenant, plugins, Actor(place.people["张111"].id, "部分", "test"), parts),
        Scope(place.tenant, plugins, Actor(place.people["李111"].id, "混合", "test"), mixed),
        *(Scope(place.tenant, plugins, Actor(uuid.uuid4(), "一半", "test"), grants) for grants in some),
        Scope(place.tenant, plugins, Actor(uuid.uuid4(), "程序", "test"), everything),
    ]
    return made + [made[-1]] * 6 + [made[-2], made[-3]] * 2  # most may read nearly everything


def _half(actions: Collection[str], chance: Random) -> frozenset[str]:
    return frozenset(chance.sample(sorted(actions), len(actions) // 2))


async def _pools(platform: Platform, place: Any, other: Any, made: Made) -> Pools:
    organizations, people = place.organizations, place.people
    async with platform.database.session(place.tenant.id) as session:
        facts = (
            await session.execute(text("select id, happened_on from fact where tenant_id = :t"), {"t": place.tenant.id})
        ).all()
    nodes = [global_id("O", o.id.bytes) for o in organizations.values()] + [
        global_id("F", f.id.bytes) for f in facts[:5]
    ]
    nodes += [global_id(tag, key.bytes) for tag, keys in made.nodes.items() for key in keys]
    members = [global_id("M", p.id.bytes) for p in people.values()]
    foreign = [global_id("O", o.id.bytes) for o in list(other.organizations.values())[:2]]
    values = {
        "id": [*nodes, *members, *foreign, "", "x", global_id("O", b"1")],
        "organization": [*nodes[:7], *foreign, "x", None],
        "member": [*members, *foreign, None],
        "code": ["1", "11", "111", "9", "", None],
        "organization.id": [*nodes[:7], *foreign, "x", None],
        "name": ["张", "组织1", "1", "", "%", None],
        "number": ["1110", "1111", None],
        "type": ["", "学生"],
        "kind": ["attendance", "theme_day", "training", ""],
        "period": ["2026", "2026-04", "2026Q2", "2026-05-01/2026-05-02", "never"],
        "source": ["orglife", "learning"],
        "asOf": ["2026-01-01", "2014-01-01", "2020-05-05"],
        "word": ["%", "x", ""],
        "state": ["approved", "ready", "in_force", "accepted", "x", ""],
        "category": ["lecture", "base", ""],
        "year": [2026, 2025, None],
        "place": ["云汀", "CITY", " ", ""],
        "action": ["member.read", "x"],
        "objectId": [str(people["王111"].id), "x"],
        "since": ["2020-01-01T00:00:00+00:00", "2030-01-01T00:00:00+08:00", "2026-01-01T00:00:00"],
        "until": ["2020-01-01T00:00:00+00:00", "2030-01-01T00:00:00.123456+08:00"],
    }
    cursors = {
        "Organization": [write_cursor((f"{path}/",)) for path in ("1", "1/11", "1/11/112")],
        "Member": [write_cursor((p.sort_name, p.id)) for p in list(people.values())[:4]],
        "Fact": [write_cursor((f.happened_on, f.id)) for f in facts[:6]],
        "AuditEntry": [write_cursor((dt.datetime.now(dt.UTC), uuid.uuid4()))],
        "Meeting": [write_cursor((NOW, key)) for key in made.nodes["OM"]],
        "Space": [write_cursor((key,)) for key in made.nodes["SP"]],
        "OfferOrNeed": [write_cursor((NOW, key)) for key in made.nodes["PE"]],
        "BoardEntry": [write_cursor((NOW, key)) for key in made.nodes["PE"]],
        "PartnershipPlan": [write_cursor((2026, key)) for key in made.nodes["PP"]],
        "PartnershipTask": [write_cursor((DAY, key)) for key in made.nodes["PW"]],
        "JointActivity": [write_cursor((DAY, key)) for key in made.nodes["PA"]],
    }
    return Pools(values, cursors)


async def _compare(platform: Platform, world: World, chance: Random) -> None:
    engine = engine_for(platform.host)
    scope = world.scopes[chance.randrange(len(world.scopes))]
    writer = OperationWriter(engine.schemas.of(scope.plugins), world.pools[scope.tenant.id], chance)
    written = writer.written()
    operation = Operation(written.text, written.variables)
    try:
        prepared = engine.prepare(scope, operation)
    except (RequestRefused, ZhibuError):
        SEEN["refused"] += 1
        return
    for _ in range(2):
        read = engine.read(scope, operation) or engine.learn(scope, prepared)
        if read is None:
            SEEN["resolvers"] += 1
            return
        if read.compiled.noted and ("auditEntries" in written.text or "accesses" in written.text):
            SEEN["reads what it writes"] += 1  # and so another thing each time
            return
        try:
            answered = await engine.run_read(platform, scope, read)
        except OnlyResolvers:
            SEEN["only resolvers"] += 1
            return
        engine.reads.texts = type(engine.reads.texts)(engine.reads.texts.size)  # the second time by the skeleton
    locale = chance.choice(("zh_CN", "en"))
    answer = json.loads(answered.content(lambda: locale))
    if any(not _is_there(answer["data"], error["path"]) for error in answer.get("errors", ())):
        SEEN["took more with it"] += 1  # resolvers are broken off then, and whatever they began is left to itself
        return
    async with platform.database.session(scope.tenant.id) as session:
        expected = await engine.execute(Context(platform, session, scope, locale=locale), prepared)
    SEEN["compiled"] += 1
    SEEN["with errors"] += "errors" in answer
    COVERED.update(writer.fields)
    assert _in_any_order(answer) == _in_any_order(expected), (written, scope.grants)
    assert _as_read(answer["data"]) == _as_read(json.loads(json.dumps(expected["data"]))), written
    assert answer["extensions"] == expected["extensions"], written


def _is_there(data: Any, path: Sequence[str | int]) -> bool:
    """Whether nothing above a place is null."""
    for step in path:
        if data is None:
            return False
        data = data[step]
    return True


def _in_any_order(answer: Mapping[str, Any]) -> list[str]:
    """The errors, whole; resolvers say them as their rows come."""
    return sorted(json.dumps(error, ensure_ascii=False) for error in answer.get("errors", ()))


def _as_read(value: Any) -> Any:
    """JSON with the order of keys, and numbers by value."""
    if isinstance(value, dict):
        return [(key, _as_read(one)) for key, one in value.items()]
    return [_as_read(one) for one in value] if isinstance(value, list) else value


@settings(PROFILE, max_examples=60)
@given(st.integers(0, 2**48))
async def test_both_ways_answer_alike(platform: Platform, world: World, seed: int) -> None:
    await _compare(platform, world, Random(seed))


@pytest.mark.operations
@settings(PROFILE, max_examples=MANY)
@given(st.integers(0, 2**48))
async def test_thousands_of_operations_answer_alike(platform: Platform, world: World, seed: int) -> None:
    await _compare(platform, world, Random(seed))


@pytest.mark.operations
def test_most_of_them_were_compiled_and_nearly_every_field_was_among_them(platform: Platform) -> None:
    ran = sum(SEEN.values()) - SEEN["with errors"]
    assert SEEN["compiled"] > 0.9 * ran, SEEN
    assert SEEN["with errors"] > 0.15 * ran, SEEN
    fields = set(coverage_of(engine_for(platform.host).schemas.full.schema).compiled) - NEVER_TWICE
    assert len(fields - COVERED) < 0.05 * len(fields), sorted(fields - COVERED)

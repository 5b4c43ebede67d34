"""What crosses between tenants: a thousand records published and delivered, and ten thousand envelopes between a hundred pairs."""

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, text

from bench.world import World
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.spaces.agreements import propose, sign
from zhibu_core.spaces.lane import SpaceLane
from zhibu_core.spaces.models import SpaceArrival
from zhibu_core.spaces.proposal import AskedField, AskedShare, Other, Proposal
from zhibu_core.spaces.publishing import publish_records
from zhibu_core.spaces.reading import whole_of
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Actor, Grant, Scope, Tenant
from zhibu_example.models import Note
from zhibu_tenants.enablement import switch

RECORDS, SECONDS = 1_000, 3.0
PAIRS, EACH = 100, 100
FAIR = 2.0
"""How many times as long as the median pair the last of the small ones may wait."""

KIND = "example.note"
FIELDS = (AskedField("book", "互荐"), AskedField("read_on", "安排"))


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """One large publication; then many pairs at once, of which one sends as much as all others together."""
    home, host = await _side(world), await _side(world)
    space_id = await _agreed(world.platform, home, host)
    started = time.perf_counter()
    await _published(world.platform, home, space_id, RECORDS)
    await _carry(world.platform)
    seconds = time.perf_counter() - started
    assert await _arrived(world.platform, host) == RECORDS
    waited = await _fairly(world, 10 if short else PAIRS, 20 if short else EACH)
    return [
        {"bench": f"{RECORDS} records published and delivered, s", "value": seconds, "target": SECONDS, "holds": seconds <= SECONDS},
        {"bench": "wait of the last small pair beside a large one / median", "ratio": waited, "target": FAIR, "holds": waited <= FAIR},
    ]  # fmt: skip


async def _fairly(world: World, pairs: int, each: int) -> float:
    """Passes of the lane until the last pair that sent little has everything, against the median of the pairs."""
    sides = [(await _side(world), await _side(world)) for _ in range(pairs)]
    for number, (home, host) in enumerate(sides):
        space_id = await _agreed(world.platform, home, host)
        await _published(world.platform, home, space_id, each * pairs if number == 0 else each)
    lane, done = SpaceLane(world.platform), dict.fromkeys(range(1, pairs), 0.0)
    started = time.perf_counter()
    while await lane.run_once():
        for number, since in done.items():
            if not since and await _arrived(world.platform, sides[number][1]) == each:
                done[number] = time.perf_counter() - started
    waits = sorted(done.values())
    return waits[-1] / waits[len(waits) // 2]


async def _side(world: World) -> tuple[Tenant, Scope, uuid.UUID]:
    tenant = await world.tenant()
    async with world.platform.database.session(tenant.id) as session:
        await switch(world.platform, session, Scope(tenant, frozenset()), "example", on=True)
        branch = Organization(
            id=new_id(), code="001", name="第一支部", short_name="一", kind="branch", parent_id=None, path="001/",
            founded_precision="day", has_committee=False, unit="", type="",
        )  # fmt: skip
        session.add(branch)
    async with world.platform.database.session(tenant.id) as session:
        plugins = await world.platform.scopes.plugins_of(session, tenant)
    actions = frozenset(world.platform.scopes.policy(plugins).actions)
    who = Scope(tenant, plugins, Actor(new_id(), "测量人", "bench"), (Grant("organizer", None, "", actions),), "bench")
    return tenant, who, branch.id


async def _agreed(platform: Platform, home: Any, host: Any) -> uuid.UUID:
    tenant, who, _ = home
    day = tenant.current_day()
    proposal = Proposal("共建", "读书", ("001",), (Other(host[0].slug, "001"),), day, day, (AskedShare(KIND, FIELDS),))
    async with platform.database.session(tenant.id) as session:
        space = await propose(platform, session, who, proposal)
    await _carry(platform)
    for own, scope, _ in (home, host):
        async with platform.database.session(own.id) as session:
            whole = await whole_of(session, scope, space.id)
            await sign(session, scope, space.id, whole.newest.id)
    await _carry(platform)
    return space.id


async def _published(platform: Platform, side: Any, space_id: uuid.UUID, count: int) -> None:
    tenant, who, branch = side
    day = tenant.current_day()
    rows: Sequence[Mapping[str, Any]] = [
        {"id": new_id(), "organization_id": branch, "read_on": day, "book": f"书{n}", "thought": "", "withdrawn_on": None,
         "written_by": None}
        for n in range(count)
    ]  # fmt: skip
    async with platform.database.session(tenant.id) as session:
        await session.execute(text("select 1"))
        await insert_rows(session, Note.__table__, rows)  # type: ignore[arg-type]
        await publish_records(platform, session, who, space_id, KIND, [row["id"] for row in rows])


async def _carry(platform: Platform) -> None:
    lane = SpaceLane(platform)
    while await lane.run_once():
        pass


async def _arrived(platform: Platform, side: Any) -> int:
    async with platform.database.session(side[0].id) as session:
        query = select(func.count()).select_from(SpaceArrival).where(SpaceArrival.kind == KIND)
        return await session.scalar(query) or 0

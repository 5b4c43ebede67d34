"""What crosses between tenants: a thousand records published and delivered, and ten thousand envelopes between a hundred pairs."""

import datetime as dt
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from bench.world import World
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.spaces.agreements import propose, sign
from zhibu_core.spaces.lane import SpaceLane
from zhibu_core.spaces.models import SpaceArrival, SpaceEnvelope
from zhibu_core.spaces.proposal import AskedField, AskedShare, Other, Proposal
from zhibu_core.spaces.publishing import publish_records
from zhibu_core.spaces.reading import whole_of
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Actor, Grant, Scope, Tenant
from zhibu_example.models import Note
from zhibu_tenants.enablement import switch

RECORDS, SECONDS = 1_000, 3.0
FAIR = 2.0
"""How many times as long a small tenant may wait because another sends a thousand letters."""


@dataclass(frozen=True)
class Load:
    """Pairs of tenants, of which each sends `each` letters, the second one `few`, and the first one `large` more."""

    pairs: int
    each: int
    few: int
    large: int

    @property
    def letters(self) -> int:
        """How many wait at once, with the large one's."""
        return self.each * (self.pairs - 1) + self.few + self.large


WHOLE, SHORT = Load(100, 91, 10, 1_000), Load(10, 91, 10, 1_000)

KIND = "example.note"
FIELDS = (AskedField("book", "互荐"), AskedField("read_on", "安排"))


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """One large publication; then many pairs at once, without and with one of them that sends a thousand letters more."""
    home, host = await _side(world), await _side(world)
    (space_id,) = await _agreed(world.platform, [(home, host)])
    started = time.perf_counter()
    await _published(world.platform, home, space_id, RECORDS)
    await _carry(world.platform)
    seconds = time.perf_counter() - started
    assert await _arrived(world.platform, host) == RECORDS
    load = SHORT if short else WHOLE
    waits = await _fairly(world, load)
    few, last = (waits[1][key] / waits[0][key] for key in ("few", "last s"))
    named = f"{load.pairs} pairs, {load.letters} letters waiting"
    return [
        {"bench": f"{RECORDS} records published and delivered, s", "value": seconds, "target": SECONDS, "holds": seconds <= SECONDS},
        {"bench": f"{named}: carried until the tenant with {load.few} had its own, beside another's {load.large} / without",
         "ratio": few, "without": waits[0], "with": waits[1], "target": FAIR, "holds": few <= FAIR},
        {"bench": f"{named}: wait of the last small tenant, with / without", "ratio": last, "without": waits[0],
         "with": waits[1], "target": FAIR, "holds": last <= FAIR},
    ]  # fmt: skip


async def _fairly(world: World, load: Load) -> list[dict[str, float]]:
    """How many letters were carried until the tenant with few had its own delivered (which no busy machine changes), and the seconds
    of that one and of the last small one; first without the large one's.

    The large one is the first in the order of tenants, and the one with few comes right after it: nobody stands worse.
    """
    platform = world.platform
    pairs = [(await _side(world), await _side(world)) for _ in range(load.pairs)]
    spaces = await _agreed(platform, pairs)
    waits: list[dict[str, float]] = []
    for large in (0, load.large):
        for number, ((home, _), space_id) in enumerate(zip(pairs, spaces, strict=True)):
            count = load.few if number == 1 else load.each
            await _published(platform, home, space_id, count + (large if number == 0 else 0))
        started = dt.datetime.now(dt.UTC)
        await _carry(platform)
        ends = [await _delivered(platform, home, started) for home, _ in pairs]
        few = max(ends[1])
        waits.append({
            "few": sum(one <= few for end in ends for one in end),
            "few s": (few - started).total_seconds(),
            "last s": (max(max(end) for end in ends[1:]) - started).total_seconds(),
        })  # fmt: skip
    return waits


async def _delivered(platform: Platform, side: Any, since: dt.datetime) -> Sequence[dt.datetime]:
    """When each of the letters that were delivered since then was; all have been."""
    async with platform.database.session(side[0].id) as session:
        mine = (SpaceEnvelope.kind == KIND, SpaceEnvelope.settled_at >= since)
        assert await session.scalar(select(SpaceEnvelope.id).where(SpaceEnvelope.state != "delivered").limit(1)) is None
        return [one for one in await session.scalars(select(SpaceEnvelope.settled_at).where(*mine)) if one is not None]


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


async def _agreed(platform: Platform, pairs: Sequence[tuple[Any, Any]]) -> list[uuid.UUID]:
    """An agreement of each pair, signed by both; all of them are carried together."""
    made = []
    for (tenant, who, _), host in pairs:
        day, other = tenant.current_day(), Other(host[0].slug, "001")
        proposal = Proposal("共建", "读书", ("001",), (other,), day, day, (AskedShare(KIND, FIELDS),))
        async with platform.database.session(tenant.id) as session:
            made.append((await propose(platform, session, who, proposal)).id)
    await _carry(platform)
    for space_id, pair in zip(made, pairs, strict=True):
        for own, scope, _ in pair:
            async with platform.database.session(own.id) as session:
                whole = await whole_of(session, scope, space_id)
                await sign(session, scope, space_id, whole.newest.id)
    await _carry(platform)
    return made


async def _published(platform: Platform, side: Any, space_id: uuid.UUID, count: int) -> None:
    tenant, who, branch = side
    day = tenant.current_day()
    rows: Sequence[Mapping[str, Any]] = [
        {"id": (key := new_id()), "organization_id": branch, "read_on": day, "book": f"书{key}", "thought": "",
         "withdrawn_on": None, "written_by": None}
        for _ in range(count)
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

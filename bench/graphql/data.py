"""Makes the bench's tenants and fills them set-wise, past the fact writer: three million rows in a minute or two."""

import re
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import asyncpg

from bench.graphql import shape
from bench.graphql.shape import Place, Shape
from bench.world import World
from zhibu_core.tallies.rebuilding import rebuild_tallies
from zhibu_core.tenancy.limits import COMMAND
from zhibu_tenants.provisioning import create_tenant

STATEMENTS = (Path(__file__).parent / "data.sql").read_text(encoding="utf-8").split(";\n")
_IDS = """create or replace function pg_temp.row_id(kind int, n bigint) returns uuid language sql immutable as $$
    select ('0193000000' || lpad(to_hex(kind), 2, '0') || '7000' || lpad(to_hex({base} + n), 16, '0'))::uuid $$"""


async def fill(world: World, size: Shape) -> list[Place]:
    """The tenants, full; the tables are vacuumed and analysed."""
    begun = time.perf_counter()
    places = []
    for number in range(size.tenants):
        tenant = await create_tenant(
            world.platform, f"bench-{number}", f"基准{number}", "university", today=shape.TODAY
        )
        places.append(Place(tenant.id, tenant.slug, number))
    connection = await asyncpg.connect(world.server.admin)
    try:
        # What checks each row one by one is left out: the statements below keep what it would check.
        await connection.execute("set session_replication_role = replica; set jit = off")
        for place in places:
            await _fill_one(connection, place, size)
        for place in places:
            async with world.platform.database.session(place.id, limits=COMMAND) as session:
                await rebuild_tallies(session)
        await connection.execute("vacuum (analyze)")
        await connection.execute("checkpoint")
    finally:
        await connection.close()
    print(f"{size}: filled in {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    return places


async def _fill_one(connection: Any, place: Place, size: Shape) -> None:
    await connection.execute(_IDS.format(base=place.number * shape.PER_TENANT))
    known: dict[str, uuid.UUID | str | int] = {
        "tenant": place.id, "issuer": shape.ISSUER, "organization": shape.ORGANIZATION, "person": shape.PERSON,
        "membership": shape.MEMBERSHIP, "meeting": shape.MEETING, "attendance": shape.ATTENDANCE, "activity": shape.ACTIVITY,
        "training": shape.TRAINING, "course": shape.COURSE, "other": shape.OTHER, "generals": size.generals,
        "branches": size.branches, "members": size.members, "meetings": size.meetings, "lessons": size.lessons,
    }  # fmt: skip
    async with connection.transaction():
        for statement in STATEMENTS:
            if statement.strip():
                await connection.execute(re.sub(r"(?<!:):([a-z]+)", lambda word: _literal(known[word[1]]), statement))


def _literal(value: uuid.UUID | str | int) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'" + ("::uuid" if isinstance(value, uuid.UUID) else "")

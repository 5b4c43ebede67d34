"""What must hold after every blow: counts against what was acknowledged, nothing doubled, nothing half written."""

import datetime as dt
from pathlib import Path

from bench.faults.world import World
from zhibu_core.audit.seals import seal_tenant
from zhibu_core.audit.verifying import verify_tenant
from zhibu_core.tenancy.directory import all_tenants
from zhibu_tenants.life.tables import in_order
from zhibu_verify.faults import Fault
from zhibu_verify.main import check

# A fact is in force while nothing ends it; a record in force has one activity and one attendance for each of its roll,
# was noted once, and said so once. One that is not has none of all that.
MEETINGS = """select m.id::text, m.state,
 (select count(*) from fact f where f.tenant_id = m.tenant_id and f.record_id = m.id and f.kind = 'activity') activities,
 (select count(*) from fact f where f.tenant_id = m.tenant_id and f.record_id = m.id and f.kind = 'attendance') there,
 (select count(*) from orglife_attendance a where a.tenant_id = m.tenant_id and a.meeting_id = m.id) roll,
 (select count(*) from audit_entry e where e.tenant_id = m.tenant_id and e.object_id = m.id
   and e.action = 'orglife.meeting.approve') notes,
 (select count(*) from jobs.outbox o where o.tenant_id = m.tenant_id and o.object_id = m.id
   and o.topic = 'meeting.approved') events
from orglife_meeting m where m.tenant_id = $1"""
HELD = "select topic, held_reason from jobs.outbox where held_reason is not null"


class Broken(AssertionError):
    """An invariant that does not hold."""


def hold(condition: object, words: str) -> None:
    """Raises `Broken` with the words where the condition does not hold."""
    if not condition:
        raise Broken(words)


async def check_meetings(world: World, acknowledged: set[str]) -> int:
    """Every record is wholly in force or not at all, and those that were acknowledged are; how many are in force."""
    admin = await world.administrator()
    try:
        rows = await admin.fetch(MEETINGS, world.tenant.id)
        held = await admin.fetch(HELD)
    finally:
        await admin.close()
    for key, state, activities, there, roll, notes, events in rows:
        found = (activities, there, notes, events)
        wanted = (1, roll, 1, 1) if state == "approved" else (0, 0, 0, 0)
        hold(found == wanted, f"meeting {key} is {state}, but activity, attendance, audit and event are {found}")
    in_force = {row[0] for row in rows if row[1] == "approved"}
    hold(acknowledged <= in_force, f"acknowledged, but not in force: {sorted(acknowledged - in_force)}")
    hold(not held, f"events are held: {[tuple(row) for row in held]}")
    return len(in_force)


async def check_audits(world: World) -> None:
    """Seals what is new, as the worker does, and verifies every tenant's chain; none is between two states."""
    async with world.platform.database.system_session() as system:
        tenants = await all_tenants(system)
    for tenant in tenants:
        hold(tenant.state == "open", f"{tenant.slug} is {tenant.state}")
        await seal_tenant(world.platform, tenant.id, now=dt.datetime.now(dt.UTC), thorough=True)
        report = await verify_tenant(world.platform, tenant.id, now=dt.datetime.now(dt.UTC))
        hold(report.is_whole, f"audit of {tenant.slug}: {report.problem and report.problem.words.en}")
        hold(report.waiting == 0, f"audit of {tenant.slug}: {report.waiting} rows wait for a seal")


async def rows_of(world: World, tenant: object) -> dict[str, int]:
    """A tenant's rows by table, tables without any left out."""
    async with world.platform.database.session(world.tenant.id) as session:
        names = await in_order(session)
    admin = await world.administrator()
    try:
        counts = {
            name: await admin.fetchval(f'select count(*) from "{name}" where tenant_id = $1', tenant) for name in names
        }
    finally:
        await admin.close()
    return {name: count for name, count in counts.items() if count}


async def state_of(world: World, slug: str) -> tuple[object, str] | None:
    """Id and state of a tenant, None where there is none."""
    async with world.platform.database.system_session() as system:
        found = [(tenant.id, tenant.state) for tenant in await all_tenants(system) if tenant.slug == slug]
    hold(len(found) < 2, f"{slug} is there {len(found)} times")
    return found[0] if found else None


def fault_of(file: Path) -> str | None:
    """What zhibu-verify says against the file; None for a whole one."""
    try:
        check(file, None)
    except Fault as fault:
        return str(fault)
    return None

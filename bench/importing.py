"""Import of the university folder against reading the workbooks and inserting the very rows, and its peak memory."""

import asyncio
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Table, text

from bench.world import World, workbooks
from zhibu_core.imports.child import Order
from zhibu_core.imports.engine import run_import
from zhibu_core.imports.formats.detect import open_file
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.models import Base
from zhibu_core.tenancy.scope import Tenant

RATIO = 3.0
PEAK_MIB = 300.0
NOT_IMPORTED = {"tenant_anchor", "tenant_setting", "plugin_enablement", "audit_entry", "import_run"}
_ORDER = text(
    """with recursive below as (
      select c.oid, 0 as depth from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      union select f.conrelid, b.depth + 1 from pg_constraint f join below b on f.confrelid = b.oid
        where f.contype = 'f' and f.conrelid <> f.confrelid)
    select oid::regclass::text from below group by oid order by max(depth), 1"""
)


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """Two figures; leaves the imported university in the world."""
    rounds = 1 if short else 3
    ratios = []
    for _ in range(rounds):
        tenant = world.university = await world.tenant()
        imported = await _import(world, tenant)
        floor = _read() + await _insert_again(world, tenant)
        ratios.append(imported / floor)
    peak = await _peak(world, short)
    ratio = sorted(ratios)[len(ratios) // 2]
    return [
        {"bench": "import university / (read + insert)", "ratio": ratio, "target": RATIO, "holds": ratio <= RATIO},
        {"bench": "import university, peak MiB", "value": peak, "target": PEAK_MIB, "holds": peak <= PEAK_MIB},
    ]


async def _import(world: World, tenant: Tenant) -> float:
    scope = await world.scope(tenant)
    start = time.perf_counter()
    outcome = await run_import(world.platform, scope, workbooks())
    if not outcome.written or outcome.wrong:
        raise RuntimeError(f"the import refused {outcome.wrong} rows")
    return time.perf_counter() - start


def _read() -> float:
    start = time.perf_counter()
    for path in workbooks():
        for sheet in open_file(path).sheets:
            len(sheet.rows)
    return time.perf_counter() - start


async def _insert_again(world: World, tenant: Tenant) -> float:
    """Inserts the rows that the import wrote into another tenant; reading them back is not timed."""
    other = await world.tenant()
    tables: dict[str, Table] = {name: t for name, t in Base.metadata.tables.items() if "tenant_id" in t.c}
    total = 0.0
    async with world.platform.database.session(tenant.id) as source:
        order = [name for name in await source.scalars(_ORDER) if name in tables and name not in NOT_IMPORTED]
        async with world.platform.database.session(other.id) as target:
            for name in order:
                table = tables[name]
                columns = [column for column in table.c if column.name != "tenant_id"]
                found = await source.execute(
                    table.select().with_only_columns(*columns).where(table.c.tenant_id == tenant.id)
                )
                rows = [dict(row._mapping) for row in found]
                start = time.perf_counter()
                await insert_rows(target, table, _parents_first(rows))
                total += time.perf_counter() - start
    return total


def _parents_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the tree after their parents: a path is longer than its parent's."""
    return sorted(rows, key=lambda row: row["path"].count("/")) if rows and "path" in rows[0] else rows


async def _peak(world: World, short: bool) -> float:
    """Peak resident memory in MiB of the import's own process, as the kernel counts it."""
    tenant = await world.tenant()
    files = [str(path) for path in workbooks()]
    order = Order(tenant=tenant.slug, files=files, dry_run=short)
    return await asyncio.to_thread(_run_child, world, order)


def _run_child(world: World, order: Order) -> float:
    environment = os.environ | {"ZHIBU_DATA": str(world.platform.settings.data)}
    command = [sys.executable, "-m", "zhibu_core.imports.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment) as child:
        if child.stdin is None:
            raise RuntimeError("the child has no standard input")
        child.stdin.write(msgspec.json.encode(order))
        child.stdin.close()
        peak = 0.0
        while child.poll() is None:
            peak = max(peak, _high_water(child.pid))
            time.sleep(0.05)
    if child.returncode:
        raise RuntimeError(f"the import's process ended with {child.returncode}")
    return peak


def _high_water(pid: int) -> float:
    """VmHWM in MiB: of this program alone, where ru_maxrss begins with what its parent had when it forked."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0

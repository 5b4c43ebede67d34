"""`zhibu files`: lists a tenant's files, checks that each is whole, and sweeps what nobody needs."""

import datetime as dt
import json
import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform, tenant_of_slug

if TYPE_CHECKING:
    from zhibu_core.storage.checking import Checked
    from zhibu_core.storage.models import File
    from zhibu_core.storage.sweeping import Swept


@click.group()
def files() -> None:
    """Files of tenants: rows in the database, sealed objects in the folder or bucket of ZHIBU_STORAGE."""


@files.command("list")
@click.option("--tenant", required=True, help="The tenant's slug.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_files(tenant: str, as_json: bool) -> None:
    """List the tenant's files, the oldest first: id, state, size in bytes, type, what it belongs to, name.

    Exit codes: 0 listed; 2 no such tenant; 64 wrong usage.
    """
    from sqlalchemy import select

    from zhibu_core.storage.models import File

    async def work() -> "list[File]":
        async with platform() as running, in_tenant(running, tenant) as (session, _):
            return list(await session.scalars(select(File).order_by(File.uploaded_at, File.id)))

    for file in run(work()):
        state = "withdrawn" if file.withdrawn_at else file.state
        cells = (file.id, state, file.size, file.content_type, f"{file.object_type}/{file.object_id}", file.name)
        names = ("id", "state", "size", "content_type", "belongs_to", "name")
        said = {
            name: str(cell) if isinstance(cell, uuid.UUID) else cell for name, cell in zip(names, cells, strict=True)
        }
        click.echo(json.dumps(said, ensure_ascii=False) if as_json else "\t".join(map(str, cells)))


@files.command()
@click.option("--tenant", required=True, help="The tenant's slug.")
def check(tenant: str) -> None:
    """Read every file of the tenant anew, and name those that are damaged or missing in the storage.

    Exit codes: 0 all are whole; 1 some are not, and are named; 2 no such tenant; 64 wrong usage.
    """
    from zhibu_core.storage.checking import check_tenant

    async def work() -> "Checked":
        async with platform() as running:
            return await check_tenant(running, (await tenant_of_slug(running, tenant)).id)

    found = run(work())
    for fault in found.faults:
        click.echo(f"{fault.what}\t{fault.file_id}\t{fault.name}")
    click.echo(f"{found.contents} contents read, {len(found.faults)} files not whole", err=True)
    if found.faults:
        raise SystemExit(1)


@files.command()
@click.option("--tenant", required=True, help="The tenant's slug.")
def sweep(tenant: str) -> None:
    """Remove uploads that nobody went on with for a day, files withdrawn a day ago, and objects that no row names.

    Workers do it every hour. Exit codes: 0 swept, also where there was nothing; 2 no such tenant; 64 wrong usage.
    """
    from zhibu_core.storage.sweeping import sweep_tenant

    async def work() -> "Swept":
        async with platform() as running:
            found = await tenant_of_slug(running, tenant)
            return await sweep_tenant(running, found.id, dt.datetime.now(dt.UTC))

    for name, count in asdict(run(work())).items():
        click.echo(f"{name}\t{count}")

"""`zhibu tenant create|list|separate`: the operator opens tenants and sees which there are."""

import datetime as dt
import json

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.tenancy.directory import all_tenants
from zhibu_core.tenancy.scope import Tenant
from zhibu_tenants.powers.separation import separate
from zhibu_tenants.presets import preset_names
from zhibu_tenants.provisioning import First, create_tenant


@click.group()
def tenant() -> None:
    """Tenants: universities and enterprises, each with its whole tree."""


@tenant.command()
@click.argument("slug")
@click.option("--name", required=True, help="The organization's name, at most 50 characters.")
@click.option("--preset", required=True, type=click.Choice(preset_names()), help="What it starts with.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="An imagined day, for demos and tests.")
@click.option("--admin", help="Name of the first administrator, one person for everything.")
@click.option("--system", help="Name of the first system administrator.")
@click.option("--security", help="Name of the first security administrator.")
@click.option("--auditor", help="Name of the first auditor.")
def create(slug: str, name: str, preset: str, today: dt.datetime | None, **first: str | None) -> None:
    """Open the tenant SLUG; it has its preset's rule packs, words, settings and plugins, and no data.

    Administrators are kept apart (三员分立) unless there is one --admin for everything, or an imagined --today.

    Exit codes: 0 opened; 2 refused (bad or taken slug); 64 wrong usage.
    """

    async def work() -> None:
        async with platform() as running:
            day = today.date() if today else None
            made = await create_tenant(running, slug, name, preset, today=day, first=First(**first))
        click.echo(f"{made.slug}\t{made.name}")

    run(work())


@tenant.command("separate")
@click.argument("slug")
@click.argument("state", type=click.Choice(["on", "off"]))
def separate_powers(slug: str, state: str) -> None:
    """Keep system, security and audit administrators of SLUG apart (三员分立), or no longer.

    Exit codes: 0 done; 2 no such tenant, or somebody holds the powers of two: who is said; 64 wrong usage.
    """

    async def work() -> None:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            await separate(session, scope, on=state == "on")

    run(work())
    click.echo(f"{slug}\t{state}")


@tenant.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_tenants(as_json: bool) -> None:
    """List all tenants by slug."""

    async def work() -> list[Tenant]:
        async with platform() as running, running.database.system_session() as system:
            return await all_tenants(system)

    for found in run(work()):
        day = found.today.isoformat() if found.today else None
        if as_json:
            line = {"slug": found.slug, "name": found.name, "preset": found.preset, "today": day, "id": str(found.id),
                    "state": found.state}  # fmt: skip
            click.echo(json.dumps(line, ensure_ascii=False))
        else:
            click.echo("\t".join([found.slug, found.name, found.preset, day or "-", found.state]))

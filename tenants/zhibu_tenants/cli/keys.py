"""`zhibu keys list|rotate`: which data keys a tenant has, and a new one for everything it has sealed."""

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import platform, tenant_of_slug
from zhibu_core.crypto.suites import SUITES
from zhibu_tenants.keys import described, rotate


@click.group()
def keys() -> None:
    """Data keys of tenants: each tenant's sensitive values are sealed with its own."""


@keys.command("list")
@click.option("--tenant", required=True, help="The tenant's slug.")
def list_keys(tenant: str) -> None:
    """List the tenant's data keys by number, with suite and day; never the keys.

    Exit codes: 0 listed; 2 no such tenant; 64 wrong usage.
    """

    async def work() -> list[str]:
        async with platform() as running:
            found = await tenant_of_slug(running, tenant)
            return described(running.keyring, found.id)

    for line in run(work()):
        click.echo(line)


@keys.command("rotate")
@click.option("--tenant", required=True, help="The tenant's slug.")
@click.option("--suite", type=click.Choice(sorted(SUITES)), help="AES-256-GCM or SM4-GCM from now on; else as before.")
def rotate_keys(tenant: str, suite: str | None) -> None:
    """Seal everything of the tenant with a new data key and forget the older ones.

    Broken off, nothing is lost: call it again. Exit codes: 0 done; 1 the keys were destroyed; 2 no such tenant; 64 wrong usage.
    """

    async def work() -> None:
        async with platform() as running:
            found = await tenant_of_slug(running, tenant)
            async with running.database.session(found.id) as session:
                scope = await running.scopes.scope(session, found, None, client="command")
            done = await rotate(running, scope, suite)
        click.echo(f"key {done.number}: {done.values} values sealed anew, {done.forgotten} older keys forgotten")

    run(work())

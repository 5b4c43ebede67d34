"""`zhibu tenant provision|check|deprovision`: a tenant's sign-in at Keycloak."""

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants import cli_life
from zhibu_tenants.cli_tenant import tenant

__all__ = ["cli_life", "tenant"]
"""The group with all its commands: those of a tenant's life are added where they are imported."""


@tenant.command()
@click.argument("slug")
@click.option("--own-realm", is_flag=True, help="A realm of its own instead of an organization of the shared one.")
def provision(slug: str, own_realm: bool) -> None:
    """Give the tenant SLUG its sign-in at Keycloak: realm or organization, clients, languages; what is there is mended.

    Broken off, call it again. Exit codes: 0 done; 1 Keycloak is not set or does not answer, or the place is another tenant's;
    2 no such tenant; 64 wrong usage.
    """

    async def work() -> list[str]:
        from zhibu_tenants.keycloak.provisioning import provision as settle_all

        async with platform() as running:
            return await settle_all(running, await _scope(running, slug), own_realm=own_realm)

    for line in run(work()):
        click.echo(f"mended\t{line}")
    click.echo(f"{slug}\tready")


@tenant.command()
@click.argument("slug")
def check(slug: str) -> None:
    """Compare Keycloak with what the tenant SLUG should have there; names every difference and changes nothing.

    Exit codes: 0 no difference; 1 differences, or Keycloak does not answer; 2 no such tenant, or never provisioned; 64 wrong usage.
    """

    async def work() -> list[str]:
        from zhibu_tenants.keycloak.provisioning import check as drift_of

        async with platform() as running:
            return await drift_of(running, await _scope(running, slug))

    drift = run(work())
    for line in drift:
        click.echo(line)
    if drift:
        raise click.exceptions.Exit(1)
    click.echo(f"{slug}\tas it should be")


@tenant.command()
@click.argument("slug")
def deprovision(slug: str) -> None:
    """Switch the sign-in of the tenant SLUG off at Keycloak; nothing is deleted, and provision switches it on again.

    Exit codes: 0 off; 1 Keycloak does not answer; 2 no such tenant; 64 wrong usage.
    """

    async def work() -> None:
        from zhibu_tenants.keycloak.provisioning import switch_off

        async with platform() as running:
            await switch_off(running, await _scope(running, slug))

    run(work())
    click.echo(f"{slug}\toff")


async def _scope(running: Platform, slug: str) -> Scope:
    async with in_tenant(running, slug) as (_session, scope):
        return scope

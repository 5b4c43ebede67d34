"""`zhibu tenant provision|check|deprovision`: a tenant's sign-in at Keycloak."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.cli import deeds, life, setting
from zhibu_tenants.cli.tenant import tenant

if TYPE_CHECKING:
    from zhibu_tenants.keycloak.provisioning import NewBroker

__all__ = ["deeds", "life", "setting", "tenant"]
"""The group with all its commands: those of a tenant's life are added where they are imported."""


@tenant.command()
@click.argument("slug")
@click.option("--own-realm", is_flag=True, help="A realm of its own instead of an organization of the shared one.")
@click.option(
    "--broker",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that names the tenant's own OpenID or SAML provider, behind Keycloak.",
)
@click.option("--no-broker", is_flag=True, help="Disable the tenant's own provider.")
def provision(slug: str, own_realm: bool, broker: Path | None, no_broker: bool) -> None:
    """Give the tenant SLUG its sign-in at Keycloak: realm or organization, clients, languages; what is there is mended.

    Broken off, call it again. Exit codes: 0 done; 1 Keycloak or the provider is not set or does not answer, or the place is another
    tenant's; 2 no such tenant, or the broker's file cannot be read; 64 wrong usage.
    """
    if broker and no_broker:
        raise click.UsageError("--broker and --no-broker exclude each other.")

    async def work() -> tuple[list[str], str | None]:
        from zhibu_tenants.keycloak.provisioning import plan_of
        from zhibu_tenants.keycloak.provisioning import provision as settle_all

        async with platform() as running:
            scope = await _scope(running, slug)
            given = await _broker(broker, no_broker, scope)
            mended = await settle_all(running, scope, own_realm=own_realm, broker=given)
            plan = replace(plan_of(running, scope.tenant, own_realm=own_realm), broker=given.config if given else None)
        return mended, plan.broker_address if broker else None

    mended, address = run(work())
    for line in mended:
        click.echo(f"mended\t{line}")
    if address:
        click.echo(f"register\t{address}")
    click.echo(f"{slug}\tready")


async def _broker(file: Path | None, none: bool, scope: Scope) -> "NewBroker | None":
    from zhibu_tenants.keycloak.broker_files import read_broker
    from zhibu_tenants.keycloak.provisioning import NewBroker

    if file is None:
        return NewBroker(None) if none else None
    return NewBroker(*await read_broker(file, scope.tenant.slug, demo=scope.tenant.is_demo))


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

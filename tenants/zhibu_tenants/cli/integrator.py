"""`zhibu integrator create|renew|end|list`: programs of others, each with a client of its own in one tenant."""

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope

TENANT = click.option("--tenant", "slug", required=True)
NAME = click.option("--name", required=True, help="Small letters, digits, hyphens.")


@click.group()
def integrator() -> None:
    """Programs that work in a tenant without a person. Exit codes: 0 done; 1 Keycloak; 2 refused; 64 wrong usage."""


@integrator.command()
@TENANT
@NAME
@click.option("--scopes", required=True, help="Actions, separated by commas, such as organization.read,member.read.")
def create(slug: str, name: str, scopes: str) -> None:
    """Make a client at Keycloak for the program, or change its scopes; prints issuer, client and secret."""

    async def work() -> tuple[str, str, str]:
        from zhibu_tenants.keycloak.programs import create_program

        wanted = [part.strip() for part in scopes.split(",") if part.strip()]
        async with platform() as running:
            made, secret = await create_program(running, await _scope(running, slug), name, wanted)
        return made.issuer, made.client_id, secret

    click.echo("\t".join(run(work())))


@integrator.command()
@TENANT
@NAME
def renew(slug: str, name: str) -> None:
    """Make a new secret for the program and print it; the old one is good no more."""

    async def work() -> str:
        from zhibu_tenants.keycloak.programs import renew_secret

        async with platform() as running:
            _, secret = await renew_secret(running, await _scope(running, slug), name)
        return secret

    click.echo(run(work()))


@integrator.command()
@TENANT
@NAME
def end(slug: str, name: str) -> None:
    """Take the program's powers at once and disable its client."""

    async def work() -> None:
        from zhibu_tenants.keycloak.programs import end_program

        async with platform() as running:
            await end_program(running, await _scope(running, slug), name)

    run(work())
    click.echo(f"{name}\tended")


@integrator.command("list")
@TENANT
def list_programs(slug: str) -> None:
    """List the programs: name, client, scopes, when they ended, and the day on which they were last heard of."""

    async def work() -> list[str]:
        from zhibu_tenants.keycloak.programs import programs

        async with platform() as running, in_tenant(running, slug) as (session, _):
            found = await programs(session)
        return [
            "\t".join(
                [p.name, p.client_id, ",".join(p.scopes), f"{p.off_since:%Y-%m-%d}" if p.off_since else "-",
                 p.last_used_on.isoformat() if p.last_used_on else "-"]
            )
            for p in found
        ]  # fmt: skip

    for line in run(work()):
        click.echo(line)


async def _scope(running: Platform, slug: str) -> Scope:
    async with in_tenant(running, slug) as (_session, scope):
        return scope
